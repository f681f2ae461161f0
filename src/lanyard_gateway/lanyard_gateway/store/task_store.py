"""Tasks, their history and the receipts of Idempotency-Keys, in a database.

The TaskStore of ``lanyard_gateway.dispatch.ports``, on SQLite or PostgreSQL. Coroutines, for the
event loop; what one has answered is on disk.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, select

from lanyard_core.task.lifecycle import Event
from lanyard_core.task.listing import TaskFilter
from lanyard_core.task.model import Changes, NewTask, Receipt, Task, TaskRecord
from lanyard_core.task.sharing import Claims
from lanyard_gateway.store import postgresql, queries, sqlite
from lanyard_gateway.store.database import Database
from lanyard_gateway.store.listener import Listener, OnChange, OnGap
from lanyard_gateway.store.rows import record_of, task_of
from lanyard_gateway.store.sharing import Alone, Shared, Sharing
from lanyard_gateway.store.writing import RECEIPT_LIFE_S, Writer, new_holder, receipt_in, task_in

__all__ = ["RECEIPT_LIFE_S", "SqlTaskStore"]

T = TypeVar("T")


class SqlTaskStore:
    """See the module's docstring."""

    def __init__(
        self, database: Database, sharing: Sharing, listener: Listener | None = None
    ) -> None:
        self._database = database
        self._sharing = sharing
        self._writer = Writer(sharing)
        self._listener = listener

    @classmethod
    def open(cls, path: Path) -> SqlTaskStore:
        """Open or make the store in the file ``path``. Blocks; raises BadConfiguration."""
        return cls(Database(sqlite.open_file(path)), Alone())

    @classmethod
    def open_url(cls, url: str) -> SqlTaskStore:
        """Open or make the store in a PostgreSQL database. Blocks; raises BadConfiguration."""
        me = new_holder()
        engine = postgresql.open_url(url)
        return cls(Database(engine), Shared(me), Listener(postgresql.listening_engine(url), me))

    def listen(self, on_change: OnChange, on_gap: OnGap) -> None:
        """Hear of tasks that other gateways change, and to which version, on the running loop.

        ``on_gap`` is called when changes may have been missed.
        """
        if self._listener is not None:
            self._listener.start(on_change, on_gap)

    def close(self) -> None:
        """Close the store after what waits is done. Blocks."""
        if self._listener is not None:
            self._listener.stop()
        self._database.close()

    @property
    def is_shared(self) -> bool:
        """Whether other gateways may be on the same store."""
        return self._listener is not None

    async def check(self) -> None:
        """Return when the store answers; raises Unavailable when it does not."""
        await self._database.run(lambda connection: connection.scalar(select(1)))

    async def add(
        self, new: Sequence[NewTask], *, at_unix_s: float, receipt: Receipt | None
    ) -> Sequence[Task] | Receipt:
        """Take tasks in, all or none, with their receipt.

        The older receipt instead, when there is one already. Raises Conflict
        (``duplicate_external_ref``).
        """
        return await self._database.run(lambda c: self._writer.add(c, new, receipt, at_unix_s))

    async def receipt(self, scope: str, *, at_unix_s: float) -> Receipt | None:
        """The receipt of an Idempotency-Key, unless it has expired."""
        return await self._database.run(lambda c: receipt_in(c, scope, at_unix_s=at_unix_s))

    async def get(self, task_id: str) -> Task:
        """The task; raises NotFound."""
        return await self._database.run(lambda connection: task_in(connection, task_id))

    async def page(self, wanted: TaskFilter, *, limit: int) -> Sequence[Task]:
        """Tasks that match, in the order that is asked for, at most ``limit``."""
        query = queries.page_of(wanted, limit=limit)

        def work(connection: Connection) -> Sequence[Task]:
            return [task_of(row) for row in connection.execute(query).mappings()]

        return await self._database.run(work)

    async def history(
        self, task_id: str, *, after: int = 0, limit: int = 1000
    ) -> Sequence[TaskRecord]:
        """What happened to a task after the line of that number, oldest first."""
        wanted = {"task_id": task_id, "after": after, "limit": limit}

        def work(connection: Connection) -> Sequence[TaskRecord]:
            rows = connection.execute(queries.HISTORY, wanted).mappings()
            return [record_of(row) for row in rows]

        return await self._database.run(work)

    async def change(
        self,
        task_id: str,
        event: Event,
        *,
        at_unix_s: float,
        detail: str,
        changes: Changes,
        version: int | None = None,
        holder_of: str | None = None,
    ) -> Task:
        """Let ``event`` happen to a task.

        Raises NotFound, or Conflict: when it cannot happen now; ``etag_mismatch`` when the task is
        not at ``version`` any more; ``claim_lost`` when another gateway serves the robot
        ``holder_of`` now.
        """

        def work(connection: Connection) -> Task:
            return self._writer.change(
                connection,
                task_id,
                event,
                at_unix_s=at_unix_s,
                detail=detail,
                changes=changes,
                version=version,
                holder_of=holder_of,
            )

        return await self._database.run(work)

    async def take(
        self, task_ids: Sequence[str], *, robot_id: str, server_id: str, at_unix_s: float
    ) -> Task | None:
        """Give a robot the first of these tasks, in the order of the queue, that is still queued.

        Its goal id is on disk then. None when none is. Raises Conflict (``claim_lost``).
        """

        def work(connection: Connection) -> Task | None:
            return self._writer.take(
                connection, task_ids, robot_id=robot_id, server_id=server_id, at_unix_s=at_unix_s
            )

        return await self._database.run(work)

    async def unfinished(self) -> Sequence[Task]:
        """Every task that must be looked after, as of one moment, in order of arrival.

        What is queued, what is held back but has a deadline, and what is on a robot, or may be.
        """

        def work(connection: Connection) -> Sequence[Task]:
            return [task_of(row) for row in connection.execute(queries.UNFINISHED).mappings()]

        return await self._database.run(work)

    async def recent_runs(self, *, limit: int) -> Sequence[tuple[str, float]]:
        """Type and run time of the last tasks that succeeded, oldest first."""

        def work(connection: Connection) -> Sequence[tuple[str, float]]:
            found = connection.execute(queries.RECENT_RUNS, {"limit": limit})
            return [(task_type, run_s) for task_type, run_s in found][::-1]

        return await self._database.run(work)

    async def hold(self, robots: Collection[str], busy: Collection[str], *, ttl_s: float) -> Claims:
        """Claim this gateway's share of ``robots`` for ``ttl_s`` seconds.

        A ``busy`` robot that has become another's share is kept until it is idle.
        """
        return await self._database.run(lambda c: self._sharing.hold(c, robots, busy, ttl_s=ttl_s))

    async def let_go(self) -> None:
        """Give all claims on robots back."""
        await self._database.run(self._sharing.let_go)
