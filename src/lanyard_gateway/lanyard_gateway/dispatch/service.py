"""TaskService: all that the rest of the gateway may ask about tasks.

Lives on the event loop. Facts are read from the store, and for what waits or runs now, completed
from memory; decisions about a task's fate are the life cycle's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace

from lanyard_core.events.news import Publish, nobody
from lanyard_core.port import RobotPorts
from lanyard_core.task.catalogue import TaskType
from lanyard_core.task.lane import RunTimes
from lanyard_core.task.listing import Cursor, TaskFilter
from lanyard_core.task.model import Task, TaskRecord
from lanyard_core.task.order import RobotTraits
from lanyard_gateway.dispatch.board import Board, Watch
from lanyard_gateway.dispatch.claims import ClaimKeeper
from lanyard_gateway.dispatch.commands import TaskCommands
from lanyard_gateway.dispatch.intake import Intake
from lanyard_gateway.dispatch.pauses import TaskPauses
from lanyard_gateway.dispatch.ports import Clocks, TaskStore
from lanyard_gateway.dispatch.requests import OrderDraft, TaskRequest
from lanyard_gateway.dispatch.robot_dispatcher import RobotDispatcher
from lanyard_gateway.dispatch.shop import DispatchSettings, Shop
from lanyard_gateway.dispatch.task_types import KnownTaskTypes
from lanyard_gateway.dispatch.upkeep import Upkeep
from lanyard_gateway.dispatch.viewer import Viewer
from lanyard_gateway.dispatch.views import CurrentTask, Submissions, TaskPage, TaskView

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
        traits: Mapping[str, RobotTraits] | None = None,
        settings: DispatchSettings | None = None,
        clocks: Clocks | None = None,
        publish: Publish = nobody,
    ) -> None:
        """``traits``: what selectors look at; ``publish`` is told what happens to tasks."""
        clocks = clocks or Clocks()
        self.task_types = KnownTaskTypes(task_types, robots)
        self._traits = traits or {}
        self._shop = Shop(
            store=store,
            board=Board(robots, self.traits_of, clocks),
            task_types=self.task_types,
            run_times=RunTimes(self.task_types.estimate_s),
            settings=settings or DispatchSettings(),
            clocks=clocks,
            publish=publish,
        )
        self._dispatchers = {
            robot_id: RobotDispatcher(port, self._shop) for robot_id, port in robots.items()
        }
        self._viewer = Viewer(self._dispatchers, self._shop)
        self._intake = Intake(self._shop, self._viewer)
        self._claims = ClaimKeeper(self._dispatchers, self._shop)
        self._upkeep = Upkeep(self._shop)
        self.commands = TaskCommands(self._shop, self._viewer)
        self.pauses = TaskPauses(self._shop, self._viewer)
        self._serving: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Read the store, look after what was running, and begin to dispatch."""
        for task_type, run_s in await self._shop.store.recent_runs(limit=_REMEMBERED_RUNS):
            self._shop.run_times.observe(task_type, run_s)
        await self._upkeep.read_all()
        await self._claims.renew()
        self._shop.store.listen(self._upkeep.heard_of, self._upkeep.missed_something)
        dispatchers = self._dispatchers.values()
        for work in (
            self._claims.keep,
            self._upkeep.watch_the_time,
            self._upkeep.follow_others,
            *(dispatcher.serve for dispatcher in dispatchers),
        ):
            self._serving.add(asyncio.get_running_loop().create_task(self._for_ever(work)))

    async def stop(self) -> None:
        """Stop dispatching. Tasks on robots go on there, and are found again at the next start."""
        serving, self._serving = self._serving, set()
        while serving:
            for each in serving:
                each.cancel()  # again if need be: what is awaited below may swallow it once
            _, serving = await asyncio.wait(serving, timeout=_CANCEL_AGAIN_S)
        await self._claims.give_back()

    async def submit(self, request: TaskRequest) -> Submissions:
        """Take tasks in; see ``Intake.submit``."""
        return await self._intake.submit(request)

    async def get(self, task_id: str) -> TaskView:
        """The task as it is now; raises NotFound."""
        return self.view(await self._shop.store.get(task_id))

    def view(self, task: Task) -> TaskView:
        """A task with what is known of its place and its robot."""
        return self._viewer.view(task)

    def watch(self, task_id: str) -> Watch:
        """Sees every change of a task from now on; to be used in a ``with`` block."""
        return self._shop.board.watch(task_id)

    async def history(
        self, task_id: str, *, after: int = 0, limit: int = 1000
    ) -> Sequence[TaskRecord]:
        """What happened to a task after the line of that number, oldest first."""
        return await self._shop.store.history(task_id, after=after, limit=limit)

    async def page(
        self,
        wanted: TaskFilter,
        *,
        limit: int,
        robot_ids: frozenset[str] | None = None,
        is_visible: Callable[[Task], bool] | None = None,
    ) -> TaskPage:
        """Tasks that match, in the order that is asked for.

        For a caller that may use ``robot_ids`` only, those that are ``is_visible`` to it; the page
        may be short then, and still have another after it.
        """
        wanted = replace(wanted, robot_ids=robot_ids)
        found = await self._shop.store.page(wanted, limit=limit + 1)
        shown = [task for task in found[:limit] if is_visible is None or is_visible(task)]
        more = len(found) > limit
        items = tuple(self.view(task) for task in shown)
        return TaskPage(items, Cursor.of(found[limit - 1], wanted.order) if more else None)

    def check_draft(self, draft: OrderDraft) -> None:
        """Say what is wrong with a task before it is asked for; raises as ``submit`` does."""
        self._intake.check(draft)

    def traits_of(self, robot_id: str) -> RobotTraits:
        """What selectors look at in a robot, with the task types that it has announced."""
        configured = self._traits.get(robot_id) or RobotTraits(robot_id)
        return replace(configured, task_types=self.task_types.names_of(robot_id))

    def robots_for(self, task: Task) -> frozenset[str]:
        """The robots that may carry a task out."""
        return self._shop.board.robots_for_task(task)

    def current_task(self, robot_id: str) -> CurrentTask | None:
        """The task that a robot carries out now; None when there is none. Never waits."""
        return self._viewer.current_task(robot_id)

    def queued(self, robot_id: str) -> int:
        """How many tasks wait that a robot may take."""
        return self._shop.board.schedule.count(robot_id)

    async def check(self) -> None:
        """Return when the store answers; raises Unavailable when it does not."""
        await self._shop.store.check()

    def has_room(self) -> bool:
        """Whether the queue takes more tasks."""
        return self._intake.has_room()

    async def _for_ever(self, work: Callable[[], Coroutine[object, object, None]]) -> None:
        while True:
            try:
                await work()
            except Exception:  # noqa: BLE001 - the top level of a task: logged, and begun again
                _log.exception("the task service stumbled; going on")
                await asyncio.sleep(self._shop.settings.retry_s)
