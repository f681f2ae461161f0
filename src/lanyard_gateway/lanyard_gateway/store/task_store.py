"""Tasks, their history and the receipts of Idempotency-Keys, on disk.

Every change is one transaction: the new state, and the line of history that says why, together or
not at all. Which changes are possible is the life cycle's to say; it is asked inside the
transaction, so that of two that race, one is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from lanyard_core.faults import NotFound
from lanyard_core.task.lifecycle import Event, step
from lanyard_core.task.model import (
    Changes,
    Receipt,
    Task,
    TaskFilter,
    TaskOrder,
    TaskRecord,
    TaskStatus,
)
from lanyard_core.task.queue import QueueEntry
from lanyard_gateway.store.database import Database
from lanyard_gateway.store.rows import (
    columns_of_changes,
    columns_of_order,
    receipt_of,
    record_of,
    task_of,
)
from lanyard_gateway.store.tables import receipts, task_events, tasks

RECEIPT_LIFE_S = 24 * 3600.0
"""How long an Idempotency-Key is remembered."""


class SqlTaskStore:
    """The TaskStore of ``lanyard_gateway.dispatch.ports``.

    Coroutines; call them on the event loop.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, path: Path) -> SqlTaskStore:
        """Open or make the store at ``path``. Blocks; raises BadConfiguration."""
        return cls(Database.open(path))

    def close(self) -> None:
        """Close the store after what waits is done. Blocks."""
        self._database.close()

    async def check(self) -> None:
        """Return when the store answers; raises Unavailable when it does not."""
        await self._database.run(lambda connection: connection.scalar(select(1)))

    async def add(
        self, task_id: str, order: TaskOrder, *, at_unix_s: float, receipt: Receipt | None
    ) -> Task | Receipt:
        """Take a task in, with its receipt.

        The older receipt instead, when there is one already.
        """

        def work(connection: Connection) -> Task | Receipt:
            if receipt is not None:
                older = _receipt(connection, receipt.scope, at_unix_s)
                if older is not None:
                    return older
                connection.execute(
                    delete(receipts).where(receipts.c.at_unix_s <= at_unix_s - RECEIPT_LIFE_S)
                )
                connection.execute(insert(receipts).values(**_columns_of_receipt(receipt)))
            connection.execute(insert(tasks).values(**_first_row(task_id, order, at_unix_s)))
            _record(connection, task_id, at_unix_s, Event.SUBMITTED, TaskStatus.QUEUED, "")
            return _get(connection, task_id)

        return await self._database.run(work)

    async def receipt(self, scope: str, *, at_unix_s: float) -> Receipt | None:
        """The receipt of an Idempotency-Key, unless it has expired."""
        return await self._database.run(lambda c: _receipt(c, scope, at_unix_s))

    async def get(self, task_id: str) -> Task:
        """The task; raises NotFound."""
        return await self._database.run(lambda connection: _get(connection, task_id))

    async def page(self, wanted: TaskFilter, *, limit: int) -> Sequence[Task]:
        """Tasks that match, newest first, at most ``limit``."""
        conditions: list[ColumnElement[bool]] = []
        if wanted.status is not None:
            conditions.append(tasks.c.status == wanted.status.value)
        if wanted.robot_id is not None:
            conditions.append(tasks.c.robot_id == wanted.robot_id)
        if wanted.task_type is not None:
            conditions.append(tasks.c.task_type == wanted.task_type)
        if wanted.robot_ids is not None:
            conditions.append(tasks.c.robot_id.in_(wanted.robot_ids))
        if wanted.before_seq is not None:
            conditions.append(tasks.c.seq < wanted.before_seq)
        query = select(tasks).where(*conditions).order_by(tasks.c.seq.desc()).limit(limit)

        def work(connection: Connection) -> Sequence[Task]:
            return [task_of(row) for row in connection.execute(query).mappings()]

        return await self._database.run(work)

    async def history(self, task_id: str) -> Sequence[TaskRecord]:
        """All that happened to a task, oldest first."""
        query = select(task_events).where(task_events.c.task_id == task_id)

        def work(connection: Connection) -> Sequence[TaskRecord]:
            rows = connection.execute(query.order_by(task_events.c.id)).mappings()
            return [record_of(row) for row in rows]

        return await self._database.run(work)

    async def change(
        self, task_id: str, event: Event, *, at_unix_s: float, detail: str, changes: Changes
    ) -> Task:
        """Let ``event`` happen to a task.

        Raises NotFound, or Conflict when it cannot happen now.
        """
        columns = columns_of_changes(changes)

        def work(connection: Connection) -> Task:
            task = _get(connection, task_id)
            status = step(task.status, event)
            columns.update(
                status=status.value,
                version=task.version + 1,
                finished_unix_s=at_unix_s if status.ended else None,
            )
            connection.execute(update(tasks).where(tasks.c.seq == task.seq).values(**columns))
            _record(connection, task_id, at_unix_s, event, status, detail)
            return _get(connection, task_id)

        return await self._database.run(work)

    async def queued(self) -> Sequence[tuple[str, QueueEntry]]:
        """Robot and queue entry of every queued task, in order of arrival."""
        query = (
            select(
                tasks.c.robot_id, tasks.c.seq, tasks.c.task_id, tasks.c.task_type, tasks.c.priority
            )
            .where(tasks.c.status == TaskStatus.QUEUED.value)
            .order_by(tasks.c.seq)
        )

        def work(connection: Connection) -> Sequence[tuple[str, QueueEntry]]:
            rows = connection.execute(query)
            return [(robot_id, QueueEntry(*entry)) for robot_id, *entry in rows]

        return await self._database.run(work)

    async def on_robots(self) -> Sequence[Task]:
        """Every task whose goal was sent, or may have been, and whose end is not known."""
        statuses = [status.value for status in TaskStatus if status.on_robot]
        query = select(tasks).where(tasks.c.status.in_(statuses)).order_by(tasks.c.seq)

        def work(connection: Connection) -> Sequence[Task]:
            return [task_of(row) for row in connection.execute(query).mappings()]

        return await self._database.run(work)

    async def recent_runs(self, *, limit: int) -> Sequence[tuple[str, float]]:
        """Type and run time of the last tasks that succeeded, oldest first."""
        query = (
            select(tasks.c.task_type, tasks.c.run_s)
            .where(tasks.c.status == TaskStatus.SUCCEEDED.value, tasks.c.run_s.is_not(None))
            .order_by(tasks.c.seq.desc())
            .limit(limit)
        )

        def work(connection: Connection) -> Sequence[tuple[str, float]]:
            return [(task_type, run_s) for task_type, run_s in connection.execute(query)][::-1]

        return await self._database.run(work)


