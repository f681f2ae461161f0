"""When to connect again: after 1, 2, 4, 8 s, then every 8 s, each a little longer or shorter."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

from lanyard_core.backoff import Backoff

_draw = random.SystemRandom().random


class Redial:
    """Waits between the attempts of one connection. A link that held starts from 1 s again."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, draw: Callable[[], float] = _draw
    ) -> None:
        """``clock`` (seconds, monotonic) and ``draw`` (0 to 1) are handed in by tests."""
        self._backoff = Backoff()
        self._clock = clock
        self._draw = draw
        self._linked_at: float | None = None

    def linked(self) -> None:
        """A connection was made now."""
        self._linked_at = self._clock()

    def next_wait(self) -> float:
        """The connection, or an attempt at it, has failed now: seconds until the next attempt."""
        if self._linked_at is not None:
            self._backoff.link_lost(held_s=self._clock() - self._linked_at)
            self._linked_at = None
        return self._backoff.next_wait(draw=self._draw())

    async def wait(self) -> None:
        """Wait until the time of the next attempt."""
        await asyncio.sleep(self.next_wait())
