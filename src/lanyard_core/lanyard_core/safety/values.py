"""What one tick of the machine is given, and what it answers: plain values in SI units.

Every age is in seconds at the moment of the tick, since *we* received the thing, by the steady
clock; ``math.inf`` means "never heard". The one exception is ``Command.stamp_age_s``, which comes
from the sender's stamp: it may get a command refused and can do nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from lanyard_core.safety.states import AckStatus, Cause, Priority, State, StopKind

# (linear.x, linear.y in m/s; angular.z in rad/s; then each joint in rad/s)
Velocity = tuple[float, ...]
BASE_AXES = 3

# A stop request with this reason comes from the gateway's acknowledgement watch: it latches
# ACK_LATE.
ACK_TIMEOUT_REASON = "ack_timeout"


@dataclass(frozen=True, slots=True)
class Command:
    """One velocity command. ``velocity`` may leave out the joints, which then rest.

    ``stamp_age_s`` is our ROS clock minus the sender's stamp: negative when it lies ahead.
    ``other_axes`` are those that this robot does not have (linear.z, angular.x, angular.y).
    """

    session: int
    seq: int
    age_s: float
    stamp_age_s: float
    velocity: Velocity
    other_axes: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Beat:
    """A heartbeat of the session's holder; ``seq`` rises within the session."""

    session: int
    seq: int
    age_s: float


@dataclass(frozen=True, slots=True)
class Acquire:
    """Ask for the lease. ``nonce`` is fresh and random; once granted, it names the session."""

    holder: str
    priority: int
    take: bool
    full_speed: bool
    nonce: int


@dataclass(frozen=True, slots=True)
class Release:
    """Give the lease back."""

    session: int


@dataclass(frozen=True, slots=True)
class Arm:
    """Arm or disarm a session."""

    session: int
    arm: bool


@dataclass(frozen=True, slots=True)
class Reset:
    """Clear what is latched. Each ``request_id`` acts once, however often it comes."""

    request_id: int
    may_reset_severe: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop the robot, latched; from anybody, at any time."""

    kind: StopKind
    reason: str = ""

    @property
    def cause(self) -> Cause:
        """The cause that this request latches."""
        if self.kind is StopKind.HALT:
            return Cause.HALT_REQUEST
        if self.reason == ACK_TIMEOUT_REASON:
            return Cause.ACK_LATE
        return Cause.STOP_REQUEST


Request = Acquire | Release | Arm | Reset | Stop


class StopInput(IntEnum):
    """Level of the wired stop input."""

    NOT_WIRED = 0
    RELEASED = 1
    PRESSED = 2


@dataclass(frozen=True, slots=True)
class Observation:
    """What is known of the robot and of the world at the tick, with the age of each part."""

    odometry_age_s: float = math.inf
    linear_speed: float = 0.0  # measured, m/s, >= 0
    angular_speed: float = 0.0  # measured, rad/s, >= 0
    tf_age_s: float = math.inf
    joints_age_s: float = math.inf
    joint_positions: tuple[float, ...] = ()  # rad, in the order of the joint axes
    gateway_age_s: float = math.inf
    stop_input: StopInput = StopInput.NOT_WIRED
    stop_input_age_s: float = math.inf


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that happened since the last tick.

    ``elapsed_s`` is the time since then, ``late_s`` how long after its deadline the tick began.
    ``failures`` are causes that the shell itself has found (an exception, a failed self-test).
    """

    elapsed_s: float
    seen: Observation
    late_s: float = 0.0
    commands: tuple[Command, ...] = ()
    beats: tuple[Beat, ...] = ()
    requests: tuple[Request, ...] = ()
    failures: Cause = Cause.NONE
    shutdown: bool = False


@dataclass(frozen=True, slots=True)
class Ack:
    """What became of one command."""

    session: int
    seq: int
    status: AckStatus


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer to one request; ``message`` says why not, ``session`` is a granted lease's nonce."""

    success: bool
    message: str = ""
    session: int = 0
    holder: str = ""
    priority: int = Priority.NOBODY


class Outcome(NamedTuple):
    """What the tick decided.

    ``acks`` are in the order of the commands, ``replies`` in the order of the requests; neither
    ever misses one. ``causes`` is a sum of Cause bits. ``power_off`` asks the base to take its
    power away.
    """

    state: State
    causes: int
    velocity: Velocity
    acks: tuple[Ack, ...] = ()
    replies: tuple[Reply, ...] = ()
    power_off: bool = False
