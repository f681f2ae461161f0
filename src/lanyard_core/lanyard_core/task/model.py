"""What a task is: its order, its present state, and the record of what happened to it.

Frozen values; a change makes a new one. Times are Unix seconds (they outlive the process),
durations are seconds. Nothing here decides anything: the rules are in ``lifecycle``, ``queue`` and
``supervision``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

HIGHEST_PRIORITY = 9
DEFAULT_PRIORITY = 1


class TaskStatus(str, Enum):
    """Where a task stands; the value is what clients see and the store keeps."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELING = "canceling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def ended(self) -> bool:
        """True when nothing will ever change again."""
        return self in (TaskStatus.SUCCEEDED, TaskStatus.FAILED, TaskStatus.CANCELED)

    @property
    def on_robot(self) -> bool:
        """True while a goal was sent, or may have been, and its end is not known."""
        return self in (TaskStatus.RUNNING, TaskStatus.CANCELING)


class HoldReason(str, Enum):
    """Why a queued task does not start now."""

    ROBOT_OFFLINE = "robot_offline"
    ROBOT_BUSY = "robot_busy"
    HALTED = "halted"


@dataclass(frozen=True, slots=True)
class TaskOrder:
    """What a client asks for, already checked. ``priority`` 0-9, higher runs sooner."""

    task_type: str
    robot_id: str
    parameters_json: str
    priority: int
    timeout_s: float


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

    ``seq`` orders tasks by arrival; ``version`` rises at every change.
    """

    task_id: str
    seq: int
    order: TaskOrder
    status: TaskStatus
    version: int
    attempt: int
    created_unix_s: float
    started_unix_s: float | None = None
    finished_unix_s: float | None = None
    goal_id: UUID | None = None
    phase: str = ""
    result_json: str | None = None
    error: TaskError | None = None
    distance_m: float = 0.0
    run_s: float | None = None
    feedback_count: int = 0


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """One line of a task's history: what happened, when, and what it led to, in words."""

    task_id: str
    at_unix_s: float
    event: str
    status: TaskStatus
    detail: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer that was given for an Idempotency-Key, so that a repeat gets the same.

    ``scope`` is the caller's key id and the header together; ``fingerprint`` a digest of the
    request.
    """

    scope: str
    fingerprint: str
    task_id: str
    answer_json: str
    at_unix_s: float


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks a list shows; None means any. ``before_seq`` continues a page.

    ``robot_ids`` are the robots that whoever asks may see.
    """

    status: TaskStatus | None = None
    robot_id: str | None = None
    task_type: str | None = None
    before_seq: int | None = None
    robot_ids: frozenset[str] | None = None


Changes = Mapping[str, object]
"""Fields of ``Task`` to set, by name."""
