"""The SELECTs of the task store. Each reads an index from one of its ends.

A page is asked for by the place of the last task that was shown, so its cost does not grow with the
number of tasks before it.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, bindparam, select, tuple_

from lanyard_core.task.listing import ListOrder, TaskFilter
from lanyard_core.task.model import TaskStatus
from lanyard_gateway.store.tables import receipts, task_events, task_labels, tasks

TASK = select(tasks).where(tasks.c.task_id == bindparam("task_id"))
TASK_OF_REF = select(tasks.c.task_id, tasks.c.status).where(
    tasks.c.external_ref == bindparam("external_ref")
)
RECEIPT = select(receipts).where(
    receipts.c.scope == bindparam("scope"), receipts.c.at_unix_s > bindparam("expired_unix_s")
)
HISTORY = (
    select(task_events)
    .where(task_events.c.task_id == bindparam("task_id"), task_events.c.number > bindparam("after"))
    .order_by(task_events.c.number)
    .limit(bindparam("limit"))
)
_LOOKED_AFTER = [s.value for s in TaskStatus if s.on_robot or s is TaskStatus.QUEUED]
_IS_LOOKED_AFTER = tasks.c.status.in_(_LOOKED_AFTER)
_IS_HELD = (tasks.c.status == TaskStatus.HELD.value) & tasks.c.deadline_unix_s.is_not(None)
UNFINISHED = select(tasks).where(_IS_LOOKED_AFTER | _IS_HELD).order_by(tasks.c.seq)
RECENT_RUNS = (
    select(tasks.c.task_type, tasks.c.run_s)
    .where(tasks.c.status == TaskStatus.SUCCEEDED.value, tasks.c.run_s.is_not(None))
    .order_by(tasks.c.created_unix_s.desc(), tasks.c.seq.desc())
    .limit(bindparam("limit"))
)
FIRST_OF = (
    select(tasks)
    .where(
        tasks.c.task_id.in_(bindparam("task_ids", expanding=True)),
        tasks.c.status == TaskStatus.QUEUED.value,
    )
    .order_by(tasks.c.priority.desc(), tasks.c.seq)
    .limit(1)
)


def page_of(wanted: TaskFilter, *, limit: int) -> Select[tuple[object, ...]]:
    """The tasks of one page of a list."""
    query = select(tasks)
    if wanted.label is not None:
        query = query.join(task_labels, task_labels.c.seq == tasks.c.seq)
    query = query.where(*_conditions(wanted)).limit(limit)
    if wanted.order is ListOrder.PRIORITY:
        return query.order_by(tasks.c.priority.desc(), tasks.c.seq)
    # By the table whose index is read, or the database would sort all that it finds.
    table = task_labels if wanted.label is not None else tasks
    return query.order_by(table.c.created_unix_s.desc(), table.c.seq.desc())


def _conditions(wanted: TaskFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.statuses is not None:
        values = sorted(status.value for status in wanted.statuses)
        one = tasks.c.status == values[0]
        found.append(one if len(values) == 1 else tasks.c.status.in_(values))
    if wanted.robot_ids is not None:
        is_theirs = tasks.c.assigned_robot_id.in_(sorted(wanted.robot_ids))
        found.append(is_theirs | tasks.c.assigned_robot_id.is_(None))
    for column, value in (
        (tasks.c.assigned_robot_id, wanted.robot_id),
        (tasks.c.task_type, wanted.task_type),
        (tasks.c.external_ref, wanted.external_ref),
    ):
        if value is not None:
            found.append(column == value)
    for column, after, before in (
        (tasks.c.created_unix_s, wanted.created_after, wanted.created_before),
        (tasks.c.finished_unix_s, wanted.finished_after, wanted.finished_before),
    ):
        if after is not None:
            found.append(column > after)
        if before is not None:
            found.append(column < before)
    if wanted.label is not None:
        name, text = wanted.label
        found += [task_labels.c.name == name, task_labels.c.value == text]
    if wanted.after is not None:
        found.append(_behind(wanted))
    return found


def _behind(wanted: TaskFilter) -> ColumnElement[bool]:
    cursor = wanted.after
    assert cursor is not None  # noqa: S101 - for the type checker; asked by the caller
    if wanted.order is ListOrder.CREATED:
        table = task_labels if wanted.label is not None else tasks
        return tuple_(table.c.created_unix_s, table.c.seq) < (cursor.rank, cursor.seq)
    lower = tasks.c.priority < int(cursor.rank)
    later = (tasks.c.priority == int(cursor.rank)) & (tasks.c.seq > cursor.seq)
    return (tasks.c.priority <= int(cursor.rank)) & (lower | later)
