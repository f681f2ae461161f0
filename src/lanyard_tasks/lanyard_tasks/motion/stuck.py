"""Does the robot move as commanded? Pure; one watch for each task.

Over a window of time, what each axis was told to cover is compared with what it covered. Signed
sums on both sides: a controller that corrects to and fro around its goal is not stuck.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

# An axis that covers less than this share of what it was told is stuck.
_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis now: commanded rate, measured position, and the least way worth judging."""

    rate: float
    position: float
    least: float


class StuckWatch:
    """Feed it every tick; it names the first axis that did not move for ``window_s`` seconds."""

    def __init__(self, *, window_s: float) -> None:
        self._window_s = window_s
        self._opened: float | None = None
        self._last = 0.0
        self._start: dict[str, float] = {}
        self._told: dict[str, float] = {}

    def observe(self, now: float, axes: Mapping[str, Axis]) -> str | None:
        """Take in the axes at ``now``; returns the name of an axis that is stuck, or None."""
        if self._opened is None or axes.keys() != self._start.keys():
            self._open(now, axes)
            return None
        for name, axis in axes.items():
            self._told[name] += axis.rate * (now - self._last)
        self._last = now
        if now - self._opened < self._window_s:
            return None
        stuck = next((name for name, axis in axes.items() if self._is_stuck(name, axis)), None)
        self._open(now, axes)
        return stuck

    def reset(self) -> None:
        """Begin anew at the next observation: what was commanded meanwhile was not sent."""
        self._opened = None

    def _is_stuck(self, name: str, axis: Axis) -> bool:
        told = self._told[name]
        covered = math.copysign(1.0, told) * (axis.position - self._start[name])
        return abs(told) >= axis.least and covered < _SHARE * abs(told)

    def _open(self, now: float, axes: Mapping[str, Axis]) -> None:
        self._opened = self._last = now
        self._start = {name: axis.position for name, axis in axes.items()}
        self._told = dict.fromkeys(axes, 0.0)
