"""A task store in a PostgreSQL database, which several gateways may share.

A commit is answered when it is on disk (``synchronous_commit``). A connection that has gone silent
is given up within seconds, and made anew by the next piece of work.
"""

from __future__ import annotations

from importlib.util import find_spec

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from lanyard_core.faults import BadConfiguration
from lanyard_gateway.store.migrate import bring_up_to_date

_DRIVER = "postgresql+psycopg"
_CONNECT_TIMEOUT_S = 5
_SILENCE_MS = 5000  # after which an unanswered connection counts as dead
_OPTIONS = (
    "-c synchronous_commit=on -c lock_timeout=5s -c statement_timeout=15s"
    " -c idle_in_transaction_session_timeout=15s"
)
_CONNECT_ARGS = {
    "application_name": "lanyard-gateway",
    "connect_timeout": _CONNECT_TIMEOUT_S,
    "tcp_user_timeout": _SILENCE_MS,
    "keepalives_idle": 5,
    "keepalives_interval": 1,
    "keepalives_count": 5,
    "options": _OPTIONS,
}
_MIGRATION_LOCK = 0x6C616E79617264  # any number, the same for every gateway


def check_database_url(url: str) -> None:
    """Raise BadConfiguration when the parameter ``database_url`` cannot be used; empty is fine."""
    problem = problem_of_url(url) if url else None
    if problem is None and url and find_spec(_DRIVER.partition("+")[2]) is None:
        problem = "its driver is not installed: pip install 'psycopg[binary]'"
    if problem is not None:
        raise BadConfiguration([f"database_url: {problem}"])


def problem_of_url(url: str) -> str | None:
    """What is wrong with a URL; None when nothing is. Never tells a password."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return "is no URL; write postgresql://user@host:5432/database"
    if parsed.get_backend_name() != "postgresql":
        return (
            f"{parsed.get_backend_name()!r} is not supported; write postgresql://user@host/database,"
            " or leave it empty for an SQLite file"
        )
    if parsed.password is not None:
        return (
            "the password must not be in it, where every node could read it: put it into the file"
            " that PGPASSFILE names (~/.pgpass), or into PGPASSWORD"
        )
    return None


def open_url(url: str) -> Engine:
    """Connect, and make the tables or bring them up to date.

    Blocks; raises BadConfiguration that says why the database cannot be used.
    """
    engine = create_engine(
        _with_driver(url),
        connect_args=_CONNECT_ARGS,
        pool_size=1,
        max_overflow=0,
        pool_pre_ping=True,
    )
    try:
        with engine.begin() as connection:
            _require_durability(connection)
            # One gateway at a time, when several are started at once.
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            bring_up_to_date(connection)
    except SQLAlchemyError as error:
        engine.dispose()
        raise BadConfiguration([_explain(url, error)]) from error
    except BaseException:
        engine.dispose()
        raise
    return engine


def listening_engine(url: str) -> Engine:
    """An engine for a connection that only listens, and commits nothing."""
    return create_engine(
        _with_driver(url),
        connect_args=_CONNECT_ARGS,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
    )


def _require_durability(connection: Connection) -> None:
    """A server without fsync would lose in a power cut what it has acknowledged."""
    if connection.exec_driver_sql("SHOW fsync").scalar() != "on":
        raise BadConfiguration(
            ["database_url: this server runs with fsync=off and would lose tasks; switch it on"]
        )


def _with_driver(url: str) -> URL:
    return make_url(url).set(drivername=_DRIVER)


def _explain(url: str, error: SQLAlchemyError) -> str:
    reason = " ".join(str(getattr(error, "orig", error)).split())
    return f"database_url: the database {url} cannot be used ({reason})"
