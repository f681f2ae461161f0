"""What becomes news in the life of a task."""

import pytest

from lanyard_core.events.news import EventType
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import Task, TaskError, TaskStatus
from lanyard_core.task.news import ProgressPace, progress_news, task_news
from lanyard_core.task.order import TaskOrder


def task(status=TaskStatus.QUEUED, **more):
    order = TaskOrder("pick_and_place", "arm-001", "{}", 1, 60.0)
    return Task(
        "t-1", 1, order, status, version=1, attempt=1, created_unix_s=0.0,
        assigned_robot_id="arm-001", **more,
    )  # fmt: skip


@pytest.mark.parametrize("event", list(Event))
def test_everything_that_can_happen_to_a_task_is_news(event):
    news = task_news(task(), event, "because")
    assert (news.task_id, news.robot_id, news.type.family) == ("t-1", "arm-001", "task")
    assert news.data["event"] == event.value
    assert news.data["detail"] == "because"


def test_a_failure_is_told_with_its_error():
    error = TaskError("grasp_failed", "nothing between the fingers", "grasp", retryable=True)
    news = task_news(task(TaskStatus.FAILED, error=error, phase="grasp"), Event.FAILED, "")
    assert news.type is EventType.TASK_FAILED
    assert news.data["error"] == {
        "code": "grasp_failed",
        "message": "nothing between the fingers",
        "retryable": True,
    }


def test_a_task_that_comes_back_after_it_was_cancelled_is_canceled():
    assert task_news(task(), Event.RETURNED, "").type is EventType.TASK_QUEUED
    ended = task_news(task(TaskStatus.CANCELED), Event.RETURNED, "")
    assert ended.type is EventType.TASK_CANCELED


def test_progress_says_how_far_a_task_is():
    news = progress_news(task(), phase="drive", progress=0.25, cancellable=True)
    assert news.type is EventType.TASK_PROGRESS
    assert news.data == {"phase": "drive", "progress": 0.25, "cancellable": True}


def test_progress_is_told_once_a_second_and_at_once_in_a_new_phase():
    pace = ProgressPace()
    moments = [(0.0, "a"), (0.5, "a"), (0.6, "b"), (1.0, "b"), (1.59, "b"), (1.6, "b")]
    assert [pace.is_due(now, phase) for now, phase in moments] == [
        True, False, True, False, False, True,
    ]  # fmt: skip
