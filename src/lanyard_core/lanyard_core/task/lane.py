"""Tasks that the same robots may take, in their order, with the place of each.

Higher priority goes first, and inside one priority the order of arrival. Every answer costs the
same with ten tasks as with a hundred thousand, give or take a memory move. Not thread-safe, one
owner.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lanyard_core.task.model import Task
from lanyard_core.task.order import HIGHEST_PRIORITY


class QueueEntry(NamedTuple):
    """What the queue needs of a task. ``seq`` comes first because entries are ordered by it.

    ``robots`` are those that may take it. Times are Unix seconds.
    """

    seq: int
    task_id: str
    task_type: str
    priority: int
    robots: frozenset[str]
    not_before_unix_s: float | None = None
    deadline_unix_s: float | None = None

    @property
    def rank(self) -> tuple[int, int]:
        """What is smaller goes first."""
        return -self.priority, self.seq


def entry_of(task: Task, robots: frozenset[str]) -> QueueEntry:
    """The queue entry of a task that these robots may take."""
    order = task.order
    return QueueEntry(
        seq=task.seq,
        task_id=task.task_id,
        task_type=order.task_type,
        priority=order.priority,
        robots=robots,
        not_before_unix_s=order.not_before_unix_s,
        deadline_unix_s=order.deadline_unix_s,
    )


class RunTimes:
    """How long tasks of each type usually run, in seconds: an average that forgets slowly.

    ``first_guess_s`` tells it of a type of which none has run.
    """

    def __init__(self, first_guess_s: Callable[[str], float], *, weight: float = 0.2) -> None:
        self._average_s: dict[str, float] = {}
        self._first_guess_s = first_guess_s
        self._weight = weight

    def observe(self, task_type: str, run_s: float) -> None:
        """Take a finished run into the average."""
        before = self._average_s.get(task_type, self._first_guess_s(task_type) or run_s)
        self._average_s[task_type] = before + self._weight * (run_s - before)

    def expected_s(self, task_type: str) -> float:
        """The expected run time; 0 for a type of which nothing is known."""
        average_s = self._average_s.get(task_type)
        return self._first_guess_s(task_type) if average_s is None else average_s


@dataclass(frozen=True, slots=True)
class Ahead:
    """What goes before a task in its lane: how many tasks, and their usual run time (s)."""

    tasks: int
    work_s: float


class Lane:
    """The tasks that exactly ``robots`` may take."""

    def __init__(self, robots: frozenset[str]) -> None:
        self.robots = robots
        self._levels: tuple[list[QueueEntry], ...] = tuple([] for _ in range(HIGHEST_PRIORITY + 1))
        self._types: tuple[Counter[str], ...] = tuple(Counter() for _ in self._levels)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[QueueEntry]:
        """In order. To be left before anything is pushed or removed."""
        for level in reversed(self._levels):
            yield from level

    def push(self, entry: QueueEntry) -> None:
        """Take a task in, at the place that its priority and its number give it."""
        insort(self._levels[entry.priority], entry)
        self._types[entry.priority][entry.task_type] += 1
        self._count += 1

    def remove(self, entry: QueueEntry) -> None:
        """Take a task out that is here."""
        level = self._levels[entry.priority]
        del level[bisect_left(level, entry)]
        self._types[entry.priority][entry.task_type] -= 1
        self._count -= 1

    def ahead_of(self, entry: QueueEntry, run_times: RunTimes) -> Ahead:
        """What goes before ``entry``, which may be in another lane, or not in the queue yet.

        The work is exact for the higher priorities; inside its own every task ahead counts with the
        average of those that are there.
        """
        level = self._levels[entry.priority]
        before = bisect_left(level, entry)
        higher = range(entry.priority + 1, len(self._levels))
        tasks = sum(len(self._levels[priority]) for priority in higher) + before
        work_s = sum(self._work_s(priority, run_times) for priority in higher)
        if before:
            work_s += self._work_s(entry.priority, run_times) * before / len(level)
        return Ahead(tasks, work_s)

    def _work_s(self, priority: int, run_times: RunTimes) -> float:
        counts = self._types[priority].items()
        return sum(run_times.expected_s(task_type) * count for task_type, count in counts)
