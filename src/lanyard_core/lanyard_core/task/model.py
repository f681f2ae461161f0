"""What a task is: its order, its present state, and the record of what happened to it.

Frozen values; a change makes a new one. Times are Unix seconds (they outlive the process),
durations are seconds. Nothing here decides anything: the rules are in ``lifecycle``, ``schedule``
and ``supervision``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from lanyard_core.task.order import TaskOrder


class TaskStatus(str, Enum):
    """Where a task stands; the value is what the store keeps."""

    QUEUED = "queued"
    HELD = "held"  # paused before it was begun
    RUNNING = "running"
    PAUSING = "pausing"  # the robot was asked to pause it, and has not yet
    PAUSED = "paused"  # paused on the robot
    RESUMING = "resuming"  # the robot was asked to go on with it, and does not yet
    CANCELING = "canceling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def word(self) -> str:
        """What clients see: what it is until the robot says otherwise.

        Whether it is paused on a robot or before is in the other fields.
        """
        return _WORDS.get(self, self.value)

    @property
    def ended(self) -> bool:
        """True when nothing more will happen by itself."""
        return self in (TaskStatus.SUCCEEDED, TaskStatus.FAILED, TaskStatus.CANCELED)

    @property
    def on_robot(self) -> bool:
        """True while a goal was sent, or may have been, and its end is not known."""
        return not self.waits and not self.ended

    @property
    def stands_still(self) -> bool:
        """True while it is paused on a robot, as far as is known: no time-out runs."""
        return self in (TaskStatus.PAUSED, TaskStatus.RESUMING)

    @property
    def waits(self) -> bool:
        """True while no robot has it."""
        return self in (TaskStatus.QUEUED, TaskStatus.HELD)


_WORDS = {
    TaskStatus.HELD: "paused", TaskStatus.PAUSING: "running", TaskStatus.RESUMING: "paused",
}  # fmt: skip


class HoldReason(str, Enum):
    """Why a queued task does not start now."""

    ROBOT_OFFLINE = "robot_offline"
    ROBOT_BUSY = "robot_busy"
    HALTED = "halted"
    NOT_BEFORE = "not_before"


@dataclass(frozen=True, slots=True)
class TaskError:
    """Why a task failed.

    ``ros_status`` is the action's GoalStatus number, None when there was none.
    """

    code: str
    message: str
    phase: str
    retryable: bool
    ros_status: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A task as the store keeps it.

    ``seq`` orders tasks by arrival; ``version`` rises by one at every change, and is the number of
    the change's line of history. ``attempt`` numbers the goals that were sent, of which
    ``failed_attempts`` failed or were lost. ``server_id`` names the run of the task server to which
    the goal was sent; it is empty when that was not known. ``paused_s`` is how long the robot had
    paused it when that was written last; ``run_s`` is without that.
    """

    task_id: str
    seq: int
    order: TaskOrder
    status: TaskStatus
    version: int
    attempt: int
    created_unix_s: float
    failed_attempts: int = 0
    assigned_robot_id: str | None = None
    started_unix_s: float | None = None
    finished_unix_s: float | None = None
    goal_id: UUID | None = None
    server_id: str = ""
    phase: str = ""
    result_json: str | None = None
    error: TaskError | None = None
    distance_m: float = 0.0
    run_s: float | None = None
    paused_s: float = 0.0
    feedback_count: int = 0


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task that is about to be taken in, under the id that it will have."""

    task_id: str
    order: TaskOrder


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """One line of a task's history: what happened, when, and what it led to, in words.

    ``number`` counts the lines of one task from 1, without a gap.
    """

    task_id: str
    number: int
    at_unix_s: float
    event: str
    status: TaskStatus
    detail: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer that was given for an Idempotency-Key, so that a repeat gets the same.

    ``scope`` is the caller's key id and the header together; ``fingerprint`` a digest of the
    request; ``task_id`` the first of the tasks that it made.
    """

    scope: str
    fingerprint: str
    task_id: str
    answer_json: str
    at_unix_s: float


Changes = Mapping[str, object]
"""Fields of ``Task`` and of its order to set, by name."""
