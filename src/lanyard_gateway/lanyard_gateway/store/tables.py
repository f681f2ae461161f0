"""The tables of the task store and the steps that bring an older file up to date.

A step, once released, is never changed; a new one is put at the end. Times are Unix seconds.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from lanyard_core.faults import BadConfiguration

metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

tasks = Table(
    "tasks",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("task_id", String(64), nullable=False, unique=True),
    Column("task_type", String(64), nullable=False),
    Column("robot_id", String(64), nullable=False),
    Column("parameters_json", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("timeout_s", Float, nullable=False),
    Column("status", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("created_unix_s", Float, nullable=False),
    Column("started_unix_s", Float),
    Column("finished_unix_s", Float),
    Column("goal_id", String(36)),
    Column("phase", String(64), nullable=False),
    Column("result_json", Text),
    Column("error_json", Text),
    Column("distance_m", Float, nullable=False),
    Column("run_s", Float),
    Column("feedback_count", Integer, nullable=False),
    # Each list of the REST interface reads one of these from its end; its cost stays flat.
    Index("tasks_by_status", "status", "seq"),
    Index("tasks_by_robot", "robot_id", "seq"),
    Index("tasks_by_type", "task_type", "seq"),
    sqlite_autoincrement=True,  # a sequence number is never given twice
)

task_events = Table(
    "task_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("task_id", String(64), nullable=False, index=True),
    Column("at_unix_s", Float, nullable=False),
    Column("event", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("detail", Text, nullable=False),
)

receipts = Table(
    "receipts",
    metadata,
    Column("scope", String(320), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("task_id", String(64), nullable=False),
    Column("answer_json", Text, nullable=False),
    Column("at_unix_s", Float, nullable=False, index=True),
)


def _create_everything(connection: Connection) -> None:
    metadata.create_all(connection)


STEPS: tuple[Callable[[Connection], None], ...] = (_create_everything,)


def migrate(connection: Connection) -> None:
    """Bring the file up to date; raises BadConfiguration when a newer Lanyard wrote it."""
    schema_version.create(connection, checkfirst=True)
    found = connection.scalar(select(schema_version.c.version))
    if found is None:
        connection.execute(insert(schema_version).values(version=0))
    done = found or 0
    if done > len(STEPS):
        raise BadConfiguration(
            [f"the task store has schema {done}, this version knows up to {len(STEPS)}: upgrade"]
        )
    for step in STEPS[done:]:
        step(connection)
    connection.execute(update(schema_version).values(version=len(STEPS)))
