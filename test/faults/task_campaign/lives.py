"""The gateway's task service, killed and begun again over imaginary robots: thousands of lives.

Each life is an event loop of its own that stops between any two of its steps and is never run
again, as a process that was killed is not; the store's file is the real one. Without ROS and
without waiting for anybody, so that a great many tasks and kills fit into little time.
"""

from __future__ import annotations

import asyncio
import inspect
import random
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from lanyard_core.faults import LanyardFault
from lanyard_core.task.announced import announcement_of
from lanyard_core.task.catalogue import TaskType
from lanyard_core.task.listing import TaskFilter
from lanyard_core.task.model import Task, TaskStatus
from lanyard_core.task.order import LostPolicy
from lanyard_core.task.supervision import Patience
from lanyard_gateway.dispatch.requests import OrderDraft, TaskRequest
from lanyard_gateway.dispatch.service import TaskService
from lanyard_gateway.dispatch.shop import DispatchSettings
from lanyard_gateway.store.task_store import SqlTaskStore
from task_campaign.history import DONE_AGAIN, Acknowledged, Told, Verdict, judge
from task_campaign.imaginary import ImaginaryPort, ImaginaryRobot

QUICK = DispatchSettings(
    poll_s=0.001,
    retry_s=0.001,
    longest_rest_s=0.002,
    patience=Patience(silence_s=5.0),
    presentation_s=0.2,
)
AT_ONCE = 24
"""Tasks that are submitted and not yet ended, at most; and new ones in one life, at most."""
REPEATED = 0.05
PAUSED = 0.5
"""How often somebody pauses a task, or has one go on, for each step of a life."""
HARMED = 0.01
_STEP_S = 0.0005
_LONGEST_LIFE = 80
_SETTLED_WITHIN = 60_000


