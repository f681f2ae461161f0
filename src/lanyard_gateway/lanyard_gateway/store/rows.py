"""Between the rows of the store and the values of the core."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, cast
from uuid import UUID

from sqlalchemy import RowMapping

from lanyard_core.task.model import NewTask, Receipt, Task, TaskError, TaskRecord, TaskStatus
from lanyard_core.task.order import LostPolicy, Pairs, RobotSelector, TaskOrder

_PLAIN_OF_ORDER = (
    "task_type", "robot_id", "parameters_json", "priority", "timeout_s", "not_before_unix_s",
    "deadline_unix_s", "max_attempts", "external_ref",
)  # fmt: skip
_PLAIN_OF_TASK = (
    "task_id", "seq", "version", "attempt", "assigned_robot_id", "created_unix_s",
    "started_unix_s", "finished_unix_s", "server_id", "phase", "result_json", "distance_m",
    "run_s", "feedback_count",
)  # fmt: skip
_FIXED = frozenset({"task_id", "seq", "version", "created_unix_s"})


def task_of(row: RowMapping) -> Task:
    """The task of a row of ``tasks``."""
    error = row["error_json"]
    return Task(
        order=_order_of(row),
        status=TaskStatus(row["status"]),
        goal_id=UUID(row["goal_id"]) if row["goal_id"] else None,
        error=TaskError(**json.loads(error)) if error else None,
        **{name: row[name] for name in _PLAIN_OF_TASK},
    )


def _order_of(row: RowMapping) -> TaskOrder:
    selector, labels = row["selector_json"], row["labels_json"]
    return TaskOrder(
        selector=_selector_of(selector) if selector else None,
        on_robot_lost=LostPolicy(row["on_robot_lost"]),
        labels=_pairs_of(json.loads(labels)) if labels else (),
        **{name: row[name] for name in _PLAIN_OF_ORDER},
    )


def first_row(new: NewTask, *, at_unix_s: float) -> dict[str, object]:
    """The columns of a task that has just come in."""
    order = new.order
    return {
        **{name: getattr(order, name) for name in _PLAIN_OF_ORDER},
        "selector_json": _selector_json(order.selector),
        "on_robot_lost": order.on_robot_lost.value,
        "labels_json": labels_json(order.labels),
        "task_id": new.task_id,
        "assigned_robot_id": order.named_robot,
        "status": TaskStatus.QUEUED.value,
        "version": 1,
        "attempt": 1,
        "created_unix_s": at_unix_s,
        "phase": "",
        "distance_m": 0.0,
        "feedback_count": 0,
    }


def columns_of_changes(changes: Mapping[str, object]) -> dict[str, object]:
    """The columns for changed fields of a task.

    Raises KeyError for a field that must not change.
    """
    columns: dict[str, object] = {}
    for name, value in changes.items():
        column, convert = _CHANGEABLE[name]
        columns[column] = convert(value)
    return columns


def _as_it_is(value: object) -> object:
    return value


def _error_json(error: Any) -> str | None:
    return json.dumps(asdict(cast(TaskError, error))) if error is not None else None


def _text(value: object) -> str | None:
    return str(value) if value is not None else None


def labels_json(labels: Any) -> str | None:
    """Labels as the store keeps them; None when there are none."""
    return json.dumps(dict(labels), separators=(",", ":")) if labels else None


_CHANGEABLE: dict[str, tuple[str, Callable[[Any], object]]] = {
    "goal_id": ("goal_id", _text),
    "error": ("error_json", _error_json),
    "labels": ("labels_json", labels_json),
    **{
        name: (name, _as_it_is)
        for name in (
            *(name for name in _PLAIN_OF_TASK if name not in _FIXED),
            "priority", "not_before_unix_s", "deadline_unix_s",
        )
    },
}  # fmt: skip


def record_of(row: RowMapping) -> TaskRecord:
    """The history line of a row of ``task_events``."""
    return TaskRecord(
        task_id=row["task_id"],
        number=row["number"],
        at_unix_s=row["at_unix_s"],
        event=row["event"],
        status=TaskStatus(row["status"]),
        detail=row["detail"],
    )


def receipt_of(row: RowMapping) -> Receipt:
    """The receipt of a row of ``receipts``."""
    return Receipt(**dict(row))


def _selector_json(selector: RobotSelector | None) -> str | None:
    if selector is None:
        return None
    value = {"labels": dict(selector.labels), "capabilities": list(selector.capabilities)}
    return json.dumps(value, separators=(",", ":"))


def _selector_of(text: str) -> RobotSelector:
    value = json.loads(text)
    return RobotSelector(_pairs_of(value["labels"]), tuple(value["capabilities"]))


def _pairs_of(labels: Mapping[str, str]) -> Pairs:
    return tuple(sorted(labels.items()))
