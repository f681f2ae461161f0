"""Transforms in space and poses in the plane: just the arithmetic that the robot needs. Pure.

Metres and radians; quaternions are (x, y, z, w); axes as REP-103 has them (x forward, y left, z
up).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lanyard_core.rotation import (
    NO_ROTATION,
    ORIGIN,
    Quaternion,
    Vector3,
    moved,
    product,
    rotated,
)

Z_AXIS: Vector3 = (0.0, 0.0, 1.0)
Y_AXIS: Vector3 = (0.0, 1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Transform:
    """The pose of a child frame in its parent: metres, and a unit quaternion."""

    translation: Vector3 = ORIGIN
    rotation: Quaternion = NO_ROTATION

    def then(self, child: Transform) -> Transform:
        """The pose of ``child``'s child frame in this transform's parent."""
        turned = rotated(child.translation, self.rotation)
        return Transform(moved(self.translation, turned), product(self.rotation, child.rotation))


@dataclass(frozen=True, slots=True)
class FrameTransform:
    """A transform with the names of its two frames, as tf wants it."""

    parent: str
    child: str
    transform: Transform


@dataclass(frozen=True, slots=True)
class PlanarPose:
    """A pose in the plane: x and y in metres, yaw in radians in [-pi, pi]."""

    x: float = 0.0
    y: float = 0.0
    yaw: float = 0.0

    def driven(self, linear: float, angular: float, dt: float) -> PlanarPose:
        """Where a vehicle is after ``dt`` seconds at ``linear`` m/s and ``angular`` rad/s.

        The heading in the middle of the step is taken for all of it: at steps of 10 ms or less the
        difference to the exact arc is far below a micrometre.
        """
        heading = self.yaw + 0.5 * angular * dt
        return PlanarPose(
            x=self.x + linear * dt * math.cos(heading),
            y=self.y + linear * dt * math.sin(heading),
            yaw=wrapped(self.yaw + angular * dt),
        )

    def placed_at(self, origin: PlanarPose) -> PlanarPose:
        """This pose, told relative to ``origin``, in the frame in which ``origin`` is told."""
        cos, sin = math.cos(origin.yaw), math.sin(origin.yaw)
        return PlanarPose(
            x=origin.x + cos * self.x - sin * self.y,
            y=origin.y + sin * self.x + cos * self.y,
            yaw=wrapped(origin.yaw + self.yaw),
        )

    def distance_to(self, x: float, y: float) -> float:
        """Metres from here to a point."""
        return math.hypot(self.x - x, self.y - y)

    def as_transform(self) -> Transform:
        """The same pose in space, on the floor."""
        return Transform((self.x, self.y, 0.0), turn_about(Z_AXIS, self.yaw))


def wrapped(angle: float) -> float:
    """The same angle in [-pi, pi]."""
    return math.remainder(angle, math.tau)


def turn_about(axis: Vector3, angle: float) -> Quaternion:
    """The rotation by ``angle`` radians about a unit ``axis``."""
    sin = math.sin(0.5 * angle)
    return (axis[0] * sin, axis[1] * sin, axis[2] * sin, math.cos(0.5 * angle))
