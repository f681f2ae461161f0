"""Sequence numbers of one sender in one session: what is new, what came twice, what never came."""

from __future__ import annotations

from enum import Enum

_REMEMBERED = 64


class Arrival(Enum):
    """What a sequence number says about its frame."""

    NEW = "new"
    DUPLICATE = "duplicate"
    OUT_OF_ORDER = "out_of_order"


class SequenceTracker:
    """Follows the numbers of one sender; remembers which of the last 64 were seen."""

    __slots__ = ("_counts_gaps", "_last", "_lost", "_seen")

    def __init__(self, *, counts_gaps: bool = True) -> None:
        """``counts_gaps``: false when numbers rise by more than one on purpose."""
        self._counts_gaps = counts_gaps
        self._last = 0
        self._seen = 0  # bit n: the number (last - n) was seen
        self._lost = 0

    @property
    def last(self) -> int:
        """The highest number seen; 0 before the first."""
        return self._last

    @property
    def lost(self) -> int:
        """How many numbers below the highest were never seen in time. Each gap is counted once."""
        return self._lost

    def take(self, seq: int) -> Arrival:
        """Note the number of a frame that came. Only NEW frames may have an effect."""
        if seq > self._last:
            step = seq - self._last
            if self._counts_gaps:
                self._lost += step - 1
            self._seen = ((self._seen << step) | 1) & ((1 << _REMEMBERED) - 1) if step < 64 else 1
            self._last = seq
            return Arrival.NEW
        behind = self._last - seq
        if behind < _REMEMBERED and not self._seen >> behind & 1:
            self._seen |= 1 << behind
            return Arrival.OUT_OF_ORDER
        return Arrival.DUPLICATE
