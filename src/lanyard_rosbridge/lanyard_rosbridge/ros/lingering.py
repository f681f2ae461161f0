"""What stays on the graph for a while when its client is gone. Event loop's thread."""

from __future__ import annotations

import asyncio
from typing import Protocol

LINGER_S = 10.0


class Closable(Protocol):
    """Something that is taken off the graph by ``close``."""

    def close(self) -> None:
        """Take it off."""


class Lingering:
    """Closes what it is given after a while, or when its name is needed."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Closable, asyncio.TimerHandle]] = {}

    def keep(self, name: str, thing: Closable) -> None:
        """Close ``thing`` in a while."""
        self.end(name)
        timer = asyncio.get_running_loop().call_later(LINGER_S, self.end, name)
        self._kept[name] = (thing, timer)

    def take(self, name: str) -> Closable | None:
        """What is kept under that name, to be used again; None when nothing is."""
        kept = self._kept.pop(name, None)
        if kept is None:
            return None
        kept[1].cancel()
        return kept[0]

    def end(self, name: str) -> None:
        """Close what is kept under that name now."""
        kept = self.take(name)
        if kept is not None:
            kept.close()

    def end_all(self) -> None:
        """Close everything."""
        for name in tuple(self._kept):
            self.end(name)
