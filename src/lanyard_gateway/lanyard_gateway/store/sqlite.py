"""A task store in one SQLite file, set so that what was committed survives a power cut.

Write-ahead log with ``synchronous=FULL``; with NORMAL, measured, acknowledged tasks are lost. The
file is locked for as long as it is open: two gateways on one file would run tasks twice.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from lanyard_core.faults import BadConfiguration
from lanyard_gateway.store.migrate import bring_up_to_date

PRAGMAS = ("busy_timeout=2000", "locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL")
"""What each connection is told, in this order."""


def open_file(path: Path) -> Engine:
    """Open or make the file.

    Blocks; raises BadConfiguration that says why it cannot be used.
    """
    engine = create_engine(
        f"sqlite:///{path}", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin_immediately)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with engine.begin() as connection:
            bring_up_to_date(connection)
    except (SQLAlchemyError, OSError) as error:
        engine.dispose()
        raise BadConfiguration([_explain(path, error)]) from error
    except BaseException:
        engine.dispose()
        raise
    return engine


def _prepare(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.isolation_level = None  # the driver must not begin transactions by itself
    cursor = dbapi_connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediately(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _explain(path: Path, error: Exception) -> str:
    reason = str(getattr(error, "orig", error))
    if "locked" in reason:
        return f"the task store {path} is in use by another process; stop that one first"
    return f"the task store {path} cannot be used ({reason}); choose another path or move it away"
