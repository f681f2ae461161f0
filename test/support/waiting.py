"""Waiting in tests: for a condition, never for a time, and with a deadline.

The deadline only ends a test that would wait for ever. It is far longer than anything takes, so
that it fails no test on a machine that is slow.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

DEADLINE_S = 30.0
LOOK_EVERY_S = 0.005

Told = Callable[[], object]
"""Gives what a failure shows, such as a log."""


def wait_for(
    condition: Callable[[], object],
    what: str = "the condition",
    *,
    within_s: float = DEADLINE_S,
    every_s: float = LOOK_EVERY_S,
    told: Told = str,
) -> object:
    """Wait until a condition gives something true, and give that. Fails at the deadline."""
    end = time.monotonic() + within_s
    while not (value := condition()):
        assert time.monotonic() < end, f"{what}: not within {within_s:g} s\n{told()}"
        time.sleep(every_s)
    return value


async def eventually(
    condition: Callable[[], object],
    what: str = "the condition",
    *,
    within_s: float = DEADLINE_S,
    every_s: float = LOOK_EVERY_S,
    told: Told = str,
) -> object:
    """The same in a coroutine, where others go on; the condition may be a coroutine function."""
    end = time.monotonic() + within_s
    while True:
        value = condition()
        if isinstance(value, Awaitable):
            value = await value
        if value:
            return value
        assert time.monotonic() < end, f"{what}: not within {within_s:g} s\n{told()}"
        await asyncio.sleep(every_s)
