"""When the next sample is due: on a fixed grid, without drift or making up for lost time.

All samples of one robot lie on grids with the same start, so those of 10 and of 100 Hz fall
together and are made once. The grids of different robots start at different moments, so that many
robots do not want their samples all at the same time.
"""

from __future__ import annotations

import math
from zlib import crc32


def phase_of(name: str) -> float:
    """Where the grid of a robot starts: a share of a period in [0, 1), always the same."""
    return crc32(name.encode()) / 2**32


def next_tick(now: float, *, rate_hz: float, phase: float) -> float:
    """The next moment of the grid that is at least half a period away (s, as ``now``).

    Half, because timers fire a little early or late: no moment is served twice, and one that was
    missed is left out.
    """
    period_s = 1.0 / rate_hz
    # The grids of every rate go through the same moments of a ten-second grid.
    start = phase * GRID_S
    return start + (math.floor((now - start) / period_s + 0.5) + 1) * period_s


GRID_S = 0.1
"""Grids are shifted by less than this: a period of the usual rate."""
