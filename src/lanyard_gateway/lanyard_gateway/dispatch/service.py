"""TaskService: all that the rest of the gateway may ask about tasks.

Lives on the event loop. Facts are read from the store, and for what waits or runs now, completed
from memory; decisions about a task's fate are the life cycle's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from lanyard_core.events.news import Publish, nobody
from lanyard_core.faults import Conflict
from lanyard_core.port import RobotPorts
from lanyard_core.task.catalogue import TaskType
from lanyard_core.task.endings import lost
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.listing import Cursor, TaskFilter
from lanyard_core.task.model import Task, TaskStatus
from lanyard_core.task.queue import RunTimes, entry_of
from lanyard_gateway.dispatch.attempt import Attempt
from lanyard_gateway.dispatch.intake import Intake, TaskRequest
from lanyard_gateway.dispatch.ports import Clocks, TaskStore
from lanyard_gateway.dispatch.robot_dispatcher import RobotDispatcher
from lanyard_gateway.dispatch.shop import DispatchSettings, Shop
from lanyard_gateway.dispatch.views import CurrentTask, Submission, TaskPage, TaskView

_log = logging.getLogger(__name__)

_CANCEL_AGAIN_S = 0.2
_REMEMBERED_RUNS = 200  # finished tasks that the first estimates are made from


class TaskService:
    """Takes tasks in, has robots carry them out, and tells what became of them."""

    def __init__(
        self,
        *,
        store: TaskStore,
        robots: RobotPorts,
        task_types: Mapping[str, TaskType],
        settings: DispatchSettings | None = None,
        clocks: Clocks | None = None,
        publish: Publish = nobody,
    ) -> None:
        """``publish`` is told what happens to tasks."""
        guesses = {name: task_type.estimate_s for name, task_type in task_types.items()}
        self.task_types = task_types
        self._shop = Shop(
            store=store,
            task_types=task_types,
            run_times=RunTimes(guesses),
            settings=settings or DispatchSettings(),
            clocks=clocks or Clocks(),
            publish=publish,
        )
        self._dispatchers = {
            robot_id: RobotDispatcher(port, self._shop) for robot_id, port in robots.items()
        }
        self._intake = Intake(self._shop, self._dispatchers)
        self._serving: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Read the store, look after what was running, and begin to dispatch."""
        for task_type, run_s in await self._shop.store.recent_runs(limit=_REMEMBERED_RUNS):
            self._shop.run_times.observe(task_type, run_s)
        for task in await self._shop.store.waiting():
            if task.status is TaskStatus.QUEUED and task.order.robot_id in self._dispatchers:
                self._dispatchers[task.order.robot_id].queue.push(entry_of(task))
        for task in await self._shop.store.on_robots():
            await self._adopt(task)
        loop = asyncio.get_running_loop()
        self._serving = [
            loop.create_task(dispatcher.serve()) for dispatcher in self._dispatchers.values()
        ]

    async def stop(self) -> None:
        """Stop dispatching. Tasks on robots go on there, and are found again at the next start."""
        serving, self._serving = set(self._serving), []
        while serving:
            for each in serving:
                each.cancel()  # again if need be: what is awaited below may swallow it once
            _, serving = await asyncio.wait(serving, timeout=_CANCEL_AGAIN_S)

    async def submit(self, request: TaskRequest) -> Submission:
        """Take a task in; see ``Intake.submit``."""
        return await self._intake.submit(request)

    async def get(self, task_id: str) -> TaskView:
        """The task as it is now; raises NotFound."""
        return self._view(await self._shop.store.get(task_id))

    async def page(self, wanted: TaskFilter, *, limit: int) -> TaskPage:
        """Tasks that match, newest first."""
        found = await self._shop.store.page(wanted, limit=limit + 1)
        items = tuple(self._view(task) for task in found[:limit])
        more = len(found) > limit
        return TaskPage(items, Cursor.of(items[-1].task, wanted.order) if more else None)

    async def cancel(self, task_id: str, *, detail: str, wait_s: float) -> TaskView:
        """Cancel a task.

        What comes back is ``canceled``, or ``canceling`` if the robot needs longer.

        Raises NotFound, or Conflict: ``task_not_cancellable`` in a phase that must not be
        interrupted, ``task_terminal`` when it has succeeded or failed (also while we waited).
        """
        task = await self._shop.store.get(task_id)
        if task.status is TaskStatus.QUEUED:
            task = await self._cancel_queued(task, detail)
        if task.status.on_robot:
            await self._cancel_on_robot(task, detail, wait_s=wait_s)
            task = await self._shop.store.get(task_id)
        if task.status in (TaskStatus.SUCCEEDED, TaskStatus.FAILED):
            raise Conflict(
                f"task {task_id} has already {task.status.value}",
                code="task_terminal",
                extra={"task_id": task_id, "task_status": task.status.value},
            )
        return self._view(task)

    def current_task(self, robot_id: str) -> CurrentTask | None:
        """The task that a robot carries out now; None when there is none. Never waits."""
        dispatcher = self._dispatchers.get(robot_id)
        attempt = dispatcher.running if dispatcher is not None else None
        if attempt is None:
            return None
        return CurrentTask(
            task_id=attempt.task.task_id,
            task_type=attempt.task.order.task_type,
            status=attempt.task.status,
            phase=attempt.phase,
            progress=attempt.progress,
        )

    def queued(self, robot_id: str) -> int:
        """How many tasks wait for a robot."""
        dispatcher = self._dispatchers.get(robot_id)
        return len(dispatcher.queue) if dispatcher is not None else 0

    async def check(self) -> None:
        """Return when the store answers; raises Unavailable when it does not."""
        await self._shop.store.check()

    def has_room(self) -> bool:
        """Whether the queue takes more tasks."""
        return self._intake.has_room()

    async def _adopt(self, task: Task) -> None:
        dispatcher = self._dispatchers.get(task.order.robot_id)
        if dispatcher is not None:
            dispatcher.adopt(task.task_id)
            return
        ending = lost(f"robot {task.order.robot_id} is not configured any more", phase=task.phase)
        await self._shop.change(task.task_id, ending.event, ending.detail, error=ending.error)

    async def _cancel_queued(self, task: Task, detail: str) -> Task:
        try:
            canceled = await self._shop.change(task.task_id, Event.WITHDRAWN, detail)
        except Conflict:  # it was dispatched, or cancelled by somebody else, just now
            return await self._shop.store.get(task.task_id)
        dispatcher = self._dispatchers.get(task.order.robot_id)
        if dispatcher is not None:
            dispatcher.queue.discard(task.task_id)
        return canceled

    async def _cancel_on_robot(self, task: Task, detail: str, *, wait_s: float) -> None:
        attempt = self._attempt_at(task)
        if attempt is not None:
            await attempt.cancel(detail=detail, wait_s=wait_s)
        elif task.status is TaskStatus.RUNNING:
            # Nobody follows it yet after a restart; who does will see that it is to be cancelled.
            changed = await self._shop.change(task.task_id, Event.CANCEL_REQUESTED, detail)
            attempt = self._attempt_at(task)
            if attempt is not None:
                attempt.note(changed)

    def _attempt_at(self, task: Task) -> Attempt | None:
        dispatcher = self._dispatchers.get(task.order.robot_id)
        attempt = dispatcher.running if dispatcher is not None else None
        return attempt if attempt is not None and attempt.task.task_id == task.task_id else None

    def _view(self, task: Task) -> TaskView:
        dispatcher = self._dispatchers.get(task.order.robot_id)
        if dispatcher is None:
            return TaskView.of_row(task)
        return dispatcher.view(task)
