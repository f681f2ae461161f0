"""Does the robot move as commanded? Pure; one watch for each task.

For each axis the commanded and the measured rate are smoothed alike and compared. An axis that is
too slow without a break for a while is stuck; the lag at the start of a motion is over sooner than
that, and a controller that corrects to and fro around its goal averages out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

# Time constant of the smoothing, in seconds.
_SMOOTH_S = 0.5

# An axis that does less than this share of what it is told is too slow.
_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis now: commanded rate, measured position, and the least rate worth judging."""

    rate: float
    position: float
    least: float


class StuckWatch:
    """Feed it every tick; it names an axis that has been too slow for ``slow_s`` seconds."""

    def __init__(self, *, slow_s: float) -> None:
        self._slow_s = slow_s
        self._last: float | None = None
        self._motions: dict[str, _Motion] = {}

    def observe(self, now: float, axes: Mapping[str, Axis]) -> str | None:
        """Take in the axes at ``now``; returns the name of an axis that is stuck, or None."""
        elapsed_s = 0.0 if self._last is None else now - self._last
        self._last = now
        self._motions = {
            name: self._motions.get(name) or _Motion(axis.position) for name, axis in axes.items()
        }
        if elapsed_s > 0.0:
            for name, axis in axes.items():
                if self._motions[name].follow(axis, elapsed_s) >= self._slow_s:
                    return name
        return None

    def reset(self) -> None:
        """Begin anew at the next observation: what was commanded meanwhile was not sent."""
        self._last = None
        self._motions = {}


class _Motion:
    """Smoothed rates of one axis, and for how long it has been too slow."""

    def __init__(self, position: float) -> None:
        self._position = position
        self._told = 0.0
        self._done = 0.0
        self._slow_s = 0.0

    def follow(self, axis: Axis, elapsed_s: float) -> float:
        share = elapsed_s / (_SMOOTH_S + elapsed_s)
        measured = (axis.position - self._position) / elapsed_s
        self._position = axis.position
        self._told += share * (axis.rate - self._told)
        self._done += share * (measured - self._done)
        done_as_told = math.copysign(1.0, self._told) * self._done
        is_slow = abs(self._told) >= axis.least and done_as_told < _SHARE * abs(self._told)
        self._slow_s = self._slow_s + elapsed_s if is_slow else 0.0
        return self._slow_s
