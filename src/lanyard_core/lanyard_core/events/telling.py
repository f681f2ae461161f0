"""Tells one client of events: in order, none twice, and how many it has missed. Pure; one thread.

A client that is slow is told later; nothing waits for it but a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from lanyard_core.events.news import Event, News
from lanyard_core.events.window import Reading
from lanyard_core.events.wishes import EventFilter

BATCH = 32
"""Events that are read at a time: what a client is told in one turn."""


class Read(Protocol):
    """Reads events from a cursor on."""

    def __call__(self, cursor: int, *, limit: int) -> Reading:
        """At most ``limit`` events."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Events that this client will never see. ``lost``: how many at most; None: nobody knows."""

    lost: int | None


class Telling:
    """Where a client is in the events, and what it wants of them."""

    def __init__(self, *, cursor: int, may_see: Callable[[News], bool]) -> None:
        self.wanted = EventFilter()
        self.last_id: str | None = None
        """The last event that was looked at, whether it was wanted or not."""
        self._cursor = cursor
        self._may_see = may_see
        self._gap: Gap | None = None

    def resume(self, cursor: int, *, is_complete: bool) -> None:
        """Go on from ``cursor``; when it is not complete, tell of the gap first."""
        self._cursor = cursor
        self._gap = None if is_complete else Gap(None)

    def is_behind(self, end: int) -> bool:
        """Whether there is something to read, where ``end`` is the cursor behind the last event."""
        return self._gap is not None or self._cursor < end

    def next(self, read: Read) -> Iterator[Gap | Event]:
        """What to tell now: a gap, if there is one, and wanted events of the next batch."""
        reading = read(self._cursor, limit=BATCH)
        self._cursor = reading.cursor
        gap, self._gap = self._gap, None
        if gap is None and reading.lost:
            gap = Gap(reading.lost)
        if gap is not None:
            yield gap
        for event in reading.events:
            self.last_id = event.id
            if self.wanted.admits(event.news) and self._may_see(event.news):
                yield event
