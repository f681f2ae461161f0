"""From the result of the ROS action to the end of the task."""

from __future__ import annotations

from uuid import UUID

import pytest

from lanyard_core.port import GoalOutcome, TaskResult
from lanyard_core.task.endings import ending_of, given_up_as_busy, lost, returned
from lanyard_core.task.error_codes import ErrorCode
from lanyard_core.task.lifecycle import Event

GOAL = UUID(int=1)


def result(outcome: GoalOutcome, **more: object) -> TaskResult:
    return TaskResult(goal_id=GOAL, outcome=outcome, **more)


@pytest.mark.parametrize(
    ("ended", "event", "code"),
    [
        (result(GoalOutcome.SUCCEEDED), Event.SUCCEEDED, None),
        (result(GoalOutcome.CANCELED, phase="grasp"), Event.CANCELED, None),
        (result(GoalOutcome.FAILED, error_code=400), Event.FAILED, "grasp_failed"),
        (result(GoalOutcome.FAILED, error_code=202), Event.FAILED, "safety_stop"),
        (result(GoalOutcome.FAILED, error_code=65_000), Event.FAILED, "error_65000"),
        (result(GoalOutcome.FAILED), Event.FAILED, "unexplained"),
        (result(GoalOutcome.REJECTED), Event.FAILED, "goal_rejected"),
        (result(GoalOutcome.REJECTED, error_code=101), Event.FAILED, "invalid_parameters"),
        (result(GoalOutcome.UNKNOWN), Event.FAILED, "robot_lost"),
        (result(GoalOutcome.REJECTED, error_code=102), Event.RETURNED, None),
        (result(GoalOutcome.FAILED, error_code=102), Event.RETURNED, None),
    ],
)
def test_every_outcome_has_its_ending(ended, event, code):
    ending = ending_of(ended)
    assert ending.event is event
    assert (ending.error.code if ending.error else None) == code
    assert ending.detail


@pytest.mark.parametrize("outcome", list(GoalOutcome))
@pytest.mark.parametrize("code", list(ErrorCode))
def test_no_combination_is_left_out(outcome, code):
    ending_of(result(outcome, error_code=code))


def test_a_goal_that_the_robot_knows_needs_a_new_id_to_be_sent_again():
    assert ending_of(result(GoalOutcome.FAILED, error_code=ErrorCode.BUSY)).attempt_is_spent
    assert not ending_of(result(GoalOutcome.REJECTED, error_code=ErrorCode.BUSY)).attempt_is_spent
    assert not returned("it was never sent").attempt_is_spent


def test_a_failure_keeps_the_robots_words_phase_and_status():
    said = {"error_message": "nothing there", "phase": "grasp", "ros_status": 6}
    ended = result(GoalOutcome.FAILED, error_code=400, **said)
    error = ending_of(ended).error
    assert (error.message, error.phase, error.ros_status) == ("nothing there", "grasp", 6)
    assert error.retryable


def test_what_must_be_mended_first_is_not_called_retryable():
    assert not ending_of(result(GoalOutcome.FAILED, error_code=101)).error.retryable
    assert not ending_of(result(GoalOutcome.FAILED, error_code=302)).error.retryable


def test_a_lost_robot_says_that_the_work_must_be_checked():
    assert "checked at the robot" in lost("it was restarted").error.message
    assert lost("it was restarted").error.ros_status is None
    assert given_up_as_busy().error.code == "busy"
