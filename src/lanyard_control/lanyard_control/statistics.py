"""How well the loop keeps time, and what became of commands: counted by the loop, read by anybody.

Counting costs a tick a few additions, and no figure is ever set back: whoever wants those of the
last seconds keeps copies of earlier ones (``Recent``). So the loop's thread is the only one that
writes, and nothing is lost between the two.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from lanyard_control.histogram import Histogram, quantiles, since
from lanyard_core.safety.states import AckStatus, Cause

QUANTILES = {"p50": 0.5, "p99": 0.99, "p99_9": 0.999, "max": 1.0}


class LoopStatistics:
    """Totals since the start; written by the loop's thread only."""

    def __init__(self) -> None:
        self.ticks = 0
        self.early = 0  # between two ticks, because something arrived
        self.missed = 0
        self.commands = 0
        self.worst_late_s = 0.0
        self.worst_handling_s = 0.0
        self.late = Histogram()
        self.handling = Histogram()
        self.by_status = dict.fromkeys(AckStatus, 0)
        self.stops = dict.fromkeys(Cause, 0)

    def ticked(self, *, late_s: float, missed: int) -> None:
        """One tick began ``late_s`` after its deadline; ``missed`` deadlines passed before it."""
        self.ticks += 1
        self.missed += missed
        self.late.add(late_s)
        self.worst_late_s = max(self.worst_late_s, late_s)

    def acknowledged(self, status: AckStatus, *, handling_s: float) -> None:
        """One command was answered ``handling_s`` after it arrived."""
        self.commands += 1
        self.by_status[status] += 1
        self.handling.add(handling_s)
        self.worst_handling_s = max(self.worst_handling_s, handling_s)

    def stopped(self, causes: int) -> None:
        """Causes of a stop came up, a sum of bits."""
        for cause in self.stops:
            if causes & cause:
                self.stops[cause] += 1


@dataclass(frozen=True, slots=True)
class _Look:
    """The counts at one moment."""

    ticks: int
    missed: int
    late: list[int]
    handling: list[int]


@dataclass(slots=True)
class Recent:
    """Figures of the last ``looks`` looks, of which one is taken each second."""

    statistics: LoopStatistics
    looks: int = 10
    _looks: deque[_Look] = field(init=False)

    def __post_init__(self) -> None:
        self._looks = deque([self._now()], maxlen=self.looks)

    def look(self) -> dict[str, str]:
        """Figures since the start and of the last looks, by name; durations in us."""
        now, total = self._now(), self.statistics
        last, first = self._looks[-1], self._looks[0]
        self._looks.append(now)
        span = f"last_{self.looks}_s"
        return {
            "ticks": str(now.ticks),
            "early_ticks": str(total.early),
            "ticks_since_last_look": str(now.ticks - last.ticks),
            "missed_ticks": str(now.missed),
            f"missed_ticks_{span}": str(now.missed - first.missed),
            **_durations("late_us", now.late, worst_s=total.worst_late_s),
            **_durations(f"late_{span}_us", since(first.late, now.late)),
            "commands": str(total.commands),
            **_durations("ack_us", now.handling, worst_s=total.worst_handling_s),
            **_durations(f"ack_{span}_us", since(first.handling, now.handling)),
        }

    def _now(self) -> _Look:
        total = self.statistics
        return _Look(total.ticks, total.missed, total.late.counts(), total.handling.counts())


def _durations(name: str, counts: list[int], *, worst_s: float | None = None) -> dict[str, str]:
    """Quantiles by name; ``worst_s`` is the greatest one where it is known exactly."""
    found = dict(zip(QUANTILES, quantiles(counts, tuple(QUANTILES.values())), strict=True))
    if worst_s is not None:
        found = {share: min(duration_s, worst_s) for share, duration_s in found.items()}
    return {f"{name}_{share}": f"{duration_s * 1e6:.0f}" for share, duration_s in found.items()}
