"""Plane geometry of the base: poses, velocities, angles. Pure values in SI units."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pose2D:
    """Where the base is: metres and radians in the odometry frame, counter-clockwise from x."""

    x_m: float
    y_m: float
    yaw_rad: float = 0.0


@dataclass(frozen=True, slots=True)
class Velocity:
    """What the base is to do: forward speed in m/s, turn rate in rad/s (left is positive)."""

    linear_mps: float = 0.0
    angular_radps: float = 0.0


REST = Velocity()


def wrapped(angle_rad: float) -> float:
    """The same angle within (-pi, pi]."""
    return math.pi - (math.pi - angle_rad) % (2.0 * math.pi)


def distance_m(pose: Pose2D, x_m: float, y_m: float) -> float:
    """Distance from the base to a point, in metres."""
    return math.hypot(x_m - pose.x_m, y_m - pose.y_m)


def bearing_rad(pose: Pose2D, x_m: float, y_m: float) -> float:
    """Angle from the base's heading to a point, within (-pi, pi]; positive to the left."""
    return wrapped(math.atan2(y_m - pose.y_m, x_m - pose.x_m) - pose.yaw_rad)
