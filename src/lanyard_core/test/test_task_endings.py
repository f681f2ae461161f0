"""From the result of the ROS action to the end of the task."""

from __future__ import annotations

from uuid import UUID

import pytest

from lanyard_core.port import GoalOutcome, TaskResult
from lanyard_core.task import endings
from lanyard_core.task.endings import ending_of, expired, lost, returned, settled
from lanyard_core.task.error_codes import ErrorCode
from lanyard_core.task.lifecycle import TRANSITIONS, Event
from lanyard_core.task.model import Task, TaskStatus
from lanyard_core.task.order import LostPolicy, TaskOrder

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
        (result(GoalOutcome.FAILED, error_code=103), Event.RETURNED, None),
        (result(GoalOutcome.FAILED, error_code=902), Event.FAILED, "robot_lost"),
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
    assert lost("it was restarted").is_lost


def test_a_deadline_that_passed_is_no_reason_to_try_again():
    assert (expired().event, expired().error.code) == (Event.EXPIRED, "deadline_missed")
    assert not expired().error.retryable


def task(status: TaskStatus = TaskStatus.RUNNING, **more: object) -> Task:
    order = {
        name: more.pop(name) for name in ("max_attempts", "on_robot_lost") if name in more
    }  # fmt: skip
    made = TaskOrder("fetch", "arm-001", "{}", 1, 60.0, **order)
    fields = {"version": 2, "attempt": 1, "created_unix_s": 0.0} | more
    return Task("t-1", 1, made, status, **fields)


GRASP = ending_of(result(GoalOutcome.FAILED, error_code=ErrorCode.GRASP_FAILED))
WRONG = ending_of(result(GoalOutcome.FAILED, error_code=ErrorCode.INVALID_PARAMETERS))
LOST = lost("the robot was not heard")
AGAIN = {"max_attempts": 3, "on_robot_lost": LostPolicy.REQUEUE}


@pytest.mark.parametrize(
    ("before", "ending", "is_idempotent", "event"),
    [
        (task(), GRASP, True, Event.FAILED),
        (task(max_attempts=2), GRASP, False, Event.ATTEMPT_FAILED),
        (task(max_attempts=2, failed_attempts=1), GRASP, False, Event.FAILED),
        (task(max_attempts=2, attempt=9), GRASP, False, Event.ATTEMPT_FAILED),
        (task(max_attempts=255, attempt=255), GRASP, False, Event.FAILED),
        (task(max_attempts=2), WRONG, True, Event.FAILED),
        (task(max_attempts=3), LOST, True, Event.FAILED),
        (task(**AGAIN), LOST, True, Event.REQUEUED),
        (task(**AGAIN), LOST, False, Event.FAILED),
        (task(**AGAIN, failed_attempts=2), LOST, True, Event.FAILED),
        (task(TaskStatus.CANCELING, **AGAIN), LOST, True, Event.FAILED),
        (task(TaskStatus.CANCELING, max_attempts=2), GRASP, True, Event.FAILED),
        (task(TaskStatus.PAUSED, **AGAIN), LOST, True, Event.REQUEUED),
        (task(), returned("busy"), False, Event.RETURNED),
    ],
)
def test_an_attempt_that_ended_badly_is_tried_again_as_the_order_says(
    before, ending, is_idempotent, event
):
    assert settled(before, ending, is_idempotent=is_idempotent).event is event


@pytest.mark.parametrize("outcome", [GoalOutcome.SUCCEEDED, GoalOutcome.CANCELED])
def test_what_a_robot_reports_as_done_is_final(outcome):
    ending = ending_of(result(outcome))
    assert settled(task(**AGAIN), ending, is_idempotent=True) == ending


def test_a_task_that_is_done_again_says_why_and_how_often():
    again = settled(task(max_attempts=3), GRASP, is_idempotent=False)
    assert "grasp_failed" in again.detail
    assert "try 2 of 3" in again.detail
    assert again.error is None


def test_a_robot_that_is_always_busy_is_given_up_in_the_end():
    busy = ending_of(result(GoalOutcome.FAILED, error_code=ErrorCode.BUSY))
    given_up = settled(task(attempt=endings.LAST_ATTEMPT), busy, is_idempotent=True)
    assert (given_up.event, given_up.error.code) == (Event.FAILED, "busy")


@pytest.mark.parametrize("status", [status for status in TaskStatus if status.on_robot])
@pytest.mark.parametrize("ending", [GRASP, WRONG, LOST, returned("it was not sent")])
@pytest.mark.parametrize("tries", [1, 3])
def test_whatever_ends_an_attempt_can_happen_to_its_task(status, ending, tries):
    before = task(status, max_attempts=tries, on_robot_lost=LostPolicy.REQUEUE)
    event = settled(before, ending, is_idempotent=True).event
    assert (status, event) in TRANSITIONS


def stopped() -> endings.Ending:
    return ending_of(result(GoalOutcome.FAILED, error_code=ErrorCode.SAFETY_STOP))


def test_a_stop_of_the_robot_pauses_a_task_whose_type_says_so():
    paused = settled(task(), stopped(), is_idempotent=True, pauses_when_stopped=True)
    assert (paused.event, paused.error) == (Event.STOPPED, None)
    assert "resume" in paused.detail
    assert TRANSITIONS[TaskStatus.RUNNING, paused.event] is TaskStatus.HELD


def test_a_stop_of_the_robot_fails_any_other_task():
    assert settled(task(), stopped(), is_idempotent=True).event is Event.FAILED


def test_a_task_that_is_being_cancelled_is_not_paused_by_a_stop():
    canceling = task(status=TaskStatus.CANCELING)
    assert settled(canceling, stopped(), is_idempotent=True, pauses_when_stopped=True) == stopped()
