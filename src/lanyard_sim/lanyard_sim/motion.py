"""How a motor follows a wanted speed: limited in speed, acceleration and braking. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AxisLimits:
    """Limits of one axis, all positive: in m or rad, per second or per second squared."""

    speed: float
    acceleration: float
    braking: float


def next_speed(current: float, wanted: float, limits: AxisLimits, dt: float) -> float:
    """The speed after ``dt`` seconds of trying to reach ``wanted``.

    It brakes at the braking rate while it slows down, and passes through zero before it turns
    round: a step that would cross zero ends there.
    """
    wanted = max(-limits.speed, min(limits.speed, wanted))
    turning_round = current * wanted < 0.0
    target = 0.0 if turning_round else wanted
    slowing = abs(target) < abs(current)
    most = (limits.braking if slowing else limits.acceleration) * dt
    return current + max(-most, min(most, target - current))
