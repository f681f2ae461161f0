"""How old a frame is, when its sender's clock shows another time than ours.

The difference between our arrival time and the sender's stamp is clock offset plus travel time.
The smallest difference seen is taken as that of a frame without delay; whatever a later frame
shows above it is its age. So an honest client with a wrong clock works, and a frame that waited
somewhere is found out.

The smallest difference is let rise by ``DRIFT`` at most, because clocks drift apart; a link that
becomes slow for good is therefore not taken for normal. Stamps can only make a frame refused:
nothing is ever kept alive by one, and a stamp ahead of time gains nothing.
"""

from __future__ import annotations

DRIFT = 200e-6
"""How fast two clocks may drift apart: seconds per second."""


class ClockOffset:
    """Learns from every frame that carries a stamp. Times in seconds."""

    __slots__ = ("_at", "_least")

    def __init__(self) -> None:
        self._least: float | None = None
        self._at = 0.0

    def learn(self, now: float, stamp_s: float) -> None:
        """A frame that moves nothing was stamped ``stamp_s`` by its sender and is here now."""
        difference = now - stamp_s
        least = self._drifted(now)
        self._least = difference if least is None else min(least, difference)
        self._at = now

    def age(self, now: float, stamp_s: float) -> float:
        """Age of a frame in seconds; negative when its stamp is ahead of the sender's known clock.

        Before anything was learned every frame counts as just made: it is the first.
        """
        least = self._drifted(now)
        return 0.0 if least is None else now - stamp_s - least

    def _drifted(self, now: float) -> float | None:
        return None if self._least is None else self._least + (now - self._at) * DRIFT
