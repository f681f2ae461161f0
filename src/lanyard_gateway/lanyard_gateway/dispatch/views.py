"""What is known of a task: the store's row, and what only memory knows while it waits or runs."""

from __future__ import annotations

from dataclasses import dataclass

from lanyard_core.task.listing import Cursor
from lanyard_core.task.model import HoldReason, Task, TaskStatus

_PROGRESS = {TaskStatus.QUEUED: 0.0, TaskStatus.SUCCEEDED: 1.0}


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as it is now. Seconds; None where a thing is not known or does not apply.

    ``stale``: it is on a robot that cannot be reached, so this is the last that was heard.
    """

    task: Task
    phase: str
    cancellable: bool
    progress: float | None
    feedback_count: int
    distance_m: float
    feedback_age_s: float | None = None
    remaining_s: float | None = None
    position: int | None = None
    starts_unix_s: float | None = None
    hold_reason: HoldReason | None = None
    stale: bool = False

    @classmethod
    def of_row(cls, task: Task) -> TaskView:
        """What the row alone says, for a task that neither waits for nor runs on a known robot."""
        return cls(
            task=task,
            phase=task.phase,
            cancellable=task.status is TaskStatus.QUEUED,
            progress=_PROGRESS.get(task.status),
            feedback_count=task.feedback_count,
            distance_m=task.distance_m,
            hold_reason=HoldReason.ROBOT_OFFLINE if task.status is TaskStatus.QUEUED else None,
            stale=task.status.on_robot,
        )


@dataclass(frozen=True, slots=True)
class CurrentTask:
    """The task that a robot carries out now, for its status and its telemetry."""

    task_id: str
    task_type: str
    status: TaskStatus
    phase: str
    progress: float


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One page of a list; ``next`` continues it, None at the end."""

    items: tuple[TaskView, ...]
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class Submission:
    """The answer to a submitted task, as it was when the task was taken in.

    ``starts_unix_s`` is None when nobody can say; ``replayed``: this answer was given before.
    """

    task_id: str
    position: int
    hold_reason: HoldReason | None
    starts_unix_s: float | None
    replayed: bool = False
