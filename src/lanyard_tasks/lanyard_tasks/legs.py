"""Legs: short pieces of motion that behaviours are put together from. Generators, no ROS.

Each yields steps until its end is reached; ``in_phase`` gives them their phase. Nothing here gives
up: the task server ends a leg that is stuck, stopped, cancelled or out of time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from lanyard_core.task.error_codes import ErrorCode
from lanyard_tasks.motion.arm import ArmLimits, arm_error_rad, arm_velocities
from lanyard_tasks.motion.drive import DriveLimits, drive_to, drive_to_range, turn
from lanyard_tasks.motion.geometry import bearing_rad, distance_m, wrapped
from lanyard_tasks.robot import Robot, Step, TaskFailed

# A leg has no phase of its own.
_NO_PHASE = ""


def face(robot: Robot, x_m: float, y_m: float) -> Iterator[Step]:
    """Turn on the spot to face a point."""
    return _turn(robot, lambda: bearing_rad(robot.pose, x_m, y_m))


def turn_to(robot: Robot, yaw_rad: float) -> Iterator[Step]:
    """Turn on the spot to a heading."""
    return _turn(robot, lambda: wrapped(yaw_rad - robot.pose.yaw_rad))


def go_to(
    robot: Robot, x_m: float, y_m: float, *, tolerance_m: float, speed_mps: float
) -> Iterator[Step]:
    """Drive to within ``tolerance_m`` of a point."""
    limits = replace(robot.setup.drive, speed_mps=speed_mps)
    start = distance_m(robot.pose, x_m, y_m)
    while (left := distance_m(robot.pose, x_m, y_m)) > tolerance_m:
        yield Step(_NO_PHASE, _share(left, start), drive_to(robot.pose, x_m, y_m, limits))


def come_to_range(robot: Robot, x_m: float, y_m: float, *, speed_mps: float) -> Iterator[Step]:
    """Face a point and come to the arm's reach from it, forwards or backwards."""
    setup = robot.setup
    limits = replace(setup.drive, speed_mps=speed_mps)

    def off() -> float:
        return abs(distance_m(robot.pose, x_m, y_m) - setup.reach_m)

    start = off()
    while off() > setup.reach_tolerance_m or not _is_faced(robot, x_m, y_m):
        velocity = drive_to_range(robot.pose, x_m, y_m, range_m=setup.reach_m, limits=limits)
        yield Step(_NO_PHASE, _share(off(), start), velocity)


def move_arm(
    robot: Robot, target: Sequence[float], *, speed_radps: float | None = None
) -> Iterator[Step]:
    """Move the arm until every joint is at its target (rad)."""
    limits = robot.setup.arm
    if speed_radps is not None:
        limits = ArmLimits(speed_radps, limits.deceleration_radps2)
    start = arm_error_rad(robot.joints, target)
    while (left := arm_error_rad(robot.joints, target)) > robot.setup.joint_tolerance_rad:
        velocities = arm_velocities(robot.joints, target, limits)
        yield Step(_NO_PHASE, _share(left, start), joint_velocities=velocities)


def rest(robot: Robot, duration_s: float) -> Iterator[Step]:
    """Stay at rest for a while."""
    start = robot.now
    while (passed := robot.now - start) < duration_s:
        yield Step(_NO_PHASE, passed / duration_s)


def require_within(robot: Robot, x_m: float, y_m: float) -> None:
    """Raises TaskFailed (UNREACHABLE) for a point farther away than this robot may drive."""
    away = distance_m(robot.pose, x_m, y_m)
    if away > robot.setup.farthest_m:
        raise TaskFailed(
            ErrorCode.UNREACHABLE,
            f"the point ({x_m:g}, {y_m:g}) is {away:.1f} m away; at most"
            f" {robot.setup.farthest_m:g} m are allowed (parameter base.farthest_m)",
        )


def _turn(robot: Robot, error: Callable[[], float]) -> Iterator[Step]:
    limits: DriveLimits = robot.setup.drive
    start = abs(error())
    while abs(left := error()) > robot.setup.heading_tolerance_rad:
        yield Step(_NO_PHASE, _share(abs(left), start), turn(left, limits))


def _is_faced(robot: Robot, x_m: float, y_m: float) -> bool:
    return abs(bearing_rad(robot.pose, x_m, y_m)) <= robot.setup.heading_tolerance_rad


def _share(left: float, start: float) -> float:
    """How much is done when ``left`` of ``start`` is left to do."""
    if start <= 0.0 or math.isinf(start):
        return 1.0
    return min(1.0, max(0.0, 1.0 - left / start))
