"""Which task a robot does next, when one may start, and which have waited too long.

Holds the tasks that wait. Tasks that the same robots may take share a lane; a robot looks into
every lane that it is in, and takes the task that goes first: the highest priority, and inside one
priority the first to arrive. A task that must not start yet is in no lane. Told the time (Unix
seconds); not thread-safe, one owner.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from lanyard_core.task.lane import Lane, QueueEntry, RunTimes


@dataclass(frozen=True, slots=True)
class Due:
    """What the passing of time has brought: robots with new work, tasks whose deadline passed."""

    robots: frozenset[str]
    expired: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a task stands: 1 is next; ``starts_in_s`` None when nobody can say."""

    position: int
    starts_in_s: float | None


FreeIn = Callable[[str], "float | None"]
"""In how many seconds a robot will probably be free; None when nobody can say."""


class Schedule:
    """The tasks that wait."""

    def __init__(self) -> None:
        self._entries: dict[str, QueueEntry] = {}
        self._lanes: dict[frozenset[str], Lane] = {}
        self._lanes_of: dict[str, list[Lane]] = {}
        self._early = _Alarms()  # tasks that must not start yet
        self._deadlines = _Alarms()
        self._reserved: set[str] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, entry: QueueEntry, *, now: float) -> None:
        """Take a task in, or what has changed about it. It gets the place of its arrival."""
        if self._entries.get(entry.task_id) == entry:
            return
        self.discard(entry.task_id)
        self._entries[entry.task_id] = entry
        if entry.deadline_unix_s is not None:
            self._deadlines.set(entry.task_id, entry.deadline_unix_s)
        if entry.not_before_unix_s is not None and entry.not_before_unix_s > now:
            self._early.set(entry.task_id, entry.not_before_unix_s)
        else:
            self._lane(entry.robots).push(entry)

    def put_aside(self, entry: QueueEntry) -> None:
        """Keep only the deadline of a task that is not to start for now."""
        self.discard(entry.task_id)
        if entry.deadline_unix_s is not None:
            self._deadlines.set(entry.task_id, entry.deadline_unix_s)

    def discard(self, task_id: str) -> None:
        """Take a task out; harmless when it is not there."""
        self._deadlines.clear(task_id)
        self._reserved.discard(task_id)
        entry = self._entries.pop(task_id, None)
        if entry is not None and not self._early.clear(task_id):
            self._leave_lane(entry)

    def reserve(self, task_id: str) -> None:
        """Offer a task to no robot for now: it is on its way to one, or not on disk yet."""
        self._reserved.add(task_id)

    def release(self, task_id: str) -> None:
        """Offer it again."""
        self._reserved.discard(task_id)

    def candidates(self, robot_id: str, *, limit: int) -> list[QueueEntry]:
        """The tasks that a robot that is free should take, the first one first."""
        return list(islice(self._in_order(robot_id), limit))

    def pass_time(self, now: float) -> Due:
        """Let the time be ``now``. A task that has expired is told until it is taken out."""
        robots: set[str] = set()
        for task_id in self._early.gone_off(now):
            entry = self._entries[task_id]
            self._early.clear(task_id)
            self._lane(entry.robots).push(entry)
            robots |= entry.robots
        expired = tuple(self._deadlines.gone_off(now))
        for task_id in expired:
            self._reserved.add(task_id)
        return Due(frozenset(robots), expired)

    def next_moment(self) -> float | None:
        """When time will bring something next; None: never."""
        moments = [alarms.next() for alarms in (self._early, self._deadlines)]
        return min((moment for moment in moments if moment is not None), default=None)

    def is_early(self, task_id: str) -> bool:
        """Whether a task must not start yet."""
        return task_id in self._early

    def count(self, robot_id: str) -> int:
        """How many tasks wait that a robot may take now."""
        return sum(len(lane) for lane in self._lanes_of.get(robot_id, ()))

    def task_ids(self) -> tuple[str, ...]:
        """Every task that waits."""
        return tuple(self._entries)

    def entry(self, task_id: str) -> QueueEntry | None:
        """The entry of a task; None when it does not wait."""
        return self._entries.get(task_id)

    def place(
        self, entry: QueueEntry, *, now: float, free_in_s: FreeIn, run_times: RunTimes
    ) -> Place:
        """Where a task stands, by the robot that will come to it first.

        Work that several robots share is counted in equal parts.
        """
        position, starts_in_s = None, None
        for robot_id in entry.robots:
            tasks, wait_s = 0, free_in_s(robot_id)
            for lane in self._lanes_of.get(robot_id, ()):
                ahead = lane.ahead_of(entry, run_times)
                tasks += ahead.tasks
                wait_s = None if wait_s is None else wait_s + ahead.work_s / len(lane.robots)
            position = tasks + 1 if position is None else min(position, tasks + 1)
            if wait_s is not None:
                starts_in_s = wait_s if starts_in_s is None else min(starts_in_s, wait_s)
        if starts_in_s is not None and entry.not_before_unix_s is not None:
            starts_in_s = max(starts_in_s, entry.not_before_unix_s - now)
        return Place(position or 1, starts_in_s)

    def _in_order(self, robot_id: str) -> Iterator[QueueEntry]:
        lanes = self._lanes_of.get(robot_id, ())
        for entry in heapq.merge(*lanes, key=lambda entry: entry.rank):
            if entry.task_id not in self._reserved:
                yield entry

    def _lane(self, robots: frozenset[str]) -> Lane:
        lane = self._lanes.get(robots)
        if lane is None:
            lane = self._lanes[robots] = Lane(robots)
            for robot_id in robots:
                self._lanes_of.setdefault(robot_id, []).append(lane)
        return lane

    def _leave_lane(self, entry: QueueEntry) -> None:
        lane = self._lanes[entry.robots]
        lane.remove(entry)
        if not lane:
            del self._lanes[entry.robots]
            for robot_id in entry.robots:
                self._lanes_of[robot_id].remove(lane)


class _Alarms:
    """Moments, each for one task. An alarm that has gone off rings until it is cleared."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []

    def __contains__(self, task_id: str) -> bool:
        return task_id in self._at

    def set(self, task_id: str, at: float) -> None:
        self._at[task_id] = at
        heapq.heappush(self._heap, (at, task_id))
        if len(self._heap) > 2 * len(self._at) + 64:  # cleared ones stay in the heap for a while
            self._heap = [(moment, each) for each, moment in self._at.items()]
            heapq.heapify(self._heap)

    def clear(self, task_id: str) -> bool:
        return self._at.pop(task_id, None) is not None

    def gone_off(self, now: float) -> list[str]:
        found: dict[tuple[float, str], None] = {}  # in order, and each once
        while (first := self._first()) is not None and first[0] <= now:
            found[heapq.heappop(self._heap)] = None
        for alarm in found:  # they ring until they are cleared
            heapq.heappush(self._heap, alarm)
        return [task_id for _, task_id in found]

    def next(self) -> float | None:
        first = self._first()
        return first[0] if first is not None else None

    def _first(self) -> tuple[float, str] | None:
        while self._heap and self._at.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0] if self._heap else None
