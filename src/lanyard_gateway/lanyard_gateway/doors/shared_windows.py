"""The same as ``windows``, counted for all gateways together in Redis or Valkey.

The library ``limits`` does the counting there. Event loop's thread.
"""

from __future__ import annotations

import asyncio
import time

from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import ConfigurationError

from lanyard_core.access.rates import Allowance, Rate
from lanyard_core.faults import BadConfiguration


class SharedWindows:
    """The windows of all callers of all gateways."""

    def __init__(self, url: str) -> None:
        """``url``: redis://host:6379/0. Raises BadConfiguration when it is something else."""
        problem = (
            "limits.shared_url: write the address of a Redis or Valkey, redis://host:port/database,"
            " or rediss:// for TLS"
        )
        if not url.startswith(("redis://", "rediss://")):
            raise BadConfiguration([problem])
        try:
            self._storage = RedisStorage(
                f"async+{url}", implementation="redispy", key_prefix="lanyard"
            )
        except (ConfigurationError, ValueError) as error:
            raise BadConfiguration([f"{problem} ({error})"]) from None
        self._limiter = MovingWindowRateLimiter(self._storage)

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What it raises when the server is not there, or is something else."""
        found = self._storage.base_exceptions
        return (asyncio.TimeoutError, OSError, *(found if isinstance(found, tuple) else (found,)))

    async def take(self, who: str, rate: Rate) -> Allowance:
        """As ``SlidingWindows.take``."""
        kind = RateLimitItemPerSecond if rate.period_s < 60.0 else RateLimitItemPerMinute
        item = kind(rate.amount)
        granted = await self._limiter.hit(item, who)
        state = await self._limiter.get_window_stats(item, who)
        free_in_s = min(max(0.0, state.reset_time - time.time()), rate.period_s)
        return Allowance(granted, rate.amount, max(0, state.remaining), free_in_s)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._storage.bridge.get_connection().aclose()  # type: ignore[attr-defined]
