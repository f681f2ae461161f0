"""Velocities: clamp to caps, brake to rest, approach a target. Every function is pure.

A velocity is one vector over all axes, and one factor acts on the whole of it: the ratio of
turning to driving, which is the curvature of the path, stays as it was commanded. Rates are per
axis; the slowest axis sets the pace. All inputs are finite, all rates above 0: the machine checks
that before.
"""

from __future__ import annotations

from math import hypot

from lanyard_core.safety.values import BASE_AXES, Velocity

# A speed below this (m/s or rad/s) is no speed: it keeps subnormal numbers out of the arithmetic.
NEGLIGIBLE = 1e-6


def without_dust(velocity: Velocity) -> Velocity:
    """``velocity`` with negligible entries, and minus zeros, replaced by 0."""
    return tuple(speed if abs(speed) > NEGLIGIBLE else 0.0 for speed in velocity)


def clamp(velocity: Velocity, caps: Velocity) -> tuple[Velocity, bool]:
    """``velocity`` scaled down by one factor until no axis is above its cap; True when it was."""
    excess = 1.0
    for speed, cap in zip(velocity, caps, strict=True):
        if abs(speed) > cap * excess:
            excess = abs(speed) / cap
    if velocity[1]:  # driving sideways too: the two together must not be faster than each alone
        excess = max(excess, hypot(velocity[0] / caps[0], velocity[1] / caps[1]))
    if excess == 1.0:
        return velocity, False
    clamped = (
        # speed / excess may round to a hair above the cap; + 0.0 turns -0.0 into 0.0.
        max(-cap, min(cap, speed / excess)) + 0.0
        for speed, cap in zip(velocity, caps, strict=True)
    )
    return tuple(clamped), True


def brake(velocity: Velocity, rates: Velocity, *, elapsed_s: float) -> Velocity:
    """``velocity`` one step nearer to rest: all axes shrink alike, none faster than its rate."""
    if not any(velocity):
        return velocity
    time_to_rest = max(abs(speed) / rate for speed, rate in zip(velocity, rates, strict=True))
    if time_to_rest <= elapsed_s:
        return (0.0,) * len(velocity)
    return tuple(speed - speed * elapsed_s / time_to_rest for speed in velocity)


def approach(
    velocity: Velocity,
    target: Velocity,
    *,
    acceleration: Velocity,
    deceleration: Velocity,
    elapsed_s: float,
) -> Velocity:
    """``velocity`` one step nearer to ``target`` on a straight line between the two.

    Where an axis reverses it passes through 0 and rests there for a step.
    """
    if velocity == target:
        return velocity
    time_needed = max(map(_time, velocity, target, acceleration, deceleration))
    if time_needed <= elapsed_s:
        return tuple(map(_not_across_zero, velocity, target))
    share = elapsed_s / time_needed
    return tuple(
        _not_across_zero(speed, speed + (wanted - speed) * share)
        for speed, wanted in zip(velocity, target, strict=True)
    )


def inward_only(
    velocity: Velocity,
    positions: tuple[float, ...],
    lower: tuple[float, ...],
    upper: tuple[float, ...],
    *,
    margin: float,
) -> Velocity:
    """``velocity`` with every joint axis at 0 that would move further into its margin."""
    joints = tuple(
        0.0 if _outward(speed, position, low + margin, high - margin) else speed
        for speed, position, low, high in zip(
            velocity[BASE_AXES:], positions, lower, upper, strict=True
        )
    )
    return velocity[:BASE_AXES] + joints


def _outward(speed: float, position: float, lower: float, upper: float) -> bool:
    # Written so that a position that is not a number counts as both ends.
    return (speed < 0.0 and not position > lower) or (speed > 0.0 and not position < upper)


def _time(speed: float, wanted: float, acceleration: float, deceleration: float) -> float:
    speeding_up = abs(wanted) > abs(speed) and speed * wanted >= 0.0
    return abs(wanted - speed) / (acceleration if speeding_up else deceleration)


def _not_across_zero(speed: float, following: float) -> float:
    return 0.0 if speed * following < 0.0 else following
