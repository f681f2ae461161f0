"""The life cycle of a task: the whole table, walked."""

from __future__ import annotations

import itertools

import pytest

from lanyard_core.faults import Conflict
from lanyard_core.task.lifecycle import TRANSITIONS, Event, step
from lanyard_core.task.model import TaskStatus

EVERYTHING = list(itertools.product(TaskStatus, Event))
IMPOSSIBLE = [pair for pair in EVERYTHING if pair not in TRANSITIONS]


@pytest.mark.parametrize(("status", "event"), IMPOSSIBLE)
def test_what_is_not_in_the_table_is_refused(status, event):
    with pytest.raises(Conflict) as refusal:
        step(status, event)
    assert refusal.value.code == ("task_terminal" if status.ended else "conflict")


@pytest.mark.parametrize(("pair", "after"), TRANSITIONS.items())
def test_what_is_in_the_table_happens(pair, after):
    assert step(*pair) is after


def test_a_task_ends_once_and_begins_anew_only_on_somebodys_word():
    after_the_end = {pair for pair in TRANSITIONS if pair[0].ended}
    assert after_the_end == {
        (TaskStatus.FAILED, Event.RETRIED),
        (TaskStatus.CANCELED, Event.RETRIED),
    }


def test_every_status_can_be_reached_and_left_for_an_end():
    reached = {TaskStatus.QUEUED}
    for _ in TaskStatus:
        reached |= {to for (at, _), to in TRANSITIONS.items() if at in reached}
    assert reached == set(TaskStatus)
    for status in (each for each in TaskStatus if not each.ended):
        assert any(to.ended for (at, _), to in TRANSITIONS.items() if at is status)


def test_a_task_never_runs_without_having_been_dispatched():
    into_running = {
        event
        for (at, event), to in TRANSITIONS.items()
        if to is TaskStatus.RUNNING and not at.on_robot
    }
    assert into_running == {Event.DISPATCHED}


def test_a_task_on_a_robot_is_only_canceled_when_the_robot_has_stopped_it():
    to_canceled = {
        (at, event)
        for (at, event), to in TRANSITIONS.items()
        if to is TaskStatus.CANCELED and at.on_robot
    }
    assert to_canceled == {
        (TaskStatus.RUNNING, Event.CANCELED),
        (TaskStatus.PAUSING, Event.CANCELED),
        (TaskStatus.PAUSED, Event.CANCELED),
        (TaskStatus.RESUMING, Event.CANCELED),
        (TaskStatus.CANCELING, Event.CANCELED),
        (TaskStatus.CANCELING, Event.RETURNED),
    }


def test_what_a_robot_reports_of_a_task_ends_it_whatever_we_thought_of_it():
    for status in (each for each in TaskStatus if each.on_robot):
        for event in (Event.SUCCEEDED, Event.FAILED, Event.CANCELED):
            assert step(status, event).value == event.value


def test_a_task_that_is_being_cancelled_is_never_begun_anew():
    into_queued = {at for (at, _), to in TRANSITIONS.items() if to is TaskStatus.QUEUED}
    assert TaskStatus.CANCELING not in into_queued


def test_a_goal_that_did_not_reach_the_robot_is_not_sent_again_once_it_was_cancelled():
    assert step(TaskStatus.RUNNING, Event.RETURNED) is TaskStatus.QUEUED
    assert step(TaskStatus.CANCELING, Event.RETURNED) is TaskStatus.CANCELED


def test_only_the_robots_word_makes_a_task_on_it_paused_or_running():
    pauses = {TaskStatus.RUNNING, TaskStatus.PAUSING, TaskStatus.PAUSED, TaskStatus.RESUMING}
    moves = {
        (event, to)
        for (at, event), to in TRANSITIONS.items()
        if at in pauses and to in (TaskStatus.RUNNING, TaskStatus.PAUSED) and at is not to
    }
    assert moves == {
        (Event.PAUSED, TaskStatus.PAUSED),
        (Event.RESUME_REFUSED, TaskStatus.PAUSED),
        (Event.RESUMED, TaskStatus.RUNNING),
        (Event.PAUSE_REFUSED, TaskStatus.RUNNING),
    }


def test_no_pause_takes_a_task_from_its_robot():
    """No second goal comes of it: what a pause brings about keeps the goal that there is."""
    of_pauses = {
        Event.PAUSE_REQUESTED, Event.PAUSE_REFUSED, Event.PAUSED,
        Event.RESUME_REQUESTED, Event.RESUME_REFUSED, Event.RESUMED,
    }  # fmt: skip
    found = {(at.on_robot, to.on_robot) for (at, e), to in TRANSITIONS.items() if e in of_pauses}
    assert found == {(True, True)}


def test_a_task_that_somebody_has_paused_waits_for_somebody_before_it_is_begun_anew():
    for at in (TaskStatus.PAUSING, TaskStatus.PAUSED):
        for event in (Event.RETURNED, Event.REQUEUED, Event.ATTEMPT_FAILED, Event.STOPPED):
            assert step(at, event) is TaskStatus.HELD


@pytest.mark.parametrize("at", [each for each in TaskStatus if each.on_robot])
def test_a_task_on_a_robot_can_always_be_cancelled(at):
    if at is not TaskStatus.CANCELING:
        assert step(at, Event.CANCEL_REQUESTED) is TaskStatus.CANCELING


def test_clients_see_what_a_task_is_until_the_robot_says_otherwise():
    words = {status: status.word for status in TaskStatus if status.word != status.value}
    assert words == {
        TaskStatus.HELD: "paused",
        TaskStatus.PAUSING: "running",
        TaskStatus.RESUMING: "paused",
    }
