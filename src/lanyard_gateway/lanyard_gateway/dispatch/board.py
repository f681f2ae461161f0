"""The mirror of the store in memory: what waits, what runs, and who wants to know of changes.

The store decides; the board answers without asking it: which task is next, where one stands. Every
row that was read or written passes ``apply``. Lives on the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

from lanyard_core.faults import Overloaded
from lanyard_core.task.lane import QueueEntry, entry_of
from lanyard_core.task.model import Task, TaskStatus
from lanyard_core.task.order import RobotTraits, TaskOrder
from lanyard_core.task.schedule import Schedule
from lanyard_gateway.dispatch.ports import Clocks
from lanyard_gateway.dispatch.waiting import news_within

MOST_WATCHERS = 2000
"""Requests and streams that may wait for tasks to change."""
_NOT_NUMBERED_YET = 2**62
"""Above every number that a store gives: tasks that are on their way there come last."""


class Board:
    """See the module's docstring. ``traits`` tells what is known of a robot now."""

    def __init__(
        self, robots: Iterable[str], traits: Callable[[str], RobotTraits], clocks: Clocks
    ) -> None:
        self.schedule = Schedule()
        self._robots = tuple(robots)
        self._traits = traits
        self._clocks = clocks
        self._on_robots: dict[str, Task] = {}  # by task id
        self._watchers: dict[str, set[asyncio.Event]] = {}
        self._followers: dict[str, Callable[[Task], None]] = {}
        self._wakers: dict[str, Callable[[], None]] = {}
        self._announced = 0

    @property
    def robots(self) -> tuple[str, ...]:
        """Every robot that this gateway knows."""
        return self._robots

    @property
    def on_robots(self) -> Mapping[str, Task]:
        """Every task whose goal was sent, or may have been, and whose end is not known; by id."""
        return self._on_robots

    def task_on(self, robot_id: str) -> Task | None:
        """The task that a robot has, whichever gateway follows it."""
        found = self._on_robots.values()
        return next((task for task in found if task.assigned_robot_id == robot_id), None)

    def robots_for(self, order: TaskOrder) -> frozenset[str]:
        """The robots that may carry an order out."""
        return frozenset(robot for robot in self._robots if order.fits(self._traits(robot)))

    def robots_for_task(self, task: Task) -> frozenset[str]:
        """The robots that may carry a task out: the one that has it, or may have it, or any."""
        if task.assigned_robot_id is not None:
            return frozenset({task.assigned_robot_id} & set(self._robots))
        return self.robots_for(task.order)

    def describe_robots(self) -> str:
        """Which robots there are, with their labels and capabilities, for a person."""
        return "; ".join(self._described(self._traits(robot)) for robot in self._robots)

    @staticmethod
    def _described(robot: RobotTraits) -> str:
        labels = [f"{name}={value}" for name, value in sorted(robot.labels.items())]
        has = ", ".join((*labels, *sorted(robot.capabilities))) or "nothing"
        return f"{robot.robot_id} has {has}"

    def announce(self, task_id: str, order: TaskOrder) -> QueueEntry:
        """Keep a place for a task that is on its way to the store; no robot gets it yet."""
        self._announced += 1
        entry = QueueEntry(
            seq=_NOT_NUMBERED_YET + self._announced,
            task_id=task_id,
            task_type=order.task_type,
            priority=order.priority,
            robots=self.robots_for(order),
            not_before_unix_s=order.not_before_unix_s,
        )
        self.schedule.put(entry, now=self._clocks.unix())
        self.schedule.reserve(task_id)
        return entry

    def apply(self, task: Task) -> None:
        """Take in what a task has become, and wake whoever must know."""
        self._schedule(task)
        if task.status.on_robot:
            self._on_robots[task.task_id] = task
        elif self._on_robots.pop(task.task_id, None) is not None and task.assigned_robot_id:
            self.wake((task.assigned_robot_id,))
        follower = self._followers.get(task.task_id)
        if follower is not None:
            follower(task)
        self._tell_watchers(task.task_id)

    def replace_all(self, tasks: Iterable[Task]) -> None:
        """Take in all that waits or runs: what is not among it does neither any more."""
        found = {task.task_id: task for task in tasks}
        for task_id in (*self.schedule.task_ids(), *self._on_robots, *self._watchers):
            if task_id not in found and not self._is_announced(task_id):
                self.forget(task_id)
        for task in found.values():
            self.apply(task)

    def forget(self, task_id: str) -> None:
        """A task neither waits nor runs, as far as is known; whoever watches it is woken."""
        self.schedule.discard(task_id)
        self._on_robots.pop(task_id, None)
        self._tell_watchers(task_id)

    def follow(self, task_id: str, note: Callable[[Task], None]) -> Callable[[], None]:
        """Have ``note`` called with each newer row of a task; the returned function ends that."""
        self._followers[task_id] = note

        def stop() -> None:
            if self._followers.get(task_id) == note:
                del self._followers[task_id]

        return stop

    def on_work(self, robot_id: str, wake: Callable[[], None]) -> None:
        """Have ``wake`` called when there may be work for a robot."""
        self._wakers[robot_id] = wake

    def wake(self, robots: Iterable[str]) -> None:
        """There may be work for these robots."""
        for robot_id in robots:
            waker = self._wakers.get(robot_id)
            if waker is not None:
                waker()

    def watch(self, task_id: str) -> Watch:
        """Watch a task from now on; to be used in a ``with`` block.

        Raises Overloaded when too many do so already.
        """
        if sum(map(len, self._watchers.values())) >= MOST_WATCHERS:
            raise Overloaded("too many requests wait for tasks to change; try again soon")
        return Watch(task_id, self._watchers)

    def _tell_watchers(self, task_id: str) -> None:
        for changed in self._watchers.get(task_id, ()):
            changed.set()

    def _is_announced(self, task_id: str) -> bool:
        entry = self.schedule.entry(task_id)
        return entry is not None and entry.seq > _NOT_NUMBERED_YET

    def _schedule(self, task: Task) -> None:
        if not task.status.waits:
            self.schedule.discard(task.task_id)
            return
        entry = entry_of(task, self.robots_for_task(task))
        if task.status is TaskStatus.HELD:
            self.schedule.put_aside(entry)
            return
        self.schedule.put(entry, now=self._clocks.unix())
        self.wake(entry.robots)


class Watch:
    """Sees every change of one task between the beginning and the end of the ``with`` block."""

    def __init__(self, task_id: str, watchers: dict[str, set[asyncio.Event]]) -> None:
        self._task_id = task_id
        self._watchers = watchers
        self._changed = asyncio.Event()

    def __enter__(self) -> Watch:
        self._watchers.setdefault(self._task_id, set()).add(self._changed)
        return self

    def __exit__(self, *_: object) -> None:
        watching = self._watchers[self._task_id]
        watching.discard(self._changed)
        if not watching:
            del self._watchers[self._task_id]

    async def next(self, *, timeout_s: float) -> bool:
        """Wait for a change since the last one seen; False when none comes within the time (s)."""
        return await news_within(timeout_s, self._changed)
