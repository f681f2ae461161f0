"""A histogram of durations that never grows: counts in bins whose width rises with the value.

Each power of two is cut into 16 bins, so that a quantile is at most a sixteenth (6 %) above the
truth, from 1 microsecond to two minutes, with 384 counters. Adding costs one addition. One
thread adds; any thread may take a copy of the counts and read from that.
"""

from __future__ import annotations

from collections.abc import Sequence

_SHIFT = 4
_BINS_PER_OCTAVE = 1 << _SHIFT
_OCTAVES = 24
BINS = _BINS_PER_OCTAVE * _OCTAVES


def bin_of(duration_s: float) -> int:
    """The bin of a duration; a negative one is in the first, one too long in the last."""
    microseconds = int(duration_s * 1e6)
    if microseconds < _BINS_PER_OCTAVE:
        return max(0, microseconds)
    octave = microseconds.bit_length() - 1 - _SHIFT
    return min(BINS - 1, (octave << _SHIFT) + (microseconds >> octave))


def upper_edge(number: int) -> float:
    """The shortest duration, in s, that is too long for the bin ``number``."""
    octave = max(0, (number >> _SHIFT) - 1)
    return ((number - (octave << _SHIFT) + 1) << octave) * 1e-6


class Histogram:
    """Counts of durations by bin."""

    def __init__(self) -> None:
        self._counts = [0] * BINS

    def add(self, duration_s: float) -> None:
        """Count one duration, in s."""
        self._counts[bin_of(duration_s)] += 1

    def counts(self) -> list[int]:
        """A copy of the counts, of one moment."""
        return self._counts.copy()


def since(earlier: Sequence[int], now: Sequence[int]) -> list[int]:
    """What was counted between two copies of the same histogram."""
    return [after - before for before, after in zip(earlier, now, strict=True)]


def quantiles(counts: Sequence[int], shares: Sequence[float]) -> list[float]:
    """The duration, in s, that each share (0 to 1, rising) of what was counted stays below.

    Share 1 gives the greatest. Of nothing, all are 0.
    """
    total = sum(counts)
    if not total:
        return [0.0] * len(shares)
    found: list[float] = []
    number, seen = 0, counts[0]
    for share in shares:
        while seen < share * total:
            number += 1
            seen += counts[number]
        found.append(upper_edge(number))
    return found
