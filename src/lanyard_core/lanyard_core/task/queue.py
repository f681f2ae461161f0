"""Which task a robot does next, when it may start, and when a waiting one will probably start.

One ``RobotQueue`` per robot mirrors the queued tasks of the store. Higher priority goes first, and
inside one priority the order of arrival. Every answer costs the same with ten tasks as with a
hundred thousand, give or take a memory move. Told the time where it matters; not thread-safe, one
owner.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lanyard_core.safety.states import Priority, State
from lanyard_core.task.model import HoldReason, Task
from lanyard_core.task.order import HIGHEST_PRIORITY
from lanyard_core.telemetry.status import RobotStatus


class QueueEntry(NamedTuple):
    """What the queue needs of a task. ``seq`` comes first because entries are ordered by it."""

    seq: int
    task_id: str
    task_type: str
    priority: int


def entry_of(task: Task) -> QueueEntry:
    """The queue entry of a task."""
    return QueueEntry(task.seq, task.task_id, task.order.task_type, task.order.priority)


_STOPPED = frozenset({State.SAFE_STOP, State.HALTED, State.FAULT})
_NOT_SETTLED = frozenset({State.STARTING, State.STOPPING})


def hold_reason(status: RobotStatus, *, has_task: bool) -> HoldReason | None:
    """Why a robot must not get a task now; None when it may. Unknown counts as offline."""
    safety = status.safety
    if not status.online or safety.state is None:
        return HoldReason.ROBOT_OFFLINE
    if safety.state in _STOPPED:
        return HoldReason.HALTED
    # Somebody who goes before tasks drives the robot: a task would only fail for want of the lease.
    is_driven = safety.session != 0 and safety.priority > Priority.TASK
    if has_task or is_driven or safety.state in _NOT_SETTLED:
        return HoldReason.ROBOT_BUSY
    return None


class RunTimes:
    """How long tasks of each type usually run, in seconds: an average that forgets slowly."""

    def __init__(self, first_guess_s: Mapping[str, float], *, weight: float = 0.2) -> None:
        self._average_s = dict(first_guess_s)
        self._weight = weight

    def observe(self, task_type: str, run_s: float) -> None:
        """Take a finished run into the average."""
        before = self._average_s.get(task_type, run_s)
        self._average_s[task_type] = before + self._weight * (run_s - before)

    def expected_s(self, task_type: str) -> float:
        """The expected run time; 0 for a type that was never seen."""
        return self._average_s.get(task_type, 0.0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a task stands in its robot's queue: 1 is next; ``ahead_s`` is the work before it."""

    position: int
    ahead_s: float


class RobotQueue:
    """The queued tasks of one robot."""

    def __init__(self) -> None:
        self._levels: tuple[list[QueueEntry], ...] = tuple([] for _ in range(HIGHEST_PRIORITY + 1))
        self._types: tuple[Counter[str], ...] = tuple(Counter() for _ in self._levels)
        self._entries: dict[str, QueueEntry] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def push(self, entry: QueueEntry) -> None:
        """Take a task in; a task that comes back gets its old place. Twice is harmless."""
        if entry.task_id in self._entries:
            return
        self._entries[entry.task_id] = entry
        insort(self._levels[entry.priority], entry)
        self._types[entry.priority][entry.task_type] += 1

    def discard(self, task_id: str) -> None:
        """Take a task out; harmless when it is not there."""
        entry = self._entries.pop(task_id, None)
        if entry is None:
            return
        level = self._levels[entry.priority]
        del level[bisect_left(level, entry)]
        self._types[entry.priority][entry.task_type] -= 1

    def head(self) -> QueueEntry | None:
        """The task that goes next; None when there is none."""
        return next((level[0] for level in self._downwards() if level), None)

    def place(self, task_id: str, run_times: RunTimes) -> Place | None:
        """Where a task stands; None when it is not queued here.

        The work ahead is exact for the higher priorities; inside its own priority every task ahead
        counts with that priority's average.
        """
        entry = self._entries.get(task_id)
        if entry is None:
            return None
        level = self._levels[entry.priority]
        before_here = bisect_left(level, entry)
        higher = range(entry.priority + 1, len(self._levels))
        position = sum(len(self._levels[p]) for p in higher) + before_here + 1
        ahead_s = sum(self._work_s(p, run_times) for p in higher)
        if before_here:
            others_s = self._work_s(entry.priority, run_times)
            others_s -= run_times.expected_s(entry.task_type)
            ahead_s += others_s * before_here / (len(level) - 1)
        return Place(position, ahead_s)

    def last_place(self, priority: int, run_times: RunTimes) -> Place:
        """The place of a task of this priority that would come in now."""
        ahead = range(priority, len(self._levels))
        position = sum(len(self._levels[p]) for p in ahead) + 1
        return Place(position, sum(self._work_s(p, run_times) for p in ahead))

    def _work_s(self, priority: int, run_times: RunTimes) -> float:
        counts = self._types[priority].items()
        return sum(run_times.expected_s(task_type) * count for task_type, count in counts)

    def _downwards(self) -> Iterator[list[QueueEntry]]:
        return reversed(self._levels)
