"""The changes that the task store can make, each within a transaction that the caller owns.

A change is the new state together with the line of history that says why. Which changes are
possible is the life cycle's to say; it is asked here, with the row locked, so that of two that race
one is refused.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, update

from lanyard_core.faults import Conflict, NotFound
from lanyard_core.task.ids import goal_id_of
from lanyard_core.task.lifecycle import Event, step
from lanyard_core.task.model import NewTask, Receipt, Task, TaskStatus
from lanyard_gateway.store import queries
from lanyard_gateway.store.rows import columns_of_changes, first_row, receipt_of, task_of
from lanyard_gateway.store.sharing import Sharing
from lanyard_gateway.store.tables import receipts, task_events, task_labels, tasks

RECEIPT_LIFE_S = 24 * 3600.0
"""How long an Idempotency-Key is remembered."""

_ADD_TASK = insert(tasks).returning(tasks)
_ADD_LABEL = insert(task_labels)
_ADD_RECORD = insert(task_events)
_ADD_RECEIPT = insert(receipts)
_DROP_OLD_RECEIPTS = delete(receipts).where(receipts.c.at_unix_s <= bindparam("expired_unix_s"))


def task_in(connection: Connection, task_id: str) -> Task:
    """The task; raises NotFound."""
    row = connection.execute(queries.TASK, {"task_id": task_id}).mappings().first()
    if row is None:
        raise NotFound(f"there is no task {task_id!r}")
    return task_of(row)


def receipt_in(connection: Connection, scope: str, *, at_unix_s: float) -> Receipt | None:
    """The receipt of an Idempotency-Key, unless it has expired."""
    wanted = {"scope": scope, "expired_unix_s": at_unix_s - RECEIPT_LIFE_S}
    row = connection.execute(queries.RECEIPT, wanted).mappings().first()
    return receipt_of(row) if row is not None else None


class Writer:
    """Makes changes; ``sharing`` is how it gets along with other gateways on the same store."""

    def __init__(self, sharing: Sharing) -> None:
        self._sharing = sharing
        lock = sharing.lock
        self._task_to_change = lock(queries.TASK)
        self._first_that_is_free = lock(queries.FIRST_OF, skip_locked=True)

    def add(
        self, connection: Connection, new: Sequence[NewTask], receipt: Receipt | None, at: float
    ) -> list[Task] | Receipt:
        """Take tasks in, all or none; the older receipt instead, when there is one already."""
        if receipt is not None:
            older = receipt_in(connection, receipt.scope, at_unix_s=at)
            if older is not None:
                return older
            connection.execute(_DROP_OLD_RECEIPTS, {"expired_unix_s": at - RECEIPT_LIFE_S})
            connection.execute(_ADD_RECEIPT, _columns_of_receipt(receipt))
        added = [self._add_one(connection, each, at) for each in new]
        records = [_record(task, Event.SUBMITTED, "", at) for task in added]
        connection.execute(_ADD_RECORD, records)
        for task in added:
            self._sharing.announce(connection, task)
        return added

    def change(
        self,
        connection: Connection,
        task_id: str,
        event: Event,
        *,
        at_unix_s: float,
        detail: str,
        changes: Mapping[str, object],
        version: int | None = None,
        holder_of: str | None = None,
    ) -> Task:
        """Let ``event`` happen to a task; see ``TaskStore.change``."""
        if holder_of is not None:
            self._sharing.require_claim(connection, holder_of)
        row = connection.execute(self._task_to_change, {"task_id": task_id}).mappings().first()
        if row is None:
            raise NotFound(f"there is no task {task_id!r}")
        task = task_of(row)
        if version is not None and task.version != version:
            raise Conflict(
                f"task {task_id} has changed meanwhile; read it again", code="etag_mismatch"
            )
        status = step(task.status, event)
        columns = columns_of_changes(changes)
        columns.update(
            status=status.value,
            version=task.version + 1,
            finished_unix_s=at_unix_s if status.ended else None,
        )
        changed = self._update(connection, task.seq, columns)
        if "labels" in changes:
            self._replace_labels(connection, changed)
        connection.execute(_ADD_RECORD, _record(changed, event, detail, at_unix_s))
        self._sharing.announce(connection, changed)
        return changed

    def take(
        self,
        connection: Connection,
        task_ids: Sequence[str],
        *,
        robot_id: str,
        server_id: str,
        at_unix_s: float,
    ) -> Task | None:
        """Give a robot the first of these tasks that is still queued; see ``TaskStore.take``."""
        self._sharing.require_claim(connection, robot_id)
        found = connection.execute(self._first_that_is_free, {"task_ids": list(task_ids)})
        row = found.mappings().first()
        if row is None:
            return None
        task = task_of(row)
        goal_id = goal_id_of(task.task_id, task.attempt)
        columns = {
            "status": step(task.status, Event.DISPATCHED).value,
            "version": task.version + 1,
            "assigned_robot_id": robot_id,
            "goal_id": str(goal_id),
            "server_id": server_id,
            "started_unix_s": at_unix_s,
        }
        taken = self._update(connection, task.seq, columns)
        detail = f"robot {robot_id}, attempt {task.attempt}, goal {goal_id}"
        connection.execute(_ADD_RECORD, _record(taken, Event.DISPATCHED, detail, at_unix_s))
        self._sharing.announce(connection, taken)
        return taken

    def _add_one(self, connection: Connection, new: NewTask, at_unix_s: float) -> Task:
        ref = new.order.external_ref
        if ref is not None:
            _refuse_known_ref(connection, ref)
        row = connection.execute(_ADD_TASK, first_row(new, at_unix_s=at_unix_s)).mappings().one()
        task = task_of(row)
        _add_labels(connection, task)
        return task

    def _update(self, connection: Connection, seq: int, columns: Mapping[str, object]) -> Task:
        statement = update(tasks).where(tasks.c.seq == seq).values(**columns).returning(tasks)
        return task_of(connection.execute(statement).mappings().one())

    def _replace_labels(self, connection: Connection, task: Task) -> None:
        connection.execute(delete(task_labels).where(task_labels.c.seq == task.seq))
        _add_labels(connection, task)


def new_holder() -> str:
    """A name for this gateway's run, by which others know what it holds."""
    return uuid.uuid4().hex


def _add_labels(connection: Connection, task: Task) -> None:
    rows = [
        {"seq": task.seq, "name": name, "value": value, "created_unix_s": task.created_unix_s}
        for name, value in task.order.labels
    ]
    if rows:
        connection.execute(_ADD_LABEL, rows)


def _refuse_known_ref(connection: Connection, external_ref: str) -> None:
    known = connection.execute(queries.TASK_OF_REF, {"external_ref": external_ref}).first()
    if known is not None:
        task_id, status = known
        raise Conflict(
            f"external_ref {external_ref!r} belongs to task {task_id}, which is"
            f" {status}; retry that one, or use another reference",
            code="duplicate_external_ref",
            extra={"task_id": task_id, "task_status": TaskStatus(status).value},
        )


def _columns_of_receipt(receipt: Receipt) -> dict[str, object]:
    return {column.name: getattr(receipt, column.name) for column in receipts.columns}


def _record(task: Task, event: Event, detail: str, at_unix_s: float) -> dict[str, object]:
    return {
        "task_id": task.task_id,
        "number": task.version,
        "at_unix_s": at_unix_s,
        "event": event.value,
        "status": task.status.value,
        "detail": detail,
    }
