"""What dispatch needs from others: a durable store, and the time."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from lanyard_core.task.lifecycle import Event
from lanyard_core.task.listing import TaskFilter
from lanyard_core.task.model import Changes, NewTask, Receipt, Task, TaskRecord
from lanyard_core.task.sharing import Claims


class TaskStore(Protocol):
    """Durable tasks. What a coroutine has returned is on disk.

    Each raises Unavailable (``store_unavailable``) when the disk is full or broken; nothing was
    changed then.
    """

    @property
    def is_shared(self) -> bool:
        """Whether other gateways may be on the same store."""

    async def check(self) -> None:
        """Return when the store answers."""

    async def add(
        self, new: Sequence[NewTask], *, at_unix_s: float, receipt: Receipt | None
    ) -> Sequence[Task] | Receipt:
        """Take tasks in, all or none, with their receipt.

        The older receipt instead, when there is one already. Raises Conflict
        (``duplicate_external_ref``).
        """

    async def receipt(self, scope: str, *, at_unix_s: float) -> Receipt | None:
        """The receipt of an Idempotency-Key, unless it has expired."""

    async def get(self, task_id: str) -> Task:
        """The task; raises NotFound."""

    async def page(self, wanted: TaskFilter, *, limit: int) -> Sequence[Task]:
        """Tasks that match, in the order that is asked for, at most ``limit``."""

    async def history(
        self, task_id: str, *, after: int = 0, limit: int = 1000
    ) -> Sequence[TaskRecord]:
        """What happened to a task after the line of that number, oldest first."""

    async def change(
        self,
        task_id: str,
        event: Event,
        *,
        at_unix_s: float,
        detail: str,
        changes: Changes,
        version: int | None = None,
        holder_of: str | None = None,
    ) -> Task:
        """Let ``event`` happen to a task.

        Raises NotFound, or Conflict: when it cannot happen now; ``etag_mismatch`` when the task is
        not at ``version`` any more; ``claim_lost`` when another gateway serves the robot
        ``holder_of`` now.
        """

    async def take(
        self, task_ids: Sequence[str], *, robot_id: str, server_id: str, at_unix_s: float
    ) -> Task | None:
        """Give a robot the first of these tasks, in the order of the queue, that is still queued.

        Its goal id is on disk then. None when none is. Raises Conflict (``claim_lost``).
        """

    async def unfinished(self) -> Sequence[Task]:
        """Every task that must be looked after, as of one moment, in order of arrival.

        What is queued, what is held back but has a deadline, and what is on a robot, or may be.
        """

    async def recent_runs(self, *, limit: int) -> Sequence[tuple[str, float]]:
        """Type and run time of the last tasks that succeeded, oldest first."""

    async def hold(self, robots: Collection[str], busy: Collection[str], *, ttl_s: float) -> Claims:
        """Claim this gateway's share of ``robots`` for ``ttl_s`` seconds.

        A ``busy`` robot that has become another's share is kept until it is idle.
        """

    async def let_go(self) -> None:
        """Give all claims on robots back."""

    def listen(self, on_change: Callable[[str, int], None], on_gap: Callable[[], None]) -> None:
        """Hear of tasks that other gateways change, and to which version, on the running loop.

        ``on_gap`` is called when changes may have been missed.
        """


@dataclass(frozen=True, slots=True)
class Clocks:
    """The two clocks, in seconds: one for durations, one for what people and the store see."""

    monotonic: Callable[[], float] = time.monotonic
    unix: Callable[[], float] = time.time
