"""One SQLite file, one connection, one thread: the ground that the task store stands on.

What a transaction here has committed survives a power cut (write-ahead log with
``synchronous=FULL``). The file is locked for as long as it is open, because two gateways on one
file would run tasks twice. The event loop never waits for the disk: all work is done by one thread,
in the order in which it came.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from lanyard_core.faults import BadConfiguration, Overloaded, Unavailable
from lanyard_gateway.store.tables import migrate

_log = logging.getLogger(__name__)

T = TypeVar("T")
MAX_WAITING = 1024
"""Transactions that may wait for the thread; beyond that new ones are refused."""


class Database:
    """Runs transactions one after another in a thread of its own."""

    def __init__(self, engine: Engine, executor: ThreadPoolExecutor) -> None:
        self._engine = engine
        self._executor = executor
        self._waiting = 0

    @classmethod
    def open(cls, path: Path) -> Database:
        """Open or make the file.

        Blocks; raises BadConfiguration that says why it cannot be used.
        """
        executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="task-store")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            engine = executor.submit(_open_engine, path).result()
        except BadConfiguration:
            executor.shutdown()
            raise
        except (SQLAlchemyError, OSError) as error:
            executor.shutdown()
            raise BadConfiguration([_explain(path, error)]) from error
        return cls(engine, executor)

    def close(self) -> None:
        """Finish what waits, then close the file. Blocks."""
        self._executor.submit(self._engine.dispose).result()
        self._executor.shutdown()

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do ``work`` in one transaction; it is on disk when this returns.

        Raises Overloaded when too much waits already, Unavailable (``store_unavailable``) when the
        disk is full or the file cannot be used; nothing was changed then.
        """
        if self._waiting >= MAX_WAITING:
            raise Overloaded("the task store is behind with its work; try again soon")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, self._transaction, work)
        finally:
            self._waiting -= 1

    def _transaction(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._engine.begin() as connection:
                return work(connection)
        except SQLAlchemyError as error:
            _log.error("the task store failed: %s", error)
            raise Unavailable(
                "the task store cannot be used now; nothing was changed", code="store_unavailable"
            ) from error


def _open_engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin_immediately)
    try:
        with engine.begin() as connection:
            migrate(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _prepare(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.isolation_level = None  # the driver must not begin transactions by itself
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA busy_timeout=2000")
    cursor.execute("PRAGMA locking_mode=EXCLUSIVE")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _begin_immediately(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _explain(path: Path, error: Exception) -> str:
    reason = str(getattr(error, "orig", error))
    if "locked" in reason:
        return f"the task store {path} is in use by another process; stop that one first"
    return f"the task store {path} cannot be used ({reason}); choose another path or move it away"
