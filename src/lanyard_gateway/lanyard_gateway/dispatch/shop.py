"""What all robots' dispatchers share: store, task types, clocks, and the times to wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lanyard_core.events.news import Publish, nobody
from lanyard_core.task.catalogue import TaskType
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import Task
from lanyard_core.task.news import task_news
from lanyard_core.task.queue import RunTimes
from lanyard_core.task.supervision import Patience
from lanyard_gateway.dispatch.ports import Clocks, TaskStore


@dataclass(frozen=True, slots=True)
class DispatchSettings:
    """Times in seconds, and sizes.

    ``poll_s``: how often a held robot is looked at; news wakes it at once. ``retry_s``: the pause
    before something that failed is tried again, which doubles up to ``longest_rest_s`` for a robot
    that gives every goal back.
    """

    poll_s: float = 0.5
    retry_s: float = 1.0
    longest_rest_s: float = 5.0
    patience: Patience = field(default_factory=Patience)
    max_queued: int = 100_000


@dataclass(frozen=True, slots=True)
class Shop:
    """The shared parts."""

    store: TaskStore
    task_types: Mapping[str, TaskType]
    run_times: RunTimes
    settings: DispatchSettings
    clocks: Clocks
    publish: Publish = nobody

    async def change(self, task_id: str, event: Event, detail: str, **changes: object) -> Task:
        """Let ``event`` happen to a task, now, and tell of it; see ``TaskStore.change``."""
        task = await self.store.change(
            task_id, event, at_unix_s=self.clocks.unix(), detail=detail, changes=changes
        )
        self.publish(task_news(task, event, detail))
        return task
