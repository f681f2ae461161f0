"""What command authority asks of the control node and hears from it. Plain values, no ROS.

Replies and observations come in; effects go out, and the ROS half turns each into one message or
call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lanyard_core.safety.states import State
from lanyard_tasks.motion.geometry import REST, Velocity


@dataclass(frozen=True, slots=True)
class Times:
    """How often to beat and how long to wait, in seconds."""

    heartbeat_period_s: float
    answer_timeout_s: float
    arm_timeout_s: float
    rest_timeout_s: float
    safety_state_timeout_s: float


@dataclass(frozen=True, slots=True)
class SafetySeen:
    """The control node's last word about itself, and its age in seconds."""

    state: State
    causes: int
    reason: str
    session: int
    holder: str
    at_rest: bool
    age_s: float


@dataclass(frozen=True, slots=True)
class LeaseReply:
    """Answer to ``AskLease``."""

    success: bool
    session: int
    holder: str
    message: str


@dataclass(frozen=True, slots=True)
class ArmReply:
    """Answer to ``AskArm``."""

    success: bool
    message: str


@dataclass(frozen=True, slots=True)
class AskLease:
    """Call lanyard/acquire_lease."""


@dataclass(frozen=True, slots=True)
class AskArm:
    """Call lanyard/arm."""

    session: int
    arm: bool


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Call lanyard/release_lease."""

    session: int


@dataclass(frozen=True, slots=True)
class SendBeat:
    """Publish a heartbeat of the session."""

    session: int
    seq: int


@dataclass(frozen=True, slots=True)
class SendCommand:
    """Publish a motion command of the session; no joint velocities means that the joints rest."""

    session: int
    seq: int
    drive: Velocity = REST
    joint_velocities: Sequence[float] = ()


Effect = AskLease | AskArm | GiveBack | SendBeat | SendCommand
