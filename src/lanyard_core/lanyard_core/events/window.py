"""The events that can still be read: as many as fit, for as long as they are kept.

A reader holds a cursor, not a queue: the number of the next event that it wants. Whoever is slow
therefore costs nothing, and whoever is too slow finds out how many events it will never see. Told
the time in seconds (monotonic); not thread-safe.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from operator import attrgetter

from lanyard_core.events.news import Event

CAPACITY = 10_000
KEEP_S = 600.0

_id_of = attrgetter("id")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the events, the cursor behind them, and how many before them are gone."""

    events: tuple[Event, ...]
    cursor: int
    lost: int


class EventWindow:
    """The newest events, oldest first."""

    __slots__ = ("_events", "_keep_s", "_last_dropped", "_start", "_times")

    def __init__(self, *, capacity: int = CAPACITY, keep_s: float = KEEP_S) -> None:
        self._events: deque[Event] = deque(maxlen=capacity)
        self._times: deque[float] = deque(maxlen=capacity)
        self._keep_s = keep_s
        self._start = 0  # the number of the oldest event that is kept
        self._last_dropped = ""

    def __len__(self) -> int:
        return len(self._events)

    @property
    def end(self) -> int:
        """The cursor of whoever wants only what comes from now on."""
        return self._start + len(self._events)

    def add(self, now: float, event: Event) -> None:
        """Keep an event whose id is greater than every id before; drop what is too much or old."""
        if len(self._events) == self._events.maxlen:
            self._drop()
        self._events.append(event)
        self._times.append(now)
        self._expire(now)

    def read(self, now: float, cursor: int, *, limit: int) -> Reading:
        """At most ``limit`` events from ``cursor`` on."""
        self._expire(now)
        first = max(cursor, self._start)
        last = min(first + limit, self.end)
        events = tuple(self._events[number - self._start] for number in range(first, last))
        return Reading(events, first + len(events), max(0, self._start - cursor))

    def cursor_after(self, now: float, event_id: str) -> tuple[int, bool]:
        """The cursor behind an event; False with it when events in between may be missing.

        The id of an event that is not here any more, or that another gateway gave, leads to the
        first event with a greater id.
        """
        self._expire(now)
        position = bisect_right(self._events, event_id, key=_id_of)
        is_known = position > 0 and self._events[position - 1].id == event_id
        is_just_before = position == 0 and event_id == self._last_dropped
        return self._start + position, is_known or is_just_before

    def _expire(self, now: float) -> None:
        while self._times and now - self._times[0] > self._keep_s:
            self._drop()

    def _drop(self) -> None:
        self._last_dropped = self._events.popleft().id
        self._times.popleft()
        self._start += 1
