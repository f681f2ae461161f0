"""The one place where news becomes events: numbered, kept in a window, and readers woken.

``publish`` is what dispatch, the reporters and the web half call; it neither waits nor fails. A
reader keeps a cursor and is only woken: a slow one costs nothing. Everything on the event loop's
thread.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable

from lanyard_core.events.news import Event, News
from lanyard_core.events.window import EventWindow, Reading
from lanyard_core.ulid import ENTROPY_BITS, MonotonicUlids

_log = logging.getLogger(__name__)

Wake = Callable[[], None]


class EventHub:
    """Events of one gateway process."""

    def __init__(
        self,
        *,
        window: EventWindow | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        unix: Callable[[], float] = time.time,
    ) -> None:
        self._window = EventWindow() if window is None else window
        self._monotonic = monotonic
        self._unix = unix
        self._ulids = MonotonicUlids()
        self._sleepers: set[Wake] = set()

    @property
    def end(self) -> int:
        """The cursor of whoever wants only what comes from now on."""
        return self._window.end

    def publish(self, news: News) -> None:
        """Tell news to everybody."""
        now_unix_s = self._unix()
        event_id = self._ulids.next(
            now_unix_s=now_unix_s, entropy=secrets.randbits(ENTROPY_BITS - 1)
        )
        event = Event(event_id, round(now_unix_s * 1e6), news)
        self._window.add(self._monotonic(), event)
        _log.debug("%s %s %s", event.news.type.value, news.robot_id, news.task_id)
        for wake in tuple(self._sleepers):
            wake()

    def listen(self, wake: Wake) -> Callable[[], None]:
        """Have ``wake`` called after each event; the returned function ends that."""
        self._sleepers.add(wake)
        return lambda: self._sleepers.discard(wake)

    def read(self, cursor: int, *, limit: int) -> Reading:
        """At most ``limit`` events from ``cursor`` on."""
        return self._window.read(self._monotonic(), cursor, limit=limit)

    def cursor_after(self, event_id: str) -> tuple[int, bool]:
        """The cursor behind an event, and whether nothing in between can be missing."""
        return self._window.cursor_after(self._monotonic(), event_id)
