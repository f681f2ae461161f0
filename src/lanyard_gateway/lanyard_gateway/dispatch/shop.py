"""What all robots' dispatchers share: the store and its mirror, task types, clocks, settings.

Every change of a task goes through here, so that whoever must know of it does: the board at once,
watchers through it, and everybody else by the news.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from lanyard_core.events.news import Publish, nobody
from lanyard_core.faults import NotFound
from lanyard_core.task.catalogue import OnStop, TaskType
from lanyard_core.task.lane import RunTimes
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import Changes, Task
from lanyard_core.task.news import TOLD_BY_PROGRESS, task_news
from lanyard_core.task.supervision import Patience
from lanyard_gateway.dispatch.board import Board
from lanyard_gateway.dispatch.ports import Clocks, TaskStore

_NO_CHANGES: Changes = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DispatchSettings:
    """Times in seconds, and sizes.

    ``poll_s``: how often a held robot is looked at; news wakes it at once. ``retry_s``: the pause
    before something that failed is tried again, which doubles up to ``longest_rest_s`` for a robot
    that gives every goal back. ``server_memory_s``: how long a task server surely remembers a goal.
    ``presentation_s``: how long a task server that was just discovered may take to say which it is.
    ``claim_s``: how long a robot stays with a gateway that has fallen silent.
    """

    poll_s: float = 0.5
    retry_s: float = 1.0
    longest_rest_s: float = 5.0
    patience: Patience = field(default_factory=Patience)
    max_queued: int = 100_000
    server_memory_s: float = 600.0
    presentation_s: float = 5.0
    claim_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Shop:
    """The shared parts."""

    store: TaskStore
    board: Board
    task_types: Mapping[str, TaskType]
    run_times: RunTimes
    settings: DispatchSettings
    clocks: Clocks
    publish: Publish = nobody

    async def change(
        self,
        task_id: str,
        event: Event,
        detail: str,
        changes: Changes = _NO_CHANGES,
        *,
        version: int | None = None,
        holder_of: str | None = None,
    ) -> Task:
        """Let ``event`` happen to a task, now, and tell of it; see ``TaskStore.change``."""
        task = await self.store.change(
            task_id,
            event,
            at_unix_s=self.clocks.unix(),
            detail=detail,
            changes=changes,
            version=version,
            holder_of=holder_of,
        )
        self.tell(task, event, detail)
        return task

    def tell(self, task: Task, event: Event, detail: str) -> None:
        """Tell everybody what a task has become."""
        self.board.apply(task)
        if event not in TOLD_BY_PROGRESS:
            self.publish(task_news(task, event, detail))

    async def refresh(self, task_ids: Sequence[str]) -> Sequence[Task]:
        """Read tasks again that have been changed without our hearing of it; those that exist."""
        found = []
        for task_id in task_ids:
            try:
                found.append(await self.store.get(task_id))
            except NotFound:
                self.board.forget(task_id)
            else:
                self.board.apply(found[-1])
        return found

    def is_idempotent(self, task: Task) -> bool:
        """Whether doing a task twice is as good as doing it once; a type that is unknown is not."""
        task_type = self.task_types.get(task.order.task_type)
        return task_type is not None and task_type.idempotent

    def pauses_when_stopped(self, task: Task) -> bool:
        """Whether a stop of its robot pauses a task, instead of failing it."""
        task_type = self.task_types.get(task.order.task_type)
        return task_type is not None and task_type.on_stop is OnStop.PAUSE
