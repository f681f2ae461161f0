"""How many commands go on to the robot: bursts are let through up to a size, then the newest waits.

A client on a bad link sends nothing for a while and then everything at once; one that runs wild
sends ten thousand a second. In both cases only the newest command is worth having. Tokens refill
at the highest rate; while there is none, one command waits, and each newer one takes its place.
Which of the two it was decides what the client of a replaced command is told.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from lanyard_core.safety.states import AckStatus
from lanyard_core.stream.frames import Command

BURST_WINDOW_S = 0.005
"""More commands than a burst may have, within this time, were queued somewhere: they are stale."""


@dataclass(frozen=True, slots=True)
class Held:
    """A command that waits for its turn, and when it arrived (seconds)."""

    command: Command
    arrived: float


@dataclass(frozen=True, slots=True)
class Replaced:
    """A command that a newer one took the place of, and what that makes of it."""

    held: Held
    status: AckStatus


class CommandPacer:
    """Token bucket with one waiting place."""

    __slots__ = ("_arrivals", "_at", "_burst", "_rate_hz", "_tokens", "_waiting")

    def __init__(self, *, rate_hz: float, burst: int) -> None:
        self._rate_hz = rate_hz
        self._burst = float(burst)
        self._tokens = float(burst)
        self._at: float | None = None
        self._waiting: Held | None = None
        self._arrivals: deque[float] = deque(maxlen=burst)

    def offer(self, now: float, command: Command) -> tuple[Held | None, Replaced | None]:
        """Take a command in. Returns what is to be sent on now, and what it took the place of."""
        in_burst = (
            len(self._arrivals) == self._arrivals.maxlen
            and now - self._arrivals[0] <= BURST_WINDOW_S
        )
        self._arrivals.append(now)
        before, self._waiting = self._waiting, Held(command, now)
        replaced = None
        if before is not None:
            status = AckStatus.STALE if in_burst else AckStatus.RATE_LIMITED
            replaced = Replaced(before, status)
        return self.due(now), replaced

    def due(self, now: float) -> Held | None:
        """The waiting command, when its turn has come."""
        self._refill(now)
        if self._waiting is None or self._tokens < 1.0:
            return None
        self._tokens -= 1.0
        held, self._waiting = self._waiting, None
        return held

    def drop(self) -> Held | None:
        """Forget the waiting command; returns it."""
        held, self._waiting = self._waiting, None
        return held

    def next_deadline(self) -> float | None:
        """When the waiting command has its turn; None when none waits."""
        if self._waiting is None or self._at is None:
            return None
        return self._at + max(0.0, 1.0 - self._tokens) / self._rate_hz

    def _refill(self, now: float) -> None:
        if self._at is not None:
            gained = (now - self._at) * self._rate_hz
            # A hair more, so that the deadline computed above is never a hair too early.
            self._tokens = min(self._burst, self._tokens + gained + 1e-6)
        self._at = now


class Strikes:
    """Says when something bad happened ``limit`` times within ``window_s`` seconds."""

    __slots__ = ("_times", "_window_s")

    def __init__(self, *, limit: int, window_s: float) -> None:
        self._times: deque[float] = deque(maxlen=limit)
        self._window_s = window_s

    def strike(self, now: float) -> bool:
        """Count one; True when it is the last that is allowed."""
        self._times.append(now)
        full = len(self._times) == self._times.maxlen
        if full and now - self._times[0] <= self._window_s:
            self._times.clear()
            return True
        return False
