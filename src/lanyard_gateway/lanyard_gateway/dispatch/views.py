"""What is known of a task: the store's row, and what only memory knows while it waits or runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lanyard_core.task.catalogue import Phase, TaskType
from lanyard_core.task.listing import Cursor
from lanyard_core.task.model import HoldReason, Task, TaskStatus

_PROGRESS = {TaskStatus.QUEUED: 0.0, TaskStatus.HELD: 0.0, TaskStatus.SUCCEEDED: 1.0}


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as it is now. Seconds; None where a thing is not known or does not apply.

    ``stale``: it is on a robot that cannot be reached, so this is the last that was heard.
    """

    task: Task
    phase: str
    cancellable: bool
    pausable: bool
    progress: float | None
    feedback_count: int
    distance_m: float
    paused_s: float = 0.0
    feedback_age_s: float | None = None
    remaining_s: float | None = None
    position: int | None = None
    starts_unix_s: float | None = None
    hold_reason: HoldReason | None = None
    stale: bool = False

    @classmethod
    def of_row(cls, task: Task) -> TaskView:
        """What the row alone says."""
        return cls(
            task=task,
            phase=task.phase,
            cancellable=task.status.waits,
            pausable=task.status is TaskStatus.QUEUED,
            progress=_PROGRESS.get(task.status),
            feedback_count=task.feedback_count,
            distance_m=task.distance_m,
            paused_s=task.paused_s,
        )


def phase_of(task: Task, task_types: Mapping[str, TaskType]) -> str:
    """The phase that a task on a robot is in, as far as its row and its type say."""
    task_type = task_types.get(task.order.task_type)
    return task.phase or (task_type.phases[0].name if task_type is not None else "")


def phase_is_cancellable(task: Task, task_types: Mapping[str, TaskType]) -> bool:
    """Whether that phase can be cancelled; what is not known may at least be tried."""
    phase = _known_phase(task, task_types)
    return phase is None or phase.cancellable


def phase_is_pausable(task: Task, task_types: Mapping[str, TaskType]) -> bool:
    """Whether that phase can be paused; what is not known may at least be tried."""
    phase = _known_phase(task, task_types)
    return phase is None or phase.pausable


def may_be_asked_to_pause(task: Task) -> bool:
    """Whether a task on a robot is one to pause, if its phase allows it."""
    return task.status in (TaskStatus.RUNNING, TaskStatus.RESUMING)


def _known_phase(task: Task, task_types: Mapping[str, TaskType]) -> Phase | None:
    task_type = task_types.get(task.order.task_type)
    phases = task_type.phases if task_type is not None else ()
    name = phase_of(task, task_types)
    return next((phase for phase in phases if phase.name == name), None)


def last_of_its_kind(
    task_type: TaskType | None, name: str, *, is_over: Callable[[Phase], bool]
) -> str:
    """The last phase from ``name`` on before one for which ``is_over`` holds."""
    phases = task_type.phases if task_type is not None else ()
    names = [phase.name for phase in phases]
    last = name
    for phase in phases[names.index(name) :] if name in names else ():
        if is_over(phase):
            break
        last = phase.name
    return last


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

    ``starts_unix_s`` is None when nobody can say.
    """

    task_id: str
    position: int
    hold_reason: HoldReason | None
    starts_unix_s: float | None


@dataclass(frozen=True, slots=True)
class Submissions:
    """The answer to one request to submit; ``replayed``: this answer was given before."""

    items: tuple[Submission, ...]
    replayed: bool = False
