"""Following a file: told once at the start, and again whenever it is written or replaced.

A thread of its own looks, and the event loop hears of changes alone: a disk that hangs must not
hold up the loop, and to send a thread there for each look would be work for nothing each time.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

_NOT_LOOKED_YET = object()


async def changes_of(*paths: Path, period_s: float) -> AsyncIterator[None]:
    """Yield at once, and then after each change of one of the files, looking every ``period_s``."""
    changed = asyncio.Event()
    watcher = _Watcher(paths, period_s, asyncio.get_running_loop(), changed.set)
    watcher.start()
    try:
        while True:
            await changed.wait()
            changed.clear()
            yield
    finally:
        watcher.stop()


class _Watcher(threading.Thread):
    """Has ``tell`` called on the loop at once, and after each change of one of the files."""

    def __init__(
        self,
        paths: tuple[Path, ...],
        period_s: float,
        loop: asyncio.AbstractEventLoop,
        tell: Callable[[], object],
    ) -> None:
        super().__init__(name=f"follows {paths[0].name}", daemon=True)
        self._paths = paths
        self._period_s = period_s
        self._loop = loop
        self._tell = tell
        self._stopping = threading.Event()

    def stop(self) -> None:
        """End with the next look; nobody waits for it."""
        self._stopping.set()

    def run(self) -> None:
        """The thread's work, which ends with the loop at the latest."""
        seen: object = _NOT_LOOKED_YET
        while not self._stopping.is_set() and not self._loop.is_closed():
            now = [_fingerprint(path) for path in self._paths]
            if now != seen:
                seen = now
                with contextlib.suppress(RuntimeError):  # the loop has ended just now
                    self._loop.call_soon_threadsafe(self._tell)
            self._stopping.wait(self._period_s)


def _fingerprint(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)
