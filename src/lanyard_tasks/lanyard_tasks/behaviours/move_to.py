"""move_to: turn, drive, turn. Closed loop over odometry."""

from __future__ import annotations

from lanyard_core.task.built_in import MOVE_TO
from lanyard_tasks.behaviour import Behaviour, Parameters, Steps, in_phase
from lanyard_tasks.legs import face, go_to, require_within, turn_to
from lanyard_tasks.motion.geometry import distance_m
from lanyard_tasks.robot import Robot


class MoveTo(Behaviour):
    """Drives the base to a point, and turns it to a heading when one is given."""

    task_type = MOVE_TO

    def run(self, robot: Robot, parameters: Parameters) -> Steps:
        """Ends within ``tolerance_m`` of the point; the result tells where."""
        x_m, y_m = float(parameters["x_m"]), float(parameters["y_m"])
        tolerance_m = float(parameters["tolerance_m"])
        speed_mps = float(parameters["speed_mps"])
        require_within(robot, x_m, y_m)
        if distance_m(robot.pose, x_m, y_m) > tolerance_m:
            yield from in_phase("turn", face(robot, x_m, y_m))
            yield from in_phase(
                "drive", go_to(robot, x_m, y_m, tolerance_m=tolerance_m, speed_mps=speed_mps)
            )
        if "yaw_rad" in parameters:
            yield from in_phase("align", turn_to(robot, float(parameters["yaw_rad"])))
        pose = robot.pose
        return {
            "x_m": round(pose.x_m, 4),
            "y_m": round(pose.y_m, 4),
            "yaw_rad": round(pose.yaw_rad, 4),
            "off_m": round(distance_m(pose, x_m, y_m), 4),
        }
