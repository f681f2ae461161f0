"""What becomes news in the life of a task, and in which words."""

from __future__ import annotations

from lanyard_core.events.news import EventType, News
from lanyard_core.stream.plain import Plain
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import Task

PROGRESS_PERIOD_S = 1.0

_TYPES = {
    Event.SUBMITTED: EventType.TASK_QUEUED,
    Event.RETURNED: EventType.TASK_QUEUED,
    Event.RELEASED: EventType.TASK_QUEUED,
    Event.REQUEUED: EventType.TASK_QUEUED,
    Event.ATTEMPT_FAILED: EventType.TASK_QUEUED,
    Event.RETRIED: EventType.TASK_QUEUED,
    Event.DISPATCHED: EventType.TASK_STARTED,
    Event.HELD: EventType.TASK_PAUSED,
    Event.STOPPED: EventType.TASK_PAUSED,
    Event.PAUSED: EventType.TASK_PAUSED,
    Event.RESUMED: EventType.TASK_RESUMED,
    Event.CANCEL_REQUESTED: EventType.TASK_CANCELING,
    Event.WITHDRAWN: EventType.TASK_CANCELED,
    Event.CANCELED: EventType.TASK_CANCELED,
    Event.SUCCEEDED: EventType.TASK_SUCCEEDED,
    Event.FAILED: EventType.TASK_FAILED,
    Event.EXPIRED: EventType.TASK_FAILED,
}
"""Whatever is not here is a change that left the task where it was."""

TOLD_BY_PROGRESS = frozenset({Event.ACCEPTED, Event.PHASE})
"""No news where the task's progress is told as it comes."""


def task_news(task: Task, event: Event, detail: str) -> News:
    """The news that ``event`` has made ``task`` of a task; ``detail`` says why, for a person."""
    kind = _TYPES.get(event, EventType.TASK_CHANGED)
    if task.status.ended and event is Event.RETURNED:
        kind = EventType.TASK_CANCELED  # it was on its way back when it was cancelled
    data: dict[str, Plain] = {
        "event": event.value,
        "status": task.status.word,
        "task_type": task.order.task_type,
        "attempt": task.attempt,
        "phase": task.phase,
        "detail": detail,
    }
    if task.error is not None:
        data["error"] = {
            "code": task.error.code,
            "message": task.error.message,
            "retryable": task.error.retryable,
        }
    return News(kind, robot_id=task.assigned_robot_id, task_id=task.task_id, data=data)


def progress_news(task: Task, *, phase: str, progress: float, cancellable: bool) -> News:
    """The news that a task goes on: its phase, and the share of it that is done, [0, 1]."""
    data: dict[str, Plain] = {"phase": phase, "progress": progress, "cancellable": cancellable}
    return News(
        EventType.TASK_PROGRESS, robot_id=task.assigned_robot_id, task_id=task.task_id, data=data
    )


class ProgressPace:
    """Says when progress is worth telling: in a new phase at once, otherwise once a second."""

    __slots__ = ("_due", "_phase")

    def __init__(self) -> None:
        self._phase: str | None = None
        self._due = float("-inf")

    def is_due(self, now: float, phase: str) -> bool:
        """Whether to tell now (seconds, monotonic); the caller then does."""
        if phase == self._phase and now < self._due:
            return False
        self._phase, self._due = phase, now + PROGRESS_PERIOD_S
        return True
