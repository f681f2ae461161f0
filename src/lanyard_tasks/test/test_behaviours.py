"""What the built-in behaviours make of a robot that does as it is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lanyard_core.task.error_codes import ErrorCode
from lanyard_tasks.behaviours.move_to import MoveTo
from lanyard_tasks.behaviours.pick_and_place import PickAndPlace
from lanyard_tasks.motion.effects import SendCommand
from lanyard_tasks.motion.geometry import REST, distance_m, wrapped
from lanyard_tasks.run import Outcome

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
