"""Between the rows of the store and the values of the core."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import cast
from uuid import UUID

from sqlalchemy import RowMapping

from lanyard_core.task.model import Receipt, Task, TaskError, TaskOrder, TaskRecord, TaskStatus

_ORDER_FIELDS = ("task_type", "robot_id", "parameters_json", "priority", "timeout_s")
_PLAIN_FIELDS = (
    "task_id", "seq", "version", "attempt", "created_unix_s", "started_unix_s", "finished_unix_s",
    "phase", "result_json", "distance_m", "run_s", "feedback_count",
)  # fmt: skip


def task_of(row: RowMapping) -> Task:
    """The task of a row of ``tasks``."""
    order = TaskOrder(**{name: row[name] for name in _ORDER_FIELDS})
    error = json.loads(row["error_json"]) if row["error_json"] else None
    return Task(
        order=order,
        status=TaskStatus(row["status"]),
        goal_id=UUID(row["goal_id"]) if row["goal_id"] else None,
        error=TaskError(**error) if error else None,
        **{name: row[name] for name in _PLAIN_FIELDS},
    )


def columns_of_order(order: TaskOrder) -> dict[str, object]:
    """The columns of an order."""
    return {name: getattr(order, name) for name in _ORDER_FIELDS}


def columns_of_changes(changes: Mapping[str, object]) -> dict[str, object]:
    """The columns for changed fields of a task.

    Raises KeyError for a field that must not change.
    """
    columns: dict[str, object] = {}
    for name, value in changes.items():
        if name == "goal_id":
            columns[name] = str(value) if value is not None else None
        elif name == "error":
            columns["error_json"] = (
                json.dumps(asdict(cast(TaskError, value))) if value is not None else None
            )
        elif name in _PLAIN_FIELDS:
            columns[name] = value
        else:
            raise KeyError(name)
    return columns


def record_of(row: RowMapping) -> TaskRecord:
    """The history line of a row of ``task_events``."""
    return TaskRecord(
        task_id=row["task_id"],
        at_unix_s=row["at_unix_s"],
        event=row["event"],
        status=TaskStatus(row["status"]),
        detail=row["detail"],
    )


def receipt_of(row: RowMapping) -> Receipt:
    """The receipt of a row of ``receipts``."""
    return Receipt(**dict(row))
