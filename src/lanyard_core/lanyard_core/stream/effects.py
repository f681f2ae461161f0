"""What a command session wants done. The shell around it does it, in the order given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from lanyard_core.stream.channel import CloseCode
from lanyard_core.stream.frames import ServerFrame
from lanyard_core.telemetry.status import Twist


@dataclass(frozen=True, slots=True)
class SendFrame:
    """Send a frame to the client."""

    frame: ServerFrame


@dataclass(frozen=True, slots=True)
class PublishCommand:
    """Hand a command to the control node now. ``age_s``: how long ago the client made it."""

    seq: int
    twist: Twist
    joint_velocities: tuple[float, ...]
    age_s: float


@dataclass(frozen=True, slots=True)
class SendHeartbeat:
    """Renew the lease at the control node."""


@dataclass(frozen=True, slots=True)
class ArmRobot:
    """Ask the control node to arm; answer with ``arm_answered``."""


@dataclass(frozen=True, slots=True)
class ResetRobot:
    """Ask the control node to clear latched stops; answer with ``reset_answered``."""

    may_reset_severe: bool


@dataclass(frozen=True, slots=True)
class StopRobot:
    """Stop the robot, latched. ``reason`` is for programs, ``detail`` is what a person wrote."""

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseLease:
    """Give the lease back."""


@dataclass(frozen=True, slots=True)
class CloseSocket:
    """Close the socket; what was sent before goes out first."""

    code: CloseCode


Effect: TypeAlias = (
    SendFrame
    | PublishCommand
    | SendHeartbeat
    | ArmRobot
    | ResetRobot
    | StopRobot
    | ReleaseLease
    | CloseSocket
)
