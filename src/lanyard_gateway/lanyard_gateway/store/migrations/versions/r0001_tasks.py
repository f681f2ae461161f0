"""Tasks, their history, and the receipts of Idempotency-Keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_RowNumber = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _create_tasks()
    op.create_index("tasks_by_status", "tasks", ["status", "seq"])
    op.create_index("tasks_by_robot", "tasks", ["robot_id", "seq"])
    op.create_index("tasks_by_type", "tasks", ["task_type", "seq"])
    op.create_table(
        "task_events",
        sa.Column("id", _RowNumber, primary_key=True, autoincrement=True),
        sa.Column("task_id", sa.String(64), nullable=False, index=True),
        sa.Column("at_unix_s", sa.Double, nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_table(
        "receipts",
        sa.Column("scope", sa.String(320), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("task_id", sa.String(64), nullable=False),
        sa.Column("answer_json", sa.Text, nullable=False),
        sa.Column("at_unix_s", sa.Double, nullable=False, index=True),
    )


def _create_tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("seq", _RowNumber, primary_key=True, autoincrement=True),
        sa.Column("task_id", sa.String(64), nullable=False, unique=True),
        sa.Column("task_type", sa.String(64), nullable=False),
        sa.Column("robot_id", sa.String(64), nullable=False),
        sa.Column("parameters_json", sa.Text, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("timeout_s", sa.Double, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("created_unix_s", sa.Double, nullable=False),
        sa.Column("started_unix_s", sa.Double),
        sa.Column("finished_unix_s", sa.Double),
        sa.Column("goal_id", sa.String(36)),
        sa.Column("phase", sa.String(64), nullable=False),
        sa.Column("result_json", sa.Text),
        sa.Column("error_json", sa.Text),
        sa.Column("distance_m", sa.Double, nullable=False),
        sa.Column("run_s", sa.Double),
        sa.Column("feedback_count", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
