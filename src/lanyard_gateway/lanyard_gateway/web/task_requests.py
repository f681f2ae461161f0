"""The bodies of requests about tasks, as the OpenAPI document shows them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from lanyard_core.task.order import (
    DEFAULT_PRIORITY,
    HIGHEST_PRIORITY,
    LAST_ATTEMPT,
    LostPolicy,
    RobotSelector,
)
from lanyard_gateway.dispatch.requests import TRIES_WHEN_REQUEUED, OrderDraft
from lanyard_gateway.web.moments import Moment
from lanyard_gateway.web.problem_models import Body

LONGEST_TIMEOUT_S = 86_400.0
LARGEST_BATCH = 100
_MOST_LABELS = 16

# No colon, because lists are asked for by name:value.
LabelName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$")]
LabelValue = Annotated[str, StringConstraints(max_length=64)]
Labels = Annotated[dict[LabelName, LabelValue], Field(max_length=_MOST_LABELS)]
Capability = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Priority = Annotated[int, Field(ge=0, le=HIGHEST_PRIORITY, description="Higher runs sooner.")]


class Selector(Body):
    """A robot that has all of these labels and all of these capabilities."""

    labels: Labels = Field(default_factory=dict)
    capabilities: list[Capability] = Field(default_factory=list, max_length=_MOST_LABELS)

    def value(self) -> RobotSelector:
        """As dispatch wants it."""
        return RobotSelector(
            tuple(sorted(self.labels.items())), tuple(sorted(set(self.capabilities)))
        )


class SubmitTask(Body):
    """A task to be queued, for one robot, for any, or for any that a selector fits."""

    task_type: str = Field(min_length=1, max_length=64)
    robot_id: str | None = Field(
        None, min_length=1, max_length=64, description="A robot's id, or any; or give a selector."
    )
    robot_selector: Selector | None = Field(None, description="Instead of a robot's id.")
    parameters: dict[str, Any] = Field(
        default_factory=dict,
        description="What the task type's schema asks for; see /task-types.",
    )
    priority: Priority = DEFAULT_PRIORITY
    timeout_s: float | None = Field(
        None,
        gt=0.0,
        le=LONGEST_TIMEOUT_S,
        description="Longest run of one attempt in seconds; left out: as the task type says.",
    )
    not_before: Moment | None = Field(None, description="It waits until then.")
    deadline: Moment | None = Field(None, description="If it has not begun by then, it fails.")
    max_attempts: int | None = Field(
        None,
        ge=1,
        le=LAST_ATTEMPT,
        description=(
            "How often it is begun at most, when attempts fail for a reason that may pass; left"
            f" out: once, or {TRIES_WHEN_REQUEUED} times with on_robot_lost requeue."
        ),
    )
    on_robot_lost: LostPolicy = Field(
        LostPolicy.WAIT,
        strict=False,
        description="When the robot falls silent: wait for it, begin anew, or fail.",
    )
    external_ref: str | None = Field(
        None, min_length=1, max_length=128, description="Your own name for it; one task for each."
    )
    labels: Labels = Field(default_factory=dict)

    def draft(self, allowed_robots: frozenset[str] | None) -> OrderDraft:
        """As dispatch wants it; ``allowed_robots`` are those that the caller may use."""
        return OrderDraft(
            task_type=self.task_type,
            robot_id=self.robot_id,
            selector=self.robot_selector.value() if self.robot_selector is not None else None,
            parameters=self.parameters,
            priority=self.priority,
            timeout_s=self.timeout_s,
            not_before_unix_s=self.not_before,
            deadline_unix_s=self.deadline,
            max_attempts=self.max_attempts,
            on_robot_lost=self.on_robot_lost,
            external_ref=self.external_ref,
            labels=self.labels,
            allowed_robots=allowed_robots,
        )


class SubmitBatch(Body):
    """Tasks to be queued together."""

    tasks: list[SubmitTask] = Field(min_length=1, max_length=LARGEST_BATCH)
    atomic: bool = Field(
        True, description="True: all or none. False: those that can be taken in are."
    )


class EditTask(Body):
    """What is to change in a task that waits; what is left out stays, null takes away."""

    priority: Priority | None = None
    not_before: Moment | None = None
    deadline: Moment | None = None
    labels: Labels | None = None

    def changes(self) -> dict[str, object]:
        """The fields of the task to set."""
        names = {"not_before": "not_before_unix_s", "deadline": "deadline_unix_s"}
        found: dict[str, object] = {}
        for field in self.model_fields_set:
            value = getattr(self, field)
            if field == "labels":
                found[field] = tuple(sorted((value or {}).items()))
            elif field == "priority":
                found[field] = DEFAULT_PRIORITY if value is None else value
            else:
                found[names[field]] = value
        return found
