"""The tables of the task store, as the newest migration leaves them.

Times are Unix seconds. Every list of the REST interface reads one of the indexes from an end, so
that its cost does not depend on how many tasks there are. ``migrations`` builds all this; a test
compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

# SQLite makes row numbers only for a column that is called INTEGER.
RowNumber = BigInteger().with_variant(Integer, "sqlite")

tasks = Table(
    "tasks",
    metadata,
    Column("seq", RowNumber, primary_key=True, autoincrement=True),
    Column("task_id", String(64), nullable=False, unique=True),
    Column("task_type", String(64), nullable=False),
    # The order.
    Column("robot_id", String(64), nullable=False),
    Column("selector_json", Text),
    Column("parameters_json", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("timeout_s", Double, nullable=False),
    Column("not_before_unix_s", Double),
    Column("deadline_unix_s", Double),
    Column("max_attempts", Integer, nullable=False, server_default="1"),
    Column("on_robot_lost", String(16), nullable=False, server_default="wait"),
    Column("external_ref", String(128)),
    Column("labels_json", Text),
    # What became of it.
    Column("status", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("failed_attempts", Integer, nullable=False, server_default="0"),
    Column("assigned_robot_id", String(64)),
    Column("created_unix_s", Double, nullable=False),
    Column("started_unix_s", Double),
    Column("finished_unix_s", Double),
    Column("goal_id", String(36)),
    Column("server_id", String(64), nullable=False, server_default=""),
    Column("phase", String(64), nullable=False),
    Column("result_json", Text),
    Column("error_json", Text),
    Column("distance_m", Double, nullable=False),
    Column("run_s", Double),
    Column("paused_s", Double, nullable=False, server_default="0"),
    Column("feedback_count", Integer, nullable=False),
    Index("tasks_by_age", "created_unix_s", "seq"),
    Index("tasks_by_status", "status", "created_unix_s", "seq"),
    Index("tasks_by_robot", "assigned_robot_id", "created_unix_s", "seq"),
    Index("tasks_by_robot_and_status", "assigned_robot_id", "status", "created_unix_s", "seq"),
    Index("tasks_by_type", "task_type", "created_unix_s", "seq"),
    Index("tasks_by_end", "finished_unix_s"),
    Index("tasks_by_priority", "priority", "seq"),
    Index("tasks_by_status_and_priority", "status", "priority", "seq"),
    Index("tasks_by_external_ref", "external_ref", unique=True),
    sqlite_autoincrement=True,  # a sequence number is never given twice
)

task_labels = Table(
    "task_labels",
    metadata,
    Column("seq", RowNumber, primary_key=True, autoincrement=False),
    Column("name", String(64), primary_key=True),
    Column("value", String(64), nullable=False),
    Column("created_unix_s", Double, nullable=False),
    Index("task_labels_by_value", "name", "value", "created_unix_s", "seq"),
)

task_events = Table(
    "task_events",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("task_id", String(64), nullable=False),
    Column("number", Integer, nullable=False, server_default="0"),
    Column("at_unix_s", Double, nullable=False),
    Column("event", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("detail", Text, nullable=False),
    Index("task_events_in_order", "task_id", "number", unique=True),
)

receipts = Table(
    "receipts",
    metadata,
    Column("scope", String(320), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("task_id", String(64), nullable=False),
    Column("answer_json", Text, nullable=False),
    Column("at_unix_s", Double, nullable=False, index=True),
)

robot_claims = Table(
    "robot_claims",
    metadata,
    Column("robot_id", String(64), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until_unix_s", Double, nullable=False),
)

gateways = Table(
    "gateways",
    metadata,
    Column("holder", String(64), primary_key=True),
    Column("robots_json", Text, nullable=False),
    Column("until_unix_s", Double, nullable=False),
)
