"""What clients may ask of a task that waits or runs: to pause, and to go on.

One that waits is held back, and let go, by the store alone. For one on a robot the wish is written
into the store; whoever follows the task there, in this gateway or in another, sees to it. Asking
for what is so already, or is asked for already, changes nothing.
"""

from __future__ import annotations

from lanyard_core.faults import Conflict
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import Task, TaskStatus
from lanyard_gateway.dispatch.commands import RACES, terminal, too_fast
from lanyard_gateway.dispatch.shop import Shop
from lanyard_gateway.dispatch.viewer import Viewer
from lanyard_gateway.dispatch.views import last_of_its_kind, phase_of

_S = TaskStatus
_TO_PAUSE = {
    _S.QUEUED: Event.HELD,
    _S.RUNNING: Event.PAUSE_REQUESTED,
    _S.RESUMING: Event.PAUSE_REQUESTED,
}
_TO_RESUME = {
    _S.HELD: Event.RELEASED,
    _S.PAUSED: Event.RESUME_REQUESTED,
    _S.PAUSING: Event.RESUME_REQUESTED,
}


class TaskPauses:
    """See the module's docstring."""

    def __init__(self, shop: Shop, viewer: Viewer) -> None:
        self._shop = shop
        self._viewer = viewer

    async def pause(self, task_id: str, *, detail: str) -> Task:
        """Pause a task; one that is ``pausing`` then will be when its robot is at rest.

        Raises NotFound, or Conflict: ``task_not_pausable`` for a type or in a phase that cannot be
        paused, and while it is being cancelled; ``task_terminal`` when it has ended.
        """
        for _ in range(RACES):
            task = await self._shop.store.get(task_id)
            if task.status in _TO_RESUME:
                return task  # it is paused, or about to be
            event = _TO_PAUSE.get(task.status)
            if event is None:
                raise _refused(task, "paused", "task_not_pausable")
            if task.status.on_robot and not self._viewer.view(task).pausable:
                raise self._not_pausable(task)
            changed = await self._changed(task, event, detail)
            if changed is not None:
                return changed
        raise too_fast(task_id)

    async def resume(self, task_id: str, *, detail: str) -> Task:
        """Let a task go on; one that is ``resuming`` then will when its robot has been armed.

        Raises NotFound, or Conflict: ``task_not_resumed`` while it is being cancelled,
        ``task_terminal`` when it has ended.
        """
        for _ in range(RACES):
            task = await self._shop.store.get(task_id)
            if task.status in _TO_PAUSE:
                return task  # it waits or runs, or is about to
            event = _TO_RESUME.get(task.status)
            if event is None:
                raise _refused(task, "resumed", "task_not_resumed")
            changed = await self._changed(task, event, detail)
            if changed is not None:
                return changed
        raise too_fast(task_id)

    async def _changed(self, task: Task, event: Event, detail: str) -> Task | None:
        """The task after the event; None when it has become another meanwhile."""
        try:
            return await self._shop.change(task.task_id, event, detail)
        except Conflict:
            return None

    def _not_pausable(self, task: Task) -> Conflict:
        view, kind = self._viewer.view(task), task.order.task_type
        phase = view.phase or phase_of(task, self._shop.task_types)
        task_type = self._shop.task_types.get(kind)
        extra: dict[str, object] = {"task_id": task.task_id, "phase": phase}
        if task_type is not None and not task_type.pausable:
            why = f"tasks of type {kind!r} cannot be paused while they run"
        else:
            why = f"task {task.task_id} is in phase {phase!r}, which cannot be paused"
            extra["pausable_after"] = last_of_its_kind(
                task_type, phase, is_over=lambda each: each.pausable
            )
        return Conflict(why, code="task_not_pausable", extra=extra)


def _refused(task: Task, word: str, code: str) -> Conflict:
    if task.status.ended:
        return terminal(task)
    return Conflict(
        f"task {task.task_id} is {task.status.value} and cannot be {word} now",
        code=code,
        extra={"task_id": task.task_id, "task_status": task.status.value},
    )
