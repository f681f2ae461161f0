"""When the next sample is due: at a fixed rate, without drift or making up for lost time."""

from __future__ import annotations


class Schedule:
    """Times in seconds, monotonic. The first sample is due at once."""

    __slots__ = ("_due", "_period_s")

    def __init__(self, *, now: float, rate_hz: float) -> None:
        self._period_s = 1.0 / rate_hz
        self._due = now

    @property
    def due(self) -> float:
        """When the next sample is due."""
        return self._due

    def done(self, now: float) -> None:
        """A sample was made. Those whose time has passed meanwhile are left out."""
        missed = max(0.0, (now - self._due) // self._period_s)
        self._due += (missed + 1) * self._period_s