def _get(connection: Connection, task_id: str) -> Task:
    row = connection.execute(select(tasks).where(tasks.c.task_id == task_id)).mappings().first()
    if row is None:
        raise NotFound(f"there is no task {task_id!r}")
    return task_of(row)


def _receipt(connection: Connection, scope: str, at_unix_s: float) -> Receipt | None:
    query = select(receipts).where(
        receipts.c.scope == scope, receipts.c.at_unix_s > at_unix_s - RECEIPT_LIFE_S
    )
    row = connection.execute(query).mappings().first()
    return receipt_of(row) if row is not None else None


def _columns_of_receipt(receipt: Receipt) -> dict[str, object]:
    return {column.name: getattr(receipt, column.name) for column in receipts.columns}


def _first_row(task_id: str, order: TaskOrder, at_unix_s: float) -> dict[str, object]:
    return {
        **columns_of_order(order),
        "task_id": task_id,
        "status": TaskStatus.QUEUED.value,
        "version": 1,
        "attempt": 1,
        "created_unix_s": at_unix_s,
        "phase": "",
        "distance_m": 0.0,
        "feedback_count": 0,
    }


def _record(
    connection: Connection,
    task_id: str,
    at_unix_s: float,
    event: Event,
    status: TaskStatus,
    detail: str,
) -> None:
    connection.execute(
        insert(task_events).values(
            task_id=task_id,
            at_unix_s=at_unix_s,
            event=event.value,
            status=status.value,
            detail=detail,
        )
    )
