"""Controller of the arm: from where the joints are and where they should be, to speeds. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lanyard_tasks.motion.drive import eased


@dataclass(frozen=True, slots=True)
class ArmLimits:
    """How fast the fastest joint may turn, and how hard the controller plans to brake."""

    speed_radps: float
    deceleration_radps2: float


def arm_velocities(
    joints: Sequence[float], target: Sequence[float], limits: ArmLimits
) -> tuple[float, ...]:
    """Joint speeds in rad/s towards ``target``, shared out so that all joints arrive together."""
    errors = [wanted - now for now, wanted in zip(joints, target, strict=True)]
    largest = max(map(abs, errors), default=0.0)
    if largest == 0.0:
        return tuple(0.0 for _ in errors)
    speed = eased(largest, top=limits.speed_radps, deceleration=limits.deceleration_radps2)
    return tuple(speed * error / largest for error in errors)


def arm_error_rad(joints: Sequence[float], target: Sequence[float]) -> float:
    """How far the joint that is farthest from its target is, in rad."""
    return max((abs(w - now) for now, w in zip(joints, target, strict=True)), default=0.0)
