"""At most so many in any stretch of a given length, for each of many callers in this process.

The windows are buckets of the library ``pyrate-limiter``. They slide: at no moment can a caller
have had twice its share (to a millisecond). This module gives each caller one, bounds how many
there are, and tells them a time that nobody sets: a window that went by the wall clock would refuse
everything, stops too, from a step of that clock backward until the time was made up. One thread.
"""

from __future__ import annotations

from collections import OrderedDict

from pyrate_limiter import InMemoryBucket, RateItem
from pyrate_limiter import Rate as Window

from lanyard_core.access.rates import Allowance, Rate

MAX_CALLERS = 10_000
"""Callers remembered; beyond that the one that was quiet longest is forgotten."""

_EDGE_MS = 1  # the library counts both edges of a window to it


class SlidingWindows:
    """The windows of all callers, under one name each."""

    def __init__(self, *, max_callers: int = MAX_CALLERS) -> None:
        self._buckets: OrderedDict[str, InMemoryBucket] = OrderedDict()
        self._max_callers = max_callers

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, who: str, rate: Rate, *, now: float) -> Allowance:
        """Grant one more, or not. Whoever waits ``free_in_s`` is granted the next."""
        period_ms = round(rate.period_s * 1000.0)
        now_ms = round(now * 1000.0)
        bucket = self._bucket_of(who, rate.amount, period_ms - _EDGE_MS)
        bucket.leak(now_ms)
        granted = bucket.put(RateItem(who, now_ms))
        # The one whose end makes room: the oldest, or a later one when the rate was lowered.
        count = len(bucket.items)
        first = bucket.items[max(0, count - rate.amount)]
        return Allowance(
            granted=granted,
            limit=rate.amount,
            remaining=max(0, rate.amount - count),
            free_in_s=(first.timestamp + period_ms - now_ms) / 1000.0,
        )

    def _bucket_of(self, who: str, amount: int, length_ms: int) -> InMemoryBucket:
        bucket = self._buckets.get(who)
        if bucket is None:
            bucket = self._buckets[who] = InMemoryBucket([Window(amount, length_ms)])
            if len(self._buckets) > self._max_callers:
                self._buckets.popitem(last=False)
        elif bucket.rates[0].limit != amount:  # the policy has changed
            bucket.rates = [Window(amount, length_ms)]
        self._buckets.move_to_end(who)
        return bucket
