"""Pause and resume of one run in virtual time: at rest without a lease, then on from there."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any

import pytest

from lanyard_core.safety.states import State
from lanyard_core.task.error_codes import ErrorCode
from lanyard_core.task.run_state import RunState
from lanyard_tasks.behaviours.inspect import Inspect
from lanyard_tasks.behaviours.move_to import MoveTo
from lanyard_tasks.behaviours.pick_and_place import PickAndPlace
from lanyard_tasks.behaviours.sequence import Sequence
from lanyard_tasks.behaviours.wait import Wait
from lanyard_tasks.motion.effects import AskLease, GiveBack, SendCommand
from lanyard_tasks.motion.geometry import REST
from lanyard_tasks.report import Outcome

# The fixture `robot` is the VirtualRobot of conftest.py.
Robot = Any
POINT = {"x_m": 2.0, "y_m": 0.5}


def ticks(robot: Robot, run: Any, seconds: float) -> None:
    until = robot.now + seconds
    while robot.now < until and run.ended is None:
        robot.tick(run)


def until_state(robot: Robot, run: Any, state: RunState) -> None:
    for _ in range(1000):
        if run.feedback().state is state:
            return
        robot.tick(run)
    raise AssertionError(run.feedback())


def paused_in(robot: Robot, run: Any, phase: str) -> None:
    robot.until_phase(run, phase)
    ticks(robot, run, 0.3)
    assert run.pause(robot.now) is None
    until_state(robot, run, RunState.PAUSED)


def test_a_paused_task_is_at_rest_disarmed_and_without_a_lease_for_as_long_as_it_takes(
    robot: Robot,
) -> None:
    run = robot.start(MoveTo(), POINT)
    paused_in(robot, run, "drive")
    assert (robot.session, robot.state) == (0, State.IDLE)
    pose, sent = robot.pose, len(robot.sent)
    ticks(robot, run, 1000.0)
    assert run.ended is None
    assert (robot.pose, len(robot.sent)) == (pose, sent)


def test_the_way_to_rest_is_a_row_of_neutral_commands_before_the_robot_is_disarmed(
    robot: Robot,
) -> None:
    run = robot.start(MoveTo(), POINT)
    robot.until_phase(run, "drive")
    before = len(robot.sent)
    run.pause(robot.now)
    until_state(robot, run, RunState.PAUSED)
    commands = [e for e in robot.sent[before:] if isinstance(e, SendCommand)]
    assert commands
    assert {command.drive for command in commands} == {REST}
    assert isinstance(robot.sent[-1], GiveBack)


def test_a_task_that_goes_on_ends_where_it_would_have_ended(robot: Robot) -> None:
    run = robot.start(MoveTo(), POINT)
    paused_in(robot, run, "drive")
    before = run.feedback()
    assert run.resume(robot.safety()) is None
    ended = robot.until_end(run)
    assert ended.outcome is Outcome.SUCCEEDED
    assert json.loads(ended.result_json)["off_m"] <= 0.05
    assert ended.distance_m == pytest.approx(math.hypot(2.0, 0.5), abs=0.1)
    assert before.phase == "drive"
    assert 0.0 < before.progress < 1.0
    assert sum(isinstance(effect, AskLease) for effect in robot.sent) == 2


def test_a_task_goes_on_from_wherever_the_robot_was_driven_meanwhile(robot: Robot) -> None:
    run = robot.start(MoveTo(), POINT)
    paused_in(robot, run, "drive")
    robot.pose = type(robot.pose)(0.4, -1.0, 2.0)
    run.resume(robot.safety())
    ended = robot.until_end(run)
    assert (ended.outcome, json.loads(ended.result_json)["off_m"] <= 0.05) == (
        Outcome.SUCCEEDED,
        True,
    )


def test_a_pause_stops_the_time_limit_the_run_time_and_the_behaviours_clock(robot: Robot) -> None:
    run = robot.start(Wait(), {"duration_s": 4.0}, timeout_s=5.0)
    ticks(robot, run, 1.0)
    run.pause(robot.now)
    ticks(robot, run, 100.0)
    feedback = run.feedback()
    assert (feedback.state, feedback.phase) == (RunState.PAUSED, "wait")
    assert feedback.paused_s == pytest.approx(100.0, abs=0.1)
    assert feedback.remaining_s == pytest.approx(3.0, abs=0.1)
    assert run.resume(None) is None  # it needs no control node
    ended = robot.until_end(run)
    assert ended.outcome is Outcome.SUCCEEDED
    assert json.loads(ended.result_json)["waited_s"] == pytest.approx(4.0, abs=0.1)
    assert ended.run_time_s == pytest.approx(4.0, abs=0.1)


def test_the_time_limit_runs_on_after_a_pause(robot: Robot) -> None:
    run = robot.start(Wait(), {"duration_s": 10.0}, timeout_s=2.0)
    ticks(robot, run, 1.0)
    run.pause(robot.now)
    ticks(robot, run, 50.0)
    run.resume(None)
    ended = robot.until_end(run)
    assert ended.error is ErrorCode.TIMEOUT
    assert ended.run_time_s == pytest.approx(2.0, abs=0.1)


def test_asking_twice_changes_nothing(robot: Robot) -> None:
    run = robot.start(MoveTo(), POINT)
    paused_in(robot, run, "drive")
    assert run.pause(robot.now) is None
    assert run.feedback().state is RunState.PAUSED
    assert run.resume(robot.safety()) is None
    assert run.resume(robot.safety()) is None
    assert robot.until_end(run).outcome is Outcome.SUCCEEDED
    assert sum(isinstance(effect, AskLease) for effect in robot.sent) == 2


@pytest.mark.parametrize("wishes", list(itertools.product([True, False], repeat=4)))
@pytest.mark.parametrize("gap_s", [0.0, 0.06, 0.4])
def test_whoever_asks_last_gets_it_and_the_task_ends_as_it_should(
    robot: Robot, wishes: tuple[bool, ...], gap_s: float
) -> None:
    run = robot.start(MoveTo(), POINT)
    robot.until_phase(run, "drive")
    for pause in wishes:
        assert (run.pause(robot.now) if pause else run.resume(robot.safety())) is None
        ticks(robot, run, gap_s)
    until_state(robot, run, RunState.PAUSED if wishes[-1] else RunState.RUNNING)
    run.resume(robot.safety())
    assert robot.until_end(run).outcome is Outcome.SUCCEEDED
    assert (robot.session, robot.state) == (0, State.IDLE)


def test_a_task_may_be_paused_before_it_moves(robot: Robot) -> None:
    run = robot.start(MoveTo(), POINT)
    assert run.pause(robot.now) is None
    until_state(robot, run, RunState.PAUSED)
    assert robot.pose.x_m == 0.0
    run.resume(robot.safety())
    assert robot.until_end(run).outcome is Outcome.SUCCEEDED


def test_a_paused_task_can_be_cancelled(robot: Robot) -> None:
    run = robot.start(MoveTo(), POINT)
    paused_in(robot, run, "drive")
    assert run.feedback().cancellable
    run.cancel(robot.now)
    ended = robot.until_end(run)
    assert (ended.outcome, ended.phase) == (Outcome.CANCELED, "drive")


def test_a_task_server_that_ends_ends_a_paused_task_too(robot: Robot) -> None:
    run = robot.start(MoveTo(), POINT)
    paused_in(robot, run, "drive")
    run.shut_down(robot.now)
    assert robot.until_end(run).error is ErrorCode.SHUTTING_DOWN


def test_a_phase_that_cannot_be_paused_says_so_and_goes_on(robot: Robot) -> None:
    run = robot.start(PickAndPlace(), {})
    robot.until_phase(run, "insertion")
    assert not run.feedback().pausable
    why_not = run.pause(robot.now)
    assert why_not is not None
    assert "'insertion'" in why_not
    assert robot.until_end(run).outcome is Outcome.SUCCEEDED


def test_a_task_that_is_decided_cannot_be_paused_or_resumed_any_more(robot: Robot) -> None:
    run = robot.start(MoveTo(), POINT)
    robot.until_phase(run, "drive")
    run.cancel(robot.now)
    assert run.pause(robot.now) is not None
    assert run.resume(robot.safety()) is not None
    assert not run.feedback().pausable


def test_an_arm_goes_on_with_what_it_was_measuring(robot: Robot) -> None:
    run = robot.start(Inspect(), {"views": 2, "dwell_s": 2.0})
    robot.until_phase(run, "look")
    ticks(robot, run, 1.0)
    run.pause(robot.now)
    ticks(robot, run, 60.0)
    run.resume(robot.safety())
    ended = robot.until_end(run)
    assert ended.outcome is Outcome.SUCCEEDED
    assert len(json.loads(ended.result_json)["readings"]) == 2


def test_a_sequence_pauses_in_its_step_unless_the_step_cannot(robot: Robot) -> None:
    behaviours = {"wait": Wait, "pick_and_place": PickAndPlace}
    steps = [
        {"task_type": "wait", "parameters": {"duration_s": 1.0}},
        {"task_type": "pick_and_place"},
    ]
    run = robot.start(Sequence(behaviours), {"steps": steps})
    ticks(robot, run, 0.5)
    run.pause(robot.now)
    until_state(robot, run, RunState.PAUSED)
    run.resume(robot.safety())
    may: set[tuple[str, bool, bool]] = set()
    while run.ended is None:
        robot.tick(run)
        if run.ended is None:
            told = run.feedback()
            may.add((told.phase, told.cancellable, told.pausable))
    assert ("step", True, True) in may
    assert ("step", True, False) in may  # the grasp
    assert ("committed", False, False) in may
    assert run.ended.outcome is Outcome.SUCCEEDED


def test_a_stop_of_the_robot_does_nothing_to_a_paused_task_but_it_must_be_reset_first(
    robot: Robot,
) -> None:
    run = robot.start(MoveTo(), POINT)
    paused_in(robot, run, "drive")
    robot.state, robot.reason = State.SAFE_STOP, "a person in the way"
    ticks(robot, run, 5.0)
    why_not = run.resume(robot.safety())
    assert why_not is not None
    assert "a person in the way" in why_not
    assert run.feedback().state is RunState.PAUSED
    robot.state = State.IDLE
    assert run.resume(robot.safety()) is None
    assert robot.until_end(run).outcome is Outcome.SUCCEEDED


def test_a_stop_on_the_way_to_rest_still_pauses(robot: Robot) -> None:
    run = robot.start(MoveTo(), POINT)
    robot.until_phase(run, "drive")
    run.pause(robot.now)
    robot.tick(run)
    robot.state = State.SAFE_STOP
    until_state(robot, run, RunState.PAUSED)


def test_a_robot_that_somebody_has_taken_just_then_leaves_the_task_paused_and_says_so(
    robot: Robot,
) -> None:
    run = robot.start(MoveTo(), POINT)
    paused_in(robot, run, "drive")
    robot.held_by_other = True
    assert run.resume(robot.safety()) is None
    until_state(robot, run, RunState.PAUSED)
    assert "anna" in run.feedback().state_message
    robot.held_by_other = False
    assert run.resume(robot.safety()) is None
    assert run.feedback().state_message == ""
    assert robot.until_end(run).outcome is Outcome.SUCCEEDED


def test_a_robot_that_cannot_be_armed_again_leaves_the_task_paused(robot: Robot) -> None:
    run = robot.start(MoveTo(), POINT)
    paused_in(robot, run, "drive")
    robot.refuse_to_arm = "no fresh odometry"
    run.resume(robot.safety())
    until_state(robot, run, RunState.PAUSING)
    until_state(robot, run, RunState.PAUSED)
    assert "no fresh odometry" in run.feedback().state_message
    assert robot.session == 0
    robot.refuse_to_arm = ""
    run.resume(robot.safety())
    assert robot.until_end(run).outcome is Outcome.SUCCEEDED


def test_a_stop_after_the_task_has_gone_on_fails_it_as_any_other(robot: Robot) -> None:
    run = robot.start(MoveTo(), POINT)
    paused_in(robot, run, "drive")
    run.resume(robot.safety())
    until_state(robot, run, RunState.RUNNING)
    ticks(robot, run, 0.2)
    robot.state = State.SAFE_STOP
    assert robot.until_end(run).error is ErrorCode.SAFETY_STOP
