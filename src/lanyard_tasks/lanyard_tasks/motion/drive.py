"""Controllers of the base: from where it is and where it should be, to a velocity. Pure, no memory.

Speeds fall along the way to the goal so that the base can always stop there; how fast they may rise
is the control node's business, which ramps every command.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lanyard_tasks.motion.geometry import Pose2D, Velocity, bearing_rad, distance_m

# Speed for each metre (radian) that is left, in 1/s: the end of the way eases out.
_GAIN_PER_S = 2.0

# A goal nearer than this and behind is reached backwards instead of by a turn-about.
_REVERSE_WITHIN_M = 0.3


@dataclass(frozen=True, slots=True)
class DriveLimits:
    """How fast the base may drive and turn, and how hard the controllers plan to brake."""

    speed_mps: float
    turn_rate_radps: float
    deceleration_mps2: float
    turn_deceleration_radps2: float


def eased(left: float, *, top: float, deceleration: float) -> float:
    """The highest speed towards a goal ``left`` away (signed) from which there is room to stop."""
    speed = min(top, math.sqrt(2.0 * deceleration * abs(left)), _GAIN_PER_S * abs(left))
    return math.copysign(speed, left)


def turn(error_rad: float, limits: DriveLimits) -> Velocity:
    """Turn on the spot by ``error_rad``."""
    return Velocity(0.0, _turn_rate(error_rad, limits))


def drive_to(pose: Pose2D, x_m: float, y_m: float, limits: DriveLimits) -> Velocity:
    """Drive to a point; turns on the spot while the point is to the side."""
    distance = distance_m(pose, x_m, y_m)
    bearing = bearing_rad(pose, x_m, y_m)
    if distance < _REVERSE_WITHIN_M and abs(bearing) > math.pi / 2.0:
        tail_bearing = bearing - math.copysign(math.pi, bearing)
        return _along(-distance, tail_bearing, limits)
    return _along(distance, bearing, limits)


def drive_to_range(
    pose: Pose2D, x_m: float, y_m: float, *, range_m: float, limits: DriveLimits
) -> Velocity:
    """Face a point and come to ``range_m`` metres from it, forwards or backwards."""
    left = distance_m(pose, x_m, y_m) - range_m
    return _along(left, bearing_rad(pose, x_m, y_m), limits)


def _along(left: float, bearing_rad_: float, limits: DriveLimits) -> Velocity:
    speed = eased(left, top=limits.speed_mps, deceleration=limits.deceleration_mps2)
    return Velocity(speed * max(0.0, math.cos(bearing_rad_)), _turn_rate(bearing_rad_, limits))


def _turn_rate(error_rad: float, limits: DriveLimits) -> float:
    return eased(
        error_rad, top=limits.turn_rate_radps, deceleration=limits.turn_deceleration_radps2
    )
