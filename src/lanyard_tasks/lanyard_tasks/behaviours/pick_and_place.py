"""pick_and_place: fetch an object at one spot and insert it at another.

The arm goes through taught joint poses (parameters ``arm.poses.*``) in front of the robot, or
beside it; the gripper is simulated as the time that it takes to close and to open. No joint moves
while the base does. During the insertion the task cannot be cancelled, because a part that is left
half-way in does harm, and the force is watched where the arm reports joint efforts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lanyard_core.task.built_in import PICK_AND_PLACE
from lanyard_core.task.error_codes import ErrorCode
from lanyard_tasks.behaviour import Behaviour, Parameters, Steps, in_phase
from lanyard_tasks.legs import come_to_range, face, move_arm, require_within, rest
from lanyard_tasks.robot import Robot, Step, TaskFailed


class PickAndPlace(Behaviour):
    """Approach, grasp, transfer, insertion, retreat."""

    task_type = PICK_AND_PLACE

    def __init__(self) -> None:
        self._peak_n: float | None = None

    def run(self, robot: Robot, parameters: Parameters) -> Steps:
        """Ends with the arm at home; the result tells what was moved, where, and the peak force."""
        poses = robot.setup.arm_poses
        gripper_s = robot.setup.gripper_s
        pick, place = parameters.get("pick"), parameters.get("place")
        speed_mps = float(parameters["speed_mps"])
        for spot in filter(None, (pick, place)):
            require_within(robot, spot["x_m"], spot["y_m"])
        # A spot that was left out is beside the robot, not where the object was just taken from.
        turned = 0.0 if place else robot.setup.beside_rad
        above, down = (_turned(poses[name], turned) for name in ("above", "down"))

        yield from in_phase(
            "approach",
            move_arm(robot, poses["home"]),
            _come_to(robot, pick, speed_mps),
            move_arm(robot, poses["above"]),
        )
        yield from in_phase("grasp", move_arm(robot, poses["down"]), rest(robot, gripper_s))
        yield from in_phase(
            "transfer",
            move_arm(robot, poses["home"]),
            _come_to(robot, place, speed_mps),
            move_arm(robot, above),
        )
        yield from in_phase(
            "insertion",
            self._insert(robot, down, limit_n=float(parameters["force_n"])),
            rest(robot, gripper_s),
        )
        yield from in_phase("retreat", move_arm(robot, above), move_arm(robot, poses["home"]))
        return {
            "object": parameters["object"],
            "pick": pick,
            "place": place,
            "peak_force_n": None if self._peak_n is None else round(self._peak_n, 2),
        }

    def _insert(self, robot: Robot, target: Sequence[float], *, limit_n: float) -> Iterator[Step]:
        for step in move_arm(robot, target, speed_radps=robot.setup.insertion_speed_radps):
            force_n = robot.tool_force_n
            if force_n is not None:
                self._peak_n = max(force_n, self._peak_n or 0.0)
                if force_n > limit_n:
                    raise TaskFailed(
                        ErrorCode.INSERTION_FAILED,
                        f"the tool was pushed with {force_n:.1f} N; {limit_n:g} N were allowed",
                    )
            yield step


def _come_to(robot: Robot, spot: Parameters | None, speed_mps: float) -> Iterator[Step]:
    if spot is None:
        return
    yield from face(robot, spot["x_m"], spot["y_m"])
    yield from come_to_range(robot, spot["x_m"], spot["y_m"], speed_mps=speed_mps)


def _turned(pose: tuple[float, ...], by_rad: float) -> tuple[float, ...]:
    """The same arm pose with the arm's first joint, which turns about the vertical, turned."""
    return (pose[0] + by_rad, *pose[1:])
