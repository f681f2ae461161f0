"""dock: up to a dock, face it, creep into it. Closed loop over odometry.

Once the robot has begun to creep in it is not left half-way: a plug that is half in does harm.
"""

from __future__ import annotations

import math

from lanyard_core.task.built_in import DOCK
from lanyard_tasks.behaviour import Behaviour, Parameters, Steps, in_phase
from lanyard_tasks.legs import face, go_to, require_within, turn_to
from lanyard_tasks.motion.geometry import distance_m, wrapped
from lanyard_tasks.robot import Robot

# How near is in front of the dock, and in it.
_STAGED_M = 0.05
_DOCKED_M = 0.03
_CREEP_MPS = 0.08


class Dock(Behaviour):
    """Approach, align, mate."""

    task_type = DOCK

    def run(self, robot: Robot, parameters: Parameters) -> Steps:
        """Ends in the dock; the result tells how far off it is."""
        x_m, y_m = float(parameters["x_m"]), float(parameters["y_m"])
        yaw_rad = float(parameters["yaw_rad"])
        staging_m, speed_mps = float(parameters["staging_m"]), float(parameters["speed_mps"])
        require_within(robot, x_m, y_m)
        was_docked = _is_docked(robot, x_m, y_m, yaw_rad)
        if not was_docked:
            front_x_m = x_m - staging_m * math.cos(yaw_rad)
            front_y_m = y_m - staging_m * math.sin(yaw_rad)
            yield from in_phase(
                "approach",
                face(robot, front_x_m, front_y_m),
                go_to(robot, front_x_m, front_y_m, tolerance_m=_STAGED_M, speed_mps=speed_mps),
            )
            yield from in_phase("align", face(robot, x_m, y_m))
            creep_mps = min(speed_mps, _CREEP_MPS)
            yield from in_phase(
                "mate",
                go_to(robot, x_m, y_m, tolerance_m=_DOCKED_M, speed_mps=creep_mps),
                turn_to(robot, yaw_rad),
            )
        pose = robot.pose
        return {
            "off_m": round(distance_m(pose, x_m, y_m), 4),
            "off_rad": round(wrapped(yaw_rad - pose.yaw_rad), 4),
            "was_docked": was_docked,
        }


def _is_docked(robot: Robot, x_m: float, y_m: float, yaw_rad: float) -> bool:
    off_rad = abs(wrapped(yaw_rad - robot.pose.yaw_rad))
    is_near = distance_m(robot.pose, x_m, y_m) <= _DOCKED_M
    return is_near and off_rad <= robot.setup.heading_tolerance_rad
