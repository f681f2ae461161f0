"""How well the loop keeps time, and what became of commands: counted by the loop, read by anybody.

Counting costs a few integer additions per tick. A reader takes a window's figures with
``window``, which begins a new one; totals only grow.
"""

from __future__ import annotations

from dataclasses import dataclass

from lanyard_core.safety.states import AckStatus


@dataclass(frozen=True, slots=True)
class Window:
    """Figures since the last look; times in s."""

    ticks: int
    worst_late_s: float
    worst_gap_s: float
    commands: int
    worst_handling_s: float


class LoopStatistics:
    """Written by the loop's thread only."""

    def __init__(self) -> None:
        self.ticks_total = 0
        self.missed_total = 0
        self.commands_total = 0
        self.by_status = dict.fromkeys(AckStatus, 0)
        self._last_ticks = 0
        self._last_commands = 0
        self._worst_late_s = 0.0
        self._worst_gap_s = 0.0
        self._worst_handling_s = 0.0

    def ticked(self, *, elapsed_s: float, late_s: float, missed: int) -> None:
        """One tick began ``late_s`` after its deadline; ``missed`` deadlines passed before it."""
        self.ticks_total += 1
        self.missed_total += missed
        self._worst_late_s = max(self._worst_late_s, late_s)
        self._worst_gap_s = max(self._worst_gap_s, elapsed_s)

    def acknowledged(self, status: AckStatus, *, handling_s: float) -> None:
        """One command was answered ``handling_s`` after it arrived."""
        self.commands_total += 1
        self.by_status[status] += 1
        self._worst_handling_s = max(self._worst_handling_s, handling_s)

    def window(self) -> Window:
        """Figures since the last call, from the one thread that reports them."""
        window = Window(
            ticks=self.ticks_total - self._last_ticks,
            worst_late_s=self._worst_late_s,
            worst_gap_s=self._worst_gap_s,
            commands=self.commands_total - self._last_commands,
            worst_handling_s=self._worst_handling_s,
        )
        self._last_ticks, self._last_commands = self.ticks_total, self.commands_total
        self._worst_late_s = self._worst_gap_s = self._worst_handling_s = 0.0
        return window
