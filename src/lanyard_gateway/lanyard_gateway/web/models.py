"""The bodies of requests and answers about tasks, as the OpenAPI document shows them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from lanyard_core.task.model import HoldReason, TaskStatus
from lanyard_core.task.order import DEFAULT_PRIORITY, HIGHEST_PRIORITY

LONGEST_TIMEOUT_S = 86_400.0


class Body(BaseModel):
    """A request body: exact types, and no field that is not known."""

    model_config = ConfigDict(extra="forbid", strict=True)


class SubmitTask(Body):
    """A task to be queued."""

    task_type: str = Field(min_length=1, max_length=64, examples=["pick_and_place"])
    robot_id: str = Field(min_length=1, max_length=64, examples=["arm-001"])
    parameters: dict[str, Any] = Field(
        default_factory=dict,
        description="What the task type's schema asks for; see /task-types.",
    )
    priority: int = Field(
        DEFAULT_PRIORITY, ge=0, le=HIGHEST_PRIORITY, description="Higher runs sooner."
    )
    timeout_s: float | None = Field(
        None,
        gt=0.0,
        le=LONGEST_TIMEOUT_S,
        description="Longest run in seconds; left out: as the task type says.",
    )


class QueuedTask(BaseModel):
    """A task that was taken in."""

    task_id: str
    status: TaskStatus
    estimated_start: str | None = Field(description="None when nobody can say.")
    position: int = Field(description="Place in the robot's queue; 1 is next.")
    hold_reason: HoldReason | None = Field(description="Why it does not start at once.")


class CanceledTask(BaseModel):
    """What became of a task that was to be cancelled: ``canceled``, or still ``canceling``."""

    task_id: str
    status: TaskStatus


class Metrics(BaseModel):
    """Figures of a task."""

    queue_ms: float
    run_ms: float | None
    retries: int
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


class TaskObject(BaseModel):
    """A task, its state and its figures."""

    task_id: str
    task_type: str
    robot_id: str
    assigned_robot_id: str
    status: TaskStatus
    phase: str | None
    cancellable: bool
    priority: int
    parameters: dict[str, Any]
    labels: dict[str, str]
    external_ref: str | None
    attempt: int
    timeout_s: float
    progress: float | None
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
    """One page of tasks, newest first."""

    items: list[TaskObject]
    next_cursor: str | None


class PhaseObject(BaseModel):
    """A stretch of a task."""

    name: str
    cancellable: bool
    estimate_s: float


class TaskTypeObject(BaseModel):
    """What a task of a type needs, and which phases it goes through."""

    task_type: str
    title: str
    description: str
    parameters_schema: dict[str, Any]
    phases: list[PhaseObject]
    idempotent: bool
    default_timeout_s: float


class TaskTypeList(BaseModel):
    """All task types."""

    items: list[TaskTypeObject]


class Problem(BaseModel):
    """An error, as RFC 9457 problem details."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str = Field(description="Stable, for programs.")
    detail: str = Field(description="What is wrong and how to mend it, for people.")
    request_id: str
    retryable: bool
