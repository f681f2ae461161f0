"""To wait for news, but no longer than a while."""

from __future__ import annotations

import asyncio


async def news_within(timeout_s: float, news: asyncio.Event) -> bool:
    """Wait for ``news`` and clear it; False when none came within the time (s)."""
    # Not wait_for: before Python 3.12 it loses a cancellation that comes with the news. And no task
    # of its own: whoever waits may be thrown away together with its loop, which ends no tasks then.
    is_late = False

    def give_up() -> None:
        nonlocal is_late
        is_late = not news.is_set()
        news.set()

    timer = asyncio.get_running_loop().call_later(timeout_s, give_up)
    try:
        await news.wait()
    finally:
        timer.cancel()
        news.clear()
    return not is_late
