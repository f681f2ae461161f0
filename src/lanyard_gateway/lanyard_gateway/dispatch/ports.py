"""What dispatch needs from others: a durable store, and the time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import (
    Changes,
    Receipt,
    Task,
    TaskFilter,
    TaskOrder,
    TaskRecord,
)
from lanyard_core.task.queue import QueueEntry


class TaskStore(Protocol):
    """Durable tasks. What a coroutine has returned is on disk.

    Each raises Unavailable (``store_unavailable``) when the disk is full or broken; nothing was
    changed then.
    """

    async def check(self) -> None:
        """Return when the store answers."""

    async def add(
        self, task_id: str, order: TaskOrder, *, at_unix_s: float, receipt: Receipt | None
    ) -> Task | Receipt:
        """Take a task in, with its receipt.

        The older receipt instead, when there is one already.
        """

    async def receipt(self, scope: str, *, at_unix_s: float) -> Receipt | None:
        """The receipt of an Idempotency-Key, unless it has expired."""

    async def get(self, task_id: str) -> Task:
        """The task; raises NotFound."""

    async def page(self, wanted: TaskFilter, *, limit: int) -> Sequence[Task]:
        """Tasks that match, newest first, at most ``limit``."""

    async def history(self, task_id: str) -> Sequence[TaskRecord]:
        """All that happened to a task, oldest first."""

    async def change(
        self, task_id: str, event: Event, *, at_unix_s: float, detail: str, changes: Changes
    ) -> Task:
        """Let ``event`` happen to a task.

        Raises NotFound, or Conflict when it cannot happen now.
        """

    async def queued(self) -> Sequence[tuple[str, QueueEntry]]:
        """Robot and queue entry of every queued task, in order of arrival."""

    async def on_robots(self) -> Sequence[Task]:
        """Every task whose goal was sent, or may have been, and whose end is not known."""

    async def recent_runs(self, *, limit: int) -> Sequence[tuple[str, float]]:
        """Type and run time of the last tasks that succeeded, oldest first."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """The two clocks, in seconds: one for durations, one for what people and the store see."""

    monotonic: Callable[[], float] = time.monotonic
    unix: Callable[[], float] = time.time
