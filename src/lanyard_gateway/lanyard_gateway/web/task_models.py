"""The bodies of answers about tasks, as the OpenAPI document shows them."""

from __future__ import annotations

from enum import Enum
from typing import Any

from pydantic import BaseModel, Field

from lanyard_core.task.catalogue import OnStop
from lanyard_core.task.model import HoldReason, TaskStatus
from lanyard_core.task.order import LostPolicy
from lanyard_gateway.web.problem_models import WrongField


class StatusWord(str, Enum):
    """Where a task stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELING = "canceling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"

    @classmethod
    def of(cls, status: TaskStatus) -> StatusWord:
        """The word for a status; a task that is held back is paused, like one on a robot."""
        return cls(status.word)

    def statuses(self) -> frozenset[TaskStatus]:
        """What the store may call it."""
        return frozenset(status for status in TaskStatus if status.word == self.value)


class QueuedTask(BaseModel):
    """A task that was taken in."""

    task_id: str
    status: StatusWord
    estimated_start: str | None = Field(description="Null when nobody can say.")
    position: int = Field(description="Place in the queue of the robot that comes first to it.")
    hold_reason: HoldReason | None = Field(description="Why it does not start at once.")


class RefusedTask(BaseModel):
    """A task of a batch that was not taken in, and why."""

    index: int = Field(description="Its place in the batch, from 0.")
    code: str
    detail: str
    errors: list[WrongField]


class QueuedBatch(BaseModel):
    """The tasks of a batch that were taken in, in its order; with atomic, all of them."""

    items: list[QueuedTask]
    refused: list[RefusedTask] = Field(description="Always empty when the batch is atomic.")


class CanceledTask(BaseModel):
    """What became of a task that was to be cancelled: ``canceled``, or still ``canceling``."""

    task_id: str
    status: StatusWord


class Metrics(BaseModel):
    """Figures of a task."""

    queue_ms: float
    run_ms: float | None = Field(description="Without the time that its robot had paused it.")
    paused_ms: float = Field(description="How long its robot had paused it.")
    retries: int = Field(description="Goals that were sent beyond the first.")
    distance_m: float | None
    energy_wh: float | None = Field(description="Always null: no robot reports it yet.")
    feedback_count: int
    feedback_age_ms: float | None


class FailureReport(BaseModel):
    """Why a task failed."""

    code: str
    message: str
    ros_status: int | None = Field(description="GoalStatus of the ROS action; null: no answer.")
    phase: str | None
    retryable: bool
    details: dict[str, Any]


class RosGoal(BaseModel):
    """Where the task is on the ROS graph."""

    action: str | None
    goal_id: str | None
    server_id: str | None = Field(description="The run of the task server that the goal is for.")


class SelectorObject(BaseModel):
    """What a robot must have to carry the task out."""

    labels: dict[str, str]
    capabilities: list[str]


class TaskObject(BaseModel):
    """A task, its state and its figures."""

    task_id: str
    task_type: str
    robot_id: str = Field(description="The robot that was asked for, or any.")
    robot_selector: SelectorObject | None
    assigned_robot_id: str | None = Field(description="Null: no robot has it yet.")
    status: StatusWord
    phase: str | None
    cancellable: bool
    pausable: bool = Field(description="Whether it could be paused now.")
    priority: int
    parameters: dict[str, Any]
    labels: dict[str, str]
    external_ref: str | None
    attempt: int
    max_attempts: int
    on_robot_lost: LostPolicy
    timeout_s: float
    progress: float | None
    not_before: str | None
    deadline: str | None
    created_at: str
    estimated_start: str | None
    started_at: str | None
    finished_at: str | None
    estimated_finish: str | None
    position: int | None
    metrics: Metrics
    result: dict[str, Any] | None
    error: FailureReport | None
    ros: RosGoal
    hold_reason: HoldReason | None
    stale: bool = Field(description="On a robot that cannot be reached: the last that was heard.")
    etag: str


class TaskList(BaseModel):
    """One page of tasks."""

    items: list[TaskObject]
    next_cursor: str | None


class TaskEvent(BaseModel):
    """Something that happened to a task."""

    number: int = Field(description="Counts a task's events from 1, without a gap.")
    at: str
    event: str
    status: StatusWord = Field(description="What it led to.")
    detail: str = Field(description="Why, for people.")


class TaskEventList(BaseModel):
    """One page of what happened to a task, oldest first."""

    items: list[TaskEvent]
    next_cursor: str | None


class PhaseObject(BaseModel):
    """A stretch of a task."""

    name: str
    cancellable: bool
    pausable: bool
    estimate_s: float


class TaskTypeObject(BaseModel):
    """What a task of a type needs, and which phases it goes through."""

    task_type: str
    title: str
    description: str
    parameters_schema: dict[str, Any]
    phases: list[PhaseObject]
    pausable: bool = Field(description="It can be paused while it runs, in some phase at least.")
    idempotent: bool = Field(description="Doing it twice is as good as doing it once.")
    default_timeout_s: float
    on_stop: OnStop = Field(description="What a stop of the robot makes of it: it fails or pauses.")
    ros_action_type: str
    robots: list[str] = Field(description="Robots that are known, or may be thought, to have it.")


class TaskTypeList(BaseModel):
    """All task types."""

    items: list[TaskTypeObject]
