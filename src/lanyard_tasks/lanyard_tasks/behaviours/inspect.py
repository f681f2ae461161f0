"""inspect: look at a spot from several sides with the arm, and tell what was measured at each.

The arm's pose above the spot is turned about the vertical in equal steps, from one side of the
robot (parameter ``arm.beside_rad``) to the other.
"""

from __future__ import annotations

from collections.abc import Iterator

from lanyard_core.task.built_in import INSPECT
from lanyard_tasks.behaviour import Behaviour, Parameters, Steps, in_phase
from lanyard_tasks.legs import come_to_range, face, move_arm, require_within, rest
from lanyard_tasks.robot import Robot, Step


class Inspect(Behaviour):
    """Approach, look, retreat."""

    task_type = INSPECT

    def __init__(self) -> None:
        self._readings: list[dict[str, object]] = []

    def run(self, robot: Robot, parameters: Parameters) -> Steps:
        """Ends with the arm at home; the result has one reading for each side."""
        home, above = robot.setup.arm_poses["home"], robot.setup.arm_poses["above"]
        spot, dwell_s = parameters.get("spot"), float(parameters["dwell_s"])
        if spot is not None:
            require_within(robot, spot["x_m"], spot["y_m"])
        looks = [
            leg
            for angle in _angles(int(parameters["views"]), robot.setup.beside_rad)
            for leg in (
                move_arm(robot, (above[0] + angle, *above[1:])),
                self._look(robot, dwell_s),
            )
        ]
        yield from in_phase(
            "approach",
            move_arm(robot, home),
            _come_to(robot, spot, float(parameters["speed_mps"])),
        )
        yield from in_phase("look", *looks)
        yield from in_phase("retreat", move_arm(robot, home))
        return {"spot": spot, "readings": self._readings}

    def _look(self, robot: Robot, dwell_s: float) -> Iterator[Step]:
        yield from rest(robot, dwell_s)
        force_n = robot.tool_force_n
        self._readings.append(
            {
                "joints_rad": [round(position, 4) for position in robot.joints],
                "tool_force_n": None if force_n is None else round(force_n, 2),
            }
        )


def _come_to(robot: Robot, spot: Parameters | None, speed_mps: float) -> Iterator[Step]:
    if spot is not None:
        yield from face(robot, spot["x_m"], spot["y_m"])
        yield from come_to_range(robot, spot["x_m"], spot["y_m"], speed_mps=speed_mps)


def _angles(views: int, beside_rad: float) -> list[float]:
    """Equal steps from one side to the other; a single view is from the middle."""
    if views == 1:
        return [0.0]
    return [beside_rad * (2.0 * index / (views - 1) - 1.0) for index in range(views)]