class Lives:
    """One store, some robots, and gateways that come and go."""

    def __init__(
        self,
        store: Path,
        task_types: Iterable[TaskType],
        *,
        seed: int,
        tasks: int,
        robots: int = 3,
        journal: bool = True,
        harmed: float = HARMED,
    ) -> None:
        self._harmed = harmed  # how often a task server is killed, for each of its steps
        self.harm: Counter[str] = Counter()
        self.acknowledged: list[Acknowledged] = []
        self._store = store
        self._rng = random.Random(seed)
        types = announcement_of(task_types)
        self.robots = {
            name: ImaginaryRobot(
                name, random.Random(f"{seed} {name}"), journal=journal, types=types
            )
            for name in (f"arm-{number:03}" for number in range(1, robots + 1))
        }
        self._left = list(range(tasks, 0, -1))
        self._open: dict[int, TaskRequest] = {}
        self._under_way: set[int] = set()

    def live(self) -> Verdict:
        """Live until every task has been submitted, then once more until all have ended."""
        while self._left or self._open:
            self._life(self._rng.randint(1, _LONGEST_LIFE))
            self.harm["gateway killed"] += 1
        told = self._life(None)
        assert told is not None
        book = [line for robot in self.robots.values() for line in robot.book]
        return judge(self.acknowledged, told, book)

    def _life(self, steps: int | None) -> dict[str, Told] | None:
        loop = asyncio.new_event_loop()
        loop.set_exception_handler(lambda *_: None)  # what dies with it has nothing to complain of
        store = SqlTaskStore.open(self._store)
        try:
            work = loop.create_task(self._until_killed(store, steps))
            work.add_done_callback(lambda _: loop.stop())
            loop.run_forever()
            return work.result()
        finally:
            _abandon(loop)
            store.close()

    async def _until_killed(self, store: SqlTaskStore, steps: int | None) -> dict[str, Told] | None:
        ports = {name: ImaginaryPort(robot) for name, robot in self.robots.items()}
        self._under_way.clear()
        service = TaskService(store=store, robots=ports, task_types={}, settings=QUICK)
        await service.start()
        # However fast the machine is, no life is without a death on the other side too.
        death = self._rng.randrange(steps) if steps is not None else None
        fewest_left = max(0, len(self._left) - AT_ONCE)
        for step in range(steps or _SETTLED_WITHIN):
            if step == death:
                self._kill(self._rng.choice(list(self.robots.values())))
            for name, port in ports.items():
                self._robot_goes_on(self.robots[name], may_be_harmed=steps is not None)
                port.hear()
            unfinished = len(await store.unfinished())
            if steps is not None:
                self._submit_more(service, unfinished, fewest_left)
                self._pause_or_resume(service)
            elif not await self._resume_all(service) and not unfinished:
                break
            await asyncio.sleep(_STEP_S)
        if steps is not None:
            return None
        return await self._told(store)

    def _robot_goes_on(self, robot: ImaginaryRobot, *, may_be_harmed: bool) -> None:
        robot.work()
        if may_be_harmed and self._rng.random() < self._harmed:
            self._kill(robot)

    def _kill(self, robot: ImaginaryRobot) -> None:
        robot.kill()
        self.harm["task server killed"] += 1

    def _submit_more(self, service: TaskService, unfinished: int, fewest_left: int) -> None:
        while len(self._left) > fewest_left and len(self._open) + unfinished < AT_ONCE:
            number = self._left.pop()
            self._open[number] = self._request(number)
        for number, request in list(self._open.items()):
            # What is under way already is repeated now and then.
            if self._rng.random() < (REPEATED if number in self._under_way else 0.5):
                asyncio.get_running_loop().create_task(self._submit(service, number, request))

    def _pause_or_resume(self, service: TaskService) -> None:
        current = service.current_task(self._rng.choice(list(self.robots)))
        if current is None or self._rng.random() >= PAUSED:
            return
        ask = self._rng.choice([service.pauses.pause, service.pauses.resume])
        asking = asyncio.get_running_loop().create_task(ask(current.task_id, detail="asked by me"))
        asking.add_done_callback(self._count_pause)

    def _count_pause(self, asking: asyncio.Task[Task]) -> None:
        if not asking.cancelled() and asking.exception() is None:
            is_wished = asking.result().status in (TaskStatus.PAUSING, TaskStatus.RESUMING)
            self.harm["paused or resumed"] += is_wished

    async def _resume_all(self, service: TaskService) -> bool:
        """Have everything go on that is paused; False when nothing is."""
        paused = frozenset({TaskStatus.HELD, TaskStatus.PAUSING, TaskStatus.PAUSED})
        page = await service.page(TaskFilter(statuses=paused), limit=AT_ONCE)
        for each in page.items:
            with suppress(LanyardFault):
                await service.pauses.resume(each.task.task_id, detail="asked by me")
        return bool(page.items)

    async def _submit(self, service: TaskService, number: int, request: TaskRequest) -> None:
        self._under_way.add(number)
        try:
            answer = await service.submit(request)
        except LanyardFault:
            self._under_way.discard(number)
            return  # such as a task type that this life has not heard of yet
        kind = request.drafts[0].task_type
        for each in answer.items:
            self.acknowledged.append(Acknowledged(str(number), each.task_id, kind))
        self._open.pop(number, None)

    def _request(self, number: int) -> TaskRequest:
        again = self._rng.random() < 0.3
        draft = OrderDraft(
            task_type=DONE_AGAIN if again else "stamp",
            robot_id=self._rng.choice([*self.robots, "any"]),
            parameters={"text": str(number)},
            on_robot_lost=LostPolicy.REQUEUE if again else LostPolicy.WAIT,
        )
        return TaskRequest([draft], caller="me", idempotency_key=str(number))

    async def _told(self, store: SqlTaskStore) -> dict[str, Told]:
        found = {}
        for task_id in {each.task_id for each in self.acknowledged}:
            task, history = await store.get(task_id), await store.history(task_id)
            found[task_id] = Told(
                task_id,
                task.status.word,
                task.attempt,
                task.error.code if task.error else None,
                tuple(record.event for record in history),
            )
        return found


def _abandon(loop: asyncio.AbstractEventLoop) -> None:
    """Let a loop go with everything in it, as a process goes that is killed."""
    for task in asyncio.all_tasks(loop):
        task._log_destroy_pending = False  # type: ignore[attr-defined]
        work = task.get_coro()
        if inspect.iscoroutine(work) and inspect.getcoroutinestate(work) == inspect.CORO_CREATED:
            work.close()  # or Python would complain that it never began
    loop.close()
