"""To wait for news, but no longer than a while."""

from __future__ import annotations

import asyncio


async def news_within(timeout_s: float, news: asyncio.Event) -> bool:
    """Wait for ``news`` and clear it; False when none came within the time (s)."""
    # Not wait_for: before Python 3.12 it loses a cancellation that comes with the news.
    waiting = asyncio.ensure_future(news.wait())
    try:
        await asyncio.wait((waiting,), timeout=timeout_s)
    finally:
        waiting.cancel()
    came = news.is_set()
    news.clear()
    return came
