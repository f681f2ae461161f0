"""Orders that say when, by which robot and how often; numbered history; robots shared by gateways.

Tasks from before keep their robot as the one that they are assigned to, and their lines of history
are numbered in the order in which they were written.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_RowNumber = sa.BigInteger().with_variant(sa.Integer, "sqlite")

_NEW_COLUMNS: tuple[tuple[str, Any, str | None], ...] = (
    ("selector_json", sa.Text(), None),
    ("not_before_unix_s", sa.Double(), None),
    ("deadline_unix_s", sa.Double(), None),
    ("max_attempts", sa.Integer(), "1"),
    ("on_robot_lost", sa.String(16), "wait"),
    ("external_ref", sa.String(128), None),
    ("labels_json", sa.Text(), None),
    ("failed_attempts", sa.Integer(), "0"),
    ("assigned_robot_id", sa.String(64), None),
    ("server_id", sa.String(64), ""),
)

_NEW_INDEXES = {
    "tasks_by_age": ["created_unix_s", "seq"],
    "tasks_by_status": ["status", "created_unix_s", "seq"],
    "tasks_by_robot": ["assigned_robot_id", "created_unix_s", "seq"],
    "tasks_by_robot_and_status": ["assigned_robot_id", "status", "created_unix_s", "seq"],
    "tasks_by_type": ["task_type", "created_unix_s", "seq"],
    "tasks_by_end": ["finished_unix_s"],
    "tasks_by_priority": ["priority", "seq"],
    "tasks_by_status_and_priority": ["status", "priority", "seq"],
}


def upgrade() -> None:
    """Widen the tables, and make the new ones."""
    for name, kind, default in _NEW_COLUMNS:
        column = sa.Column(name, kind, nullable=default is None, server_default=default)
        op.add_column("tasks", column)
    op.execute("UPDATE tasks SET assigned_robot_id = robot_id")
    for name in ("tasks_by_status", "tasks_by_robot", "tasks_by_type"):
        op.drop_index(name, "tasks")
    for name, columns in _NEW_INDEXES.items():
        op.create_index(name, "tasks", columns)
    op.create_index("tasks_by_external_ref", "tasks", ["external_ref"], unique=True)
    _number_the_history()
    _create_labels()
    _create_claims()


def _create_labels() -> None:
    op.create_table(
        "task_labels",
        sa.Column("seq", _RowNumber, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.String(64), nullable=False),
        sa.Column("created_unix_s", sa.Double, nullable=False),
    )
    op.create_index(
        "task_labels_by_value", "task_labels", ["name", "value", "created_unix_s", "seq"]
    )


def _create_claims() -> None:
    op.create_table(
        "robot_claims",
        sa.Column("robot_id", sa.String(64), primary_key=True),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("until_unix_s", sa.Double, nullable=False),
    )
    op.create_table(
        "gateways",
        sa.Column("holder", sa.String(64), primary_key=True),
        sa.Column("robots_json", sa.Text, nullable=False),
        sa.Column("until_unix_s", sa.Double, nullable=False),
    )


def _number_the_history() -> None:
    op.add_column(
        "task_events", sa.Column("number", sa.Integer(), nullable=False, server_default="0")
    )
    op.execute(
        "UPDATE task_events SET number = (SELECT count(*) FROM task_events AS earlier"
        " WHERE earlier.task_id = task_events.task_id AND earlier.id <= task_events.id)"
    )
    op.drop_index("ix_task_events_task_id", "task_events")
    op.create_index("task_events_in_order", "task_events", ["task_id", "number"], unique=True)
