"""How often: at most so many in any stretch of a given length, for each of many callers.

A window that slides, not one that is reset: at no moment can a caller have had twice its share. It
keeps when each was granted, as long as that counts, and is told the time.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass

MAX_CALLERS = 10_000
"""Callers remembered; beyond that the one that was quiet longest is forgotten."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``amount`` in any ``period_s`` seconds."""

    amount: int
    period_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a caller has left; ``free_in_s`` is when one more is free, at the latest."""

    granted: bool
    limit: int
    remaining: int
    free_in_s: float


class SlidingWindows:
    """The windows of all callers, under one name each. Not for several threads at once."""

    def __init__(self, *, max_callers: int = MAX_CALLERS) -> None:
        self._granted: OrderedDict[str, deque[float]] = OrderedDict()
        self._max_callers = max_callers

    def __len__(self) -> int:
        return len(self._granted)

    def take(self, who: str, rate: Rate, *, now: float) -> Allowance:
        """Grant one more, or not. Whoever waits ``free_in_s`` is granted the next."""
        times = self._granted.get(who)
        if times is None or times.maxlen != rate.amount:
            times = self._begin(who, rate.amount, times)
        self._granted.move_to_end(who)
        while times and now - times[0] >= rate.period_s:
            times.popleft()
        granted = len(times) < rate.amount
        if granted:
            times.append(now)
        first = times[0] if times else now
        return Allowance(
            granted=granted,
            limit=rate.amount,
            remaining=rate.amount - len(times),
            free_in_s=first + rate.period_s - now,
        )

    def _begin(self, who: str, amount: int, before: deque[float] | None) -> deque[float]:
        times: deque[float] = deque(before or (), maxlen=amount)  # a new rate keeps the newest
        self._granted[who] = times
        if len(self._granted) > self._max_callers:
            self._granted.popitem(last=False)
        return times
