"""The order in which processes are stopped: first the one that halts the robot, then the rest.

A rule without a clock: it is told ``now`` (seconds, monotonic) and who still runs, and says which
signals to send. Who does not end in time after a request to end is killed.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable
from dataclasses import dataclass


class Ending(enum.Enum):
    """How a process is told to end."""

    REQUEST = "SIGTERM"
    KILL = "SIGKILL"


class _Phase(enum.Enum):
    NOT_BEGUN = 0
    FIRST = 1
    REST = 2
    KILL = 3


@dataclass(slots=True)
class StopOrder:
    """``first`` are asked to end and waited for, ``patience_s`` at most; then all others."""

    first: Collection[str]
    patience_s: float
    _phase: _Phase = _Phase.NOT_BEGUN
    _deadline: float = 0.0

    def step(self, *, now: float, running: Collection[str]) -> list[tuple[str, Ending]]:
        """Whom to signal now. Call it again and again until nobody runs."""
        if self._phase is _Phase.NOT_BEGUN:
            self._enter(_Phase.FIRST, now)
            return self._to(self.first, running, Ending.REQUEST)
        if self._phase is _Phase.FIRST and self._done(now, set(self.first) & set(running)):
            self._enter(_Phase.REST, now)
            return self._to(set(running) - set(self.first), running, Ending.REQUEST)
        if self._phase is _Phase.REST and now >= self._deadline:
            self._enter(_Phase.KILL, now)
            return self._to(running, running, Ending.KILL)
        return []

    def _enter(self, phase: _Phase, now: float) -> None:
        self._phase = phase
        self._deadline = now + self.patience_s

    def _done(self, now: float, awaited: Collection[str]) -> bool:
        return not awaited or now >= self._deadline

    @staticmethod
    def _to(
        names: Iterable[str], running: Collection[str], ending: Ending
    ) -> list[tuple[str, Ending]]:
        return [(name, ending) for name in sorted(names) if name in running]
