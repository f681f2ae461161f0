"""Wake whoever waits for news, or for a time to pass.

``asyncio.wait_for`` is not used for that: before Python 3.12 it can swallow a cancellation that
comes in the same turn as the news.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


class News:
    """Something has changed; who waits looks for himself what. One event loop."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def send(self) -> None:
        """Wake everybody who waits now."""
        for waiter in self._waiters:
            _wake(waiter)

    async def wait(self, timeout_s: float | None) -> None:
        """Return at the next news, or after ``timeout_s`` seconds."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        self._waiters.add(waiter)
        alarm = None if timeout_s is None else loop.call_later(timeout_s, _wake, waiter)
        try:
            await waiter
        finally:
            self._waiters.discard(waiter)
            if alarm is not None:
                alarm.cancel()

    async def until(self, condition: Callable[[], bool], *, deadline: float) -> bool:
        """Wait for a condition that changes with the news; False when it is not met in time.

        ``deadline`` is in seconds of ``time.monotonic``.
        """
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0.0:
                return False
            await self.wait(left)
        return True


async def end(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait until it has ended, however it did."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()  # looked at, so that nobody warns that it was not


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
