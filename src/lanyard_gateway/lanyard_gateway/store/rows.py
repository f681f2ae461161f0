"""Between the rows of the store and the values of the core."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Double, RowMapping

from lanyard_core.task.model import NewTask, Receipt, Task, TaskError, TaskRecord, TaskStatus
from lanyard_core.task.order import LostPolicy, Pairs, RobotSelector, TaskOrder
from lanyard_gateway.store.tables import tasks

_PLAIN_OF_ORDER = (
    "task_type", "robot_id", "parameters_json", "priority", "timeout_s", "not_before_unix_s",
    "deadline_unix_s", "max_attempts", "external_ref",
)  # fmt: skip
# SQLite keeps 300.0 as 300, and some versions give it back like that from RETURNING.
_FLOATS = frozenset(column.name for column in tasks.columns if isinstance(column.type, Double))
_PLAIN_OF_TASK = (
    "task_id", "seq", "version", "attempt", "failed_attempts", "assigned_robot_id",
    "created_unix_s", "started_unix_s", "finished_unix_s", "server_id", "phase", "result_json",
    "distance_m", "run_s", "paused_s", "feedback_count",
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
        **_plain(row, _PLAIN_OF_TASK),
    )


def _order_of(row: RowMapping) -> TaskOrder:
    selector, labels = row["selector_json"], row["labels_json"]
    return TaskOrder(
        selector=_selector_of(selector) if selector else None,
        on_robot_lost=LostPolicy(row["on_robot_lost"]),
        labels=_pairs_of(json.loads(labels)) if labels else (),
        **_plain(row, _PLAIN_OF_ORDER),
    )


def _plain(row: RowMapping, names: Iterable[str]) -> dict[str, Any]:
    found = {name: row[name] for name in names}
    for name in _FLOATS.intersection(found):
        if found[name] is not None:
            found[name] = float(found[name])
    return found


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
        "failed_attempts": 0,
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
    value = {
        "labels": dict(selector.labels),
        "capabilities": selector.capabilities,
        "robots": selector.robots,
    }
    return json.dumps(value, separators=(",", ":"))


def _selector_of(text: str) -> RobotSelector:
    value = json.loads(text)
    return RobotSelector(
        _pairs_of(value["labels"]), tuple(value["capabilities"]), tuple(value["robots"])
    )


def _pairs_of(labels: Mapping[str, str]) -> Pairs:
    return tuple(sorted(labels.items()))
