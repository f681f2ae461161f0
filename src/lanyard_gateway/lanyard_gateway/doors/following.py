"""Following a file: told once at the start, and again whenever it is written or replaced."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

_NOT_LOOKED_YET = object()


async def changes_of(*paths: Path, period_s: float) -> AsyncIterator[None]:
    """Yield at once, and then after each change of one of the files, looking every ``period_s``."""
    seen: object = _NOT_LOOKED_YET
    while True:
        now = await asyncio.to_thread(_fingerprints, paths)
        if now != seen:
            seen = now
            yield
        await asyncio.sleep(period_s)


def _fingerprints(paths: tuple[Path, ...]) -> list[tuple[int, int, int] | None]:
    return [_fingerprint(path) for path in paths]


def _fingerprint(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)
