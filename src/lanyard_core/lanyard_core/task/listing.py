"""Which tasks a list shows, in which order, and where its next page begins.

A cursor names the last task that was shown, not a number of tasks to skip, so that a page costs the
same however far down it is, and tasks that come and go meanwhile neither repeat nor vanish.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lanyard_core.task.model import Task, TaskStatus


class ListOrder(str, Enum):
    """How a list is ordered; the value is what clients write."""

    CREATED = "created"  # newest first
    PRIORITY = "priority"  # as they would be begun: highest priority first, then by arrival


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last task of a page: its rank in the list's order (Unix s, or priority), its number."""

    rank: float
    seq: int

    @classmethod
    def of(cls, task: Task, order: ListOrder) -> Cursor:
        """The cursor behind ``task``."""
        if order is ListOrder.CREATED:
            return cls(task.created_unix_s, task.seq)
        return cls(float(task.order.priority), task.seq)


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks a list shows; None means any. Times are Unix seconds, the bounds excluded.

    ``robot_ids``: only tasks of these robots, and those that no robot has yet.
    """

    statuses: frozenset[TaskStatus] | None = None
    robot_id: str | None = None
    robot_ids: frozenset[str] | None = None
    task_type: str | None = None
    external_ref: str | None = None
    label: tuple[str, str] | None = None
    created_after: float | None = None
    created_before: float | None = None
    finished_after: float | None = None
    finished_before: float | None = None
    order: ListOrder = ListOrder.CREATED
    after: Cursor | None = None
