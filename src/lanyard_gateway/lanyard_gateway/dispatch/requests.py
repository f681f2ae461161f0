"""What clients ask for, and the check that makes an order of it, or says what is wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from lanyard_core.faults import FieldError, NotFound, ValidationFailed
from lanyard_core.task.built_in import SEQUENCE
from lanyard_core.task.catalogue import TaskType
from lanyard_core.task.order import (
    ANY_ROBOT,
    DEFAULT_PRIORITY,
    LostPolicy,
    RobotSelector,
    TaskOrder,
)
from lanyard_gateway.dispatch.shop import Shop
from lanyard_gateway.dispatch.steps import wrong_steps

TRIES_WHEN_REQUEUED = 3
"""How often a task is begun at most that is to be done again when its robot is lost."""


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """One task as a client asks for it; None: as its type or its other fields say.

    ``allowed_robots`` are those that the caller may use; None: all.
    """

    task_type: str
    robot_id: str | None = None
    selector: RobotSelector | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    priority: int = DEFAULT_PRIORITY
    timeout_s: float | None = None
    not_before_unix_s: float | None = None
    deadline_unix_s: float | None = None
    max_attempts: int | None = None
    on_robot_lost: LostPolicy = LostPolicy.WAIT
    external_ref: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    allowed_robots: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class TaskRequest:
    """Tasks that are asked for together.

    ``caller`` (a key id) and ``idempotency_key`` together name the request; a key of None means
    that every request is a new one.
    """

    drafts: Sequence[OrderDraft]
    caller: str
    idempotency_key: str | None = None

    def fingerprint(self) -> str:
        """A digest that is equal for equal requests, however they were spelled."""
        content = [asdict(draft) | {"allowed_robots": None} for draft in self.drafts]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def receipt_scope(self) -> str | None:
        """The name under which the answer is kept; None when it is not."""
        return None if self.idempotency_key is None else f"{self.caller}:{self.idempotency_key}"


class OrderDesk:
    """Makes orders of drafts."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def order_of(self, draft: OrderDraft) -> TaskOrder:
        """The order; raises NotFound for the robot, ValidationFailed that names each wrong field.

        Parameters stay as they were sent: defaults are filled in where the task is carried out.
        """
        self._require_known(draft.robot_id)
        task_type = self._task_type(draft.task_type)
        task_type.check(draft.parameters)
        errors = [*_wrong_robot(draft), *_wrong_policy(draft, task_type)]
        if task_type.name == SEQUENCE.name:
            errors += wrong_steps(draft.parameters, self._shop.task_types)
        errors += wrong_times(
            draft.not_before_unix_s, draft.deadline_unix_s, now=self._shop.clocks.unix()
        )
        if errors:
            listed = "; ".join(f"{error.field} {error.message}" for error in errors)
            raise ValidationFailed(listed, errors=errors)
        order = TaskOrder(
            task_type=task_type.name,
            robot_id=draft.robot_id or ANY_ROBOT,
            parameters_json=json.dumps(draft.parameters, separators=(",", ":")),
            priority=draft.priority,
            timeout_s=draft.timeout_s or task_type.default_timeout_s,
            selector=_selector(draft),
            not_before_unix_s=draft.not_before_unix_s,
            deadline_unix_s=draft.deadline_unix_s,
            max_attempts=draft.max_attempts or _usual_attempts(draft),
            on_robot_lost=draft.on_robot_lost,
            external_ref=draft.external_ref,
            labels=tuple(sorted(draft.labels.items())),
        )
        self._require_one_that_can(order)
        return order

    def _task_type(self, name: str) -> TaskType:
        task_type = self._shop.task_types.get(name)
        if task_type is None:
            known = ", ".join(sorted(self._shop.task_types))
            error = FieldError("task_type", "unknown_task_type", f"must be one of {known}")
            raise ValidationFailed(
                f"there is no task type {name!r}; known types: {known}", errors=[error]
            )
        return task_type

    def _require_known(self, robot_id: str | None) -> None:
        """A robot that is offline is fine; one that nobody knows of is not."""
        if robot_id not in (None, ANY_ROBOT, *self._shop.board.robots):
            known = ", ".join(sorted(self._shop.board.robots)) or "none"
            raise NotFound(f"there is no robot {robot_id!r}; known robots: {known}")

    def _require_one_that_can(self, order: TaskOrder) -> None:
        if self._shop.board.robots_for(order):
            return
        where = "robot_selector" if order.selector is not None else "robot_id"
        message = f"no robot can do this; {self._shop.board.describe_robots()}"
        raise ValidationFailed(message, errors=[FieldError(where, "no_such_robot", message)])


def wrong_times(
    not_before: float | None, deadline: float | None, *, now: float
) -> list[FieldError]:
    """What is wrong with the times of an order (Unix seconds)."""
    if deadline is None:
        return []
    if deadline <= now:
        return [FieldError("deadline", "past", "has passed already")]
    if not_before is not None and not_before >= deadline:
        return [FieldError("not_before", "after_deadline", "must be before the deadline")]
    return []


def _wrong_robot(draft: OrderDraft) -> list[FieldError]:
    if draft.robot_id is None and draft.selector is None:
        message = "is required: a robot's id, or any, or a robot_selector instead"
        return [FieldError("robot_id", "required", message)]
    if draft.selector is not None and draft.robot_id not in (None, ANY_ROBOT):
        message = "must not be there when robot_id names a robot"
        return [FieldError("robot_selector", "not_both", message)]
    return []


def _wrong_policy(draft: OrderDraft, task_type: TaskType) -> list[FieldError]:
    if draft.on_robot_lost is not LostPolicy.REQUEUE or task_type.idempotent:
        return []
    message = f"may not be requeue for {task_type.name}, which must not be done twice"
    return [FieldError("on_robot_lost", "not_idempotent", message)]


def _usual_attempts(draft: OrderDraft) -> int:
    return TRIES_WHEN_REQUEUED if draft.on_robot_lost is LostPolicy.REQUEUE else 1


def _selector(draft: OrderDraft) -> RobotSelector | None:
    if draft.robot_id not in (None, ANY_ROBOT):
        return None
    selector = draft.selector
    if draft.allowed_robots is None:
        return selector
    selector = selector or RobotSelector()
    return RobotSelector(
        selector.labels, selector.capabilities, tuple(sorted(draft.allowed_robots))
    )
