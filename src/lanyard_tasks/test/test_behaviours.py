"""What the built-in behaviours make of a robot that does as it is told."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from lanyard_core.task.error_codes import ErrorCode
from lanyard_tasks.behaviours.dock import Dock
from lanyard_tasks.behaviours.inspect import Inspect
from lanyard_tasks.behaviours.move_to import MoveTo
from lanyard_tasks.behaviours.pick_and_place import PickAndPlace
from lanyard_tasks.behaviours.sequence import Sequence
from lanyard_tasks.motion.effects import AskLease, SendCommand
from lanyard_tasks.motion.geometry import REST, distance_m, wrapped
from lanyard_tasks.report import Outcome

# The fixture `robot` is the VirtualRobot of conftest.py.
Robot = Any


def commands(robot: Robot) -> list[SendCommand]:
    return [effect for effect in robot.sent if isinstance(effect, SendCommand)]


@pytest.mark.parametrize("yaw", [0.0, 1.5, -3.0, 3.1])
@pytest.mark.parametrize(("x", "y"), [(2.0, 0.0), (-1.5, 0.3), (0.0, -1.0), (-0.1, 0.0)])
def test_move_to_ends_at_the_point_with_the_heading(
    robot: Robot, x: float, y: float, yaw: float
) -> None:
    parameters = {"x_m": x, "y_m": y, "yaw_rad": yaw, "tolerance_m": 0.02}
    ended = robot.until_end(robot.start(MoveTo(), parameters))
    assert ended.outcome is Outcome.SUCCEEDED
    assert distance_m(robot.pose, x, y) <= 0.03
    assert abs(wrapped(robot.pose.yaw_rad - yaw)) <= 0.04


def test_move_to_keeps_to_the_speed_that_was_asked_for(robot: Robot) -> None:
    robot.until_end(robot.start(MoveTo(), {"x_m": 2.0, "y_m": 0.0, "speed_mps": 0.1}))
    fastest = max(abs(command.drive.linear_mps) for command in commands(robot))
    assert fastest == pytest.approx(0.1)


def test_move_to_where_it_is_ends_without_motion(robot: Robot) -> None:
    ended = robot.until_end(robot.start(MoveTo(), {"x_m": 0.0, "y_m": 0.0}))
    assert ended.outcome is Outcome.SUCCEEDED
    assert {command.drive for command in commands(robot)} == {REST}


def test_move_to_goes_through_its_phases_in_order(robot: Robot) -> None:
    run = robot.start(MoveTo(), {"x_m": 1.0, "y_m": 1.0, "yaw_rad": 0.0})
    phases = []
    while run.ended is None:
        robot.tick(run)
        if run.feedback().phase not in phases:
            phases.append(run.feedback().phase)
    assert phases == ["turn", "drive", "align"]


@pytest.mark.parametrize("far", [{"x_m": 30.0, "y_m": 0.0}, {"x_m": -9000.0, "y_m": 9000.0}])
def test_a_point_that_is_too_far_away_is_unreachable(robot: Robot, far: dict[str, float]) -> None:
    ended = robot.until_end(robot.start(MoveTo(), far))
    assert ended.error is ErrorCode.UNREACHABLE
    assert ended.distance_m == 0.0


def test_a_spot_that_is_too_far_away_is_found_out_before_anything_is_picked(robot: Robot) -> None:
    ended = robot.until_end(robot.start(PickAndPlace(), {"place": {"x_m": 90.0, "y_m": 0.0}}))
    assert (ended.error, ended.phase) == (ErrorCode.UNREACHABLE, "approach")


def test_pick_and_place_without_parameters_moves_only_the_arm(robot: Robot) -> None:
    ended = robot.until_end(robot.start(PickAndPlace(), {}))
    assert ended.outcome is Outcome.SUCCEEDED
    assert ended.distance_m == 0.0
    assert robot.joints == pytest.approx([0.0, -0.9], abs=0.02)
    assert json.loads(ended.result_json)["object"] == "object"


def test_pick_and_place_comes_to_reach_of_both_spots(robot: Robot) -> None:
    spots = {"pick": {"x_m": 1.5, "y_m": 0.5}, "place": {"x_m": 0.5, "y_m": -1.0}}
    run = robot.start(PickAndPlace(), {**spots, "object": "peg"})
    for phase, spot in (("grasp", spots["pick"]), ("insertion", spots["place"])):
        robot.until_phase(run, phase)
        assert distance_m(robot.pose, spot["x_m"], spot["y_m"]) == pytest.approx(0.6, abs=0.04)
    result = json.loads(robot.until_end(run).result_json)
    assert result["object"] == "peg"
    assert result["place"] == spots["place"]


def test_pick_and_place_backs_off_from_a_spot_that_is_too_near(robot: Robot) -> None:
    run = robot.start(PickAndPlace(), {"pick": {"x_m": 0.3, "y_m": 0.0}})
    robot.until_phase(run, "grasp")
    assert robot.pose.x_m == pytest.approx(-0.3, abs=0.04)


def test_base_and_arm_never_move_together(robot: Robot) -> None:
    robot.until_end(robot.start(PickAndPlace(), {"pick": {"x_m": 1.5, "y_m": 0.5}}))
    assert not any(c.drive != REST and any(c.joint_velocities) for c in commands(robot))
    assert any(c.drive != REST for c in commands(robot))


def test_the_insertion_is_slow(robot: Robot) -> None:
    run = robot.start(PickAndPlace(), {})
    robot.until_phase(run, "insertion")
    robot.sent.clear()
    while run.feedback().phase == "insertion":
        robot.tick(run)
    rates = [abs(rate) for command in commands(robot)[:-1] for rate in command.joint_velocities]
    assert 0.0 < max(rates) <= 0.2 + 1e-9


def test_an_insertion_that_pushes_too_hard_fails(robot: Robot) -> None:
    run = robot.start(PickAndPlace(), {"force_n": 10.0})
    robot.until_phase(run, "insertion")
    robot.effort_nm = 6.5
    ended = robot.until_end(run)
    assert (ended.error, ended.phase) == (ErrorCode.INSERTION_FAILED, "insertion")
    assert "10.8 N" in ended.message


def test_force_within_the_limit_is_reported(robot: Robot) -> None:
    robot.effort_nm = 3.0
    ended = robot.until_end(robot.start(PickAndPlace(), {"force_n": 10.0}))
    assert json.loads(ended.result_json)["peak_force_n"] == pytest.approx(5.0)


DOCK_AT = {"x_m": 1.5, "y_m": 0.5, "yaw_rad": 0.8}


def test_dock_ends_in_the_dock_and_faces_it(robot: Robot) -> None:
    ended = robot.until_end(robot.start(Dock(), DOCK_AT))
    assert ended.outcome is Outcome.SUCCEEDED, ended.message
    assert distance_m(robot.pose, DOCK_AT["x_m"], DOCK_AT["y_m"]) <= 0.05
    assert abs(wrapped(robot.pose.yaw_rad - DOCK_AT["yaw_rad"])) <= 0.04
    assert json.loads(ended.result_json)["was_docked"] is False


def test_dock_creeps_in_and_cannot_be_cancelled_then(robot: Robot) -> None:
    run = robot.start(Dock(), DOCK_AT)
    robot.until_phase(run, "mate")
    assert not run.may_cancel()
    before = len(robot.sent)
    robot.until_end(run)
    creeping = [effect for effect in robot.sent[before:] if isinstance(effect, SendCommand)]
    assert 0.0 < max(abs(command.drive.linear_mps) for command in creeping) <= 0.08


def test_a_robot_that_is_in_the_dock_already_stays_there(robot: Robot) -> None:
    ended = robot.until_end(robot.start(Dock(), {"x_m": 0.0, "y_m": 0.0, "yaw_rad": 0.0}))
    assert json.loads(ended.result_json) == {"off_m": 0.0, "off_rad": 0.0, "was_docked": True}
    assert {command.drive for command in commands(robot)} == {REST}


@pytest.mark.parametrize("views", [1, 2, 5])
def test_inspect_tells_what_was_measured_from_every_side(robot: Robot, views: int) -> None:
    run = robot.start(Inspect(), {"spot": {"x_m": 1.5, "y_m": 0.0}, "views": views})
    ended = robot.until_end(run)
    assert ended.outcome is Outcome.SUCCEEDED, ended.message
    readings = json.loads(ended.result_json)["readings"]
    assert len({tuple(reading["joints_rad"]) for reading in readings}) == views
    assert distance_m(robot.pose, 1.5, 0.0) == pytest.approx(0.6, abs=0.03)
    assert robot.joints == pytest.approx([0.0, -0.9], abs=0.02)


def test_inspect_without_a_spot_moves_only_the_arm(robot: Robot) -> None:
    ended = robot.until_end(robot.start(Inspect(), {"dwell_s": 0.0}))
    assert (ended.outcome, ended.distance_m) == (Outcome.SUCCEEDED, 0.0)


STEPS = [
    {"task_type": "move_to", "parameters": {"x_m": 0.8, "y_m": 0.0}},
    {"task_type": "pick_and_place"},
    {"task_type": "move_to", "parameters": {"x_m": 0.0, "y_m": 0.0}},
]


def test_a_sequence_carries_out_its_steps_in_order_and_tells_each_result(robot: Robot) -> None:
    ended = robot.until_end(robot.start(Sequence(), {"steps": STEPS}))
    assert ended.outcome is Outcome.SUCCEEDED, ended.message
    told = json.loads(ended.result_json)["steps"]
    assert [step["task_type"] for step in told] == [step["task_type"] for step in STEPS]
    assert told[2]["result"]["off_m"] <= 0.06


def test_a_sequence_makes_steady_progress_and_asks_for_the_lease_once(robot: Robot) -> None:
    run = robot.start(Sequence(), {"steps": STEPS})
    shares = []
    while run.ended is None:
        robot.tick(run)
        shares.append(run.feedback().progress)
    assert shares == sorted(shares)
    assert sum(isinstance(effect, AskLease) for effect in robot.sent) == 1


def test_a_sequence_cannot_be_cancelled_where_its_step_cannot(robot: Robot) -> None:
    run = robot.start(Sequence(), {"steps": STEPS})
    robot.until_phase(run, "committed")
    assert not run.may_cancel()
    robot.until_phase(run, "step")
    assert run.may_cancel()


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        ([STEPS[0], {"task_type": "move_to", "parameters": {"x_m": 1.0}}], r"step 2 \(move_to\)"),
        ([{"task_type": "fly"}], "step 1: task_type must be one of"),
        ([{"task_type": "sequence", "parameters": {"steps": STEPS}}], "step 1: task_type"),
    ],
)
def test_a_step_that_cannot_be_done_is_named_before_anything_moves(
    robot: Robot, steps: list[dict[str, Any]], complaint: str
) -> None:
    ended = robot.until_end(robot.start(Sequence(), {"steps": steps}))
    assert (ended.error, ended.distance_m) == (ErrorCode.INVALID_PARAMETERS, 0.0)
    assert re.search(complaint, ended.message)


def test_a_step_that_fails_ends_the_sequence_and_is_named(robot: Robot) -> None:
    steps = [{"task_type": "move_to", "parameters": {"x_m": 30.0, "y_m": 0.0}}, STEPS[1]]
    ended = robot.until_end(robot.start(Sequence(), {"steps": steps}))
    assert ended.error is ErrorCode.UNREACHABLE
    assert ended.message.startswith("step 1 (move_to): ")
