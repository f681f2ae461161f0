"""How long the robot had paused a task: that time does not count for its time-out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the time; tasks from before were never paused on a robot."""
    seconds: sa.Double[float] = sa.Double()
    op.add_column("tasks", sa.Column("paused_s", seconds, nullable=False, server_default="0"))
