"""The frames of the command channel as values, without a word about how they are written.

Each frame carries ``seq``, which rises by one with every frame of its sender in its session,
starting at 1, and ``ts_us``, the sender's clock when it made the frame, in microseconds since the
Unix epoch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from lanyard_core.safety.states import AckStatus
from lanyard_core.stream.settings import CommandLimits, CommandTiming
from lanyard_core.telemetry.status import Twist


@dataclass(frozen=True, slots=True)
class Arm:
    """Client: let this session move the robot. ``session`` repeats what ``hello`` said."""

    seq: int
    ts_us: int
    session: str
    clear_safe_stop: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """Client: the wanted velocity of the base (m/s, rad/s) and of the arm's joints (rad/s).

    ``stamp_us`` is the header's stamp, when there is one; ``ttl_ms`` shortens the age at which
    the command is too old. A packed command is acknowledged in packed form.
    """

    seq: int
    ts_us: int
    twist: Twist
    frame_id: str = ""
    stamp_us: int | None = None
    ttl_ms: int | None = None
    want_ack: bool = True
    joint_velocities: tuple[float, ...] = ()
    packed: bool = False

    @property
    def is_neutral(self) -> bool:
        """Whether the command asks for no motion at all."""
        return not (any(self.twist.linear) or any(self.twist.angular) or any(self.joint_velocities))


@dataclass(frozen=True, slots=True)
class Ping:
    """Client: I am still here. At least one each second."""

    seq: int
    ts_us: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Client: stop the robot now. Needs neither lease nor arming and is never refused."""

    seq: int
    ts_us: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Hello:
    """Server: the first frame. Who holds the lease, what is allowed, and how fast to answer."""

    seq: int
    ts_us: int
    session: str
    robot_id: str
    state: str
    lease_holder: str
    lease_is_yours: bool
    lease_ttl_ms: int
    limits: CommandLimits
    timing: CommandTiming
    frames: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ack:
    """Server: what became of the command ``ack``.

    ``rx_us``: when the gateway had it, its clock; ``ctl_us``: microseconds from handing it to the
    control node until the answer (0 when it was not handed on); ``lost``: frames of the client
    that never came.
    """

    seq: int
    ts_us: int
    ack: int
    status: AckStatus
    rx_us: int
    ctl_us: int
    lost: int
    packed: bool = False


@dataclass(frozen=True, slots=True)
class Pong:
    """Server: answer to the ping ``ack``, which came at ``rx_us`` by the server's clock."""

    seq: int
    ts_us: int
    ack: int
    rx_us: int


@dataclass(frozen=True, slots=True)
class StateChange:
    """Server: what the robot does, on every change and each second. Not safety-rated."""

    seq: int
    ts_us: int
    state: str
    reason: str
    causes: tuple[str, ...]
    armed: bool
    at_rest: bool
    since_us: int | None


@dataclass(frozen=True, slots=True)
class Err:
    """Server: something was refused. ``ack`` is the frame that it was about, when that is known."""

    seq: int
    ts_us: int
    code: str
    detail: str
    ack: int | None = None


ClientFrame: TypeAlias = Arm | Command | Ping | Stop
ServerFrame: TypeAlias = Hello | Ack | Pong | StateChange | Err
