"""How far the base has come, from a row of poses. Pure; one for each task."""

from __future__ import annotations

import math

from lanyard_tasks.motion.geometry import Pose2D, wrapped

# Jitter of a standing base's odometry must not add up to a way.
_STEP_M = 0.005


class Odometer:
    """Adds up the way between poses.

    ``distance_m`` is the whole way, ``forward_m`` the signed way along the heading, ``turned_rad``
    the signed angle without wrapping.
    """

    def __init__(self) -> None:
        self._last: Pose2D | None = None
        self._anchor: Pose2D | None = None
        self.distance_m = 0.0
        self.forward_m = 0.0
        self.turned_rad = 0.0

    def observe(self, pose: Pose2D) -> None:
        """Take in the next pose."""
        if self._last is not None:
            dx, dy = pose.x_m - self._last.x_m, pose.y_m - self._last.y_m
            self.forward_m += dx * math.cos(pose.yaw_rad) + dy * math.sin(pose.yaw_rad)
            self.turned_rad += wrapped(pose.yaw_rad - self._last.yaw_rad)
        self._last = pose
        if self._anchor is None:
            self._anchor = pose
        step = math.hypot(pose.x_m - self._anchor.x_m, pose.y_m - self._anchor.y_m)
        if step >= _STEP_M:
            self.distance_m += step
            self._anchor = pose
