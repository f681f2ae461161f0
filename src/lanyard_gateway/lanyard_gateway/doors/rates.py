"""How often each caller may ask: counted in this process, or by all gateways together in Redis.

With ``shared_url`` the counting is done in Redis (``shared_windows``), so that a key has its share
once and not once per gateway. When that server does not answer in time, each
gateway counts by itself until it does: a limit is never a reason to be out of order. What may not
wait for anything (stops) is always counted here, in ``windows``. Event loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from lanyard_core.access.rates import Allowance, Rate
from lanyard_gateway.doors.windows import SlidingWindows

if TYPE_CHECKING:
    from lanyard_gateway.doors.shared_windows import SharedWindows

_log = logging.getLogger(__name__)

SHARED_TIMEOUT_S = 0.05
"""How long Redis may take for one answer; a request waits no longer for it."""
SHARED_RETRY_S = 5.0
"""How long nobody asks a Redis that did not answer."""
STOPS: Final = Rate(20)
"""Stops have a share of their own, which nothing else can use up."""
STRANGERS: Final = Rate(100)
"""Requests without a credential, for each address."""
FAILED_LOGINS: Final = Rate(10, period_s=60.0)
"""Credentials that were wrong or missing, for each address."""


_per_second = lru_cache(maxsize=256)(Rate)


class Rates:
    """Counts for all callers of one gateway."""

    def __init__(
        self,
        *,
        shared_url: str = "",
        failed_logins: Rate = FAILED_LOGINS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``shared_url``: redis://host:6379/0; empty to count in this process only."""
        self._windows = SlidingWindows()
        self._failed_logins = failed_logins
        self._clock = clock
        self._shared = _shared_windows(shared_url) if shared_url else None
        self._shared_again_at = 0.0

    async def request(self, key_id: str, *, per_s: int) -> Allowance:
        """One more request of a key."""
        return await self._take(f"key:{key_id}", _per_second(per_s))

    async def stranger(self, address: str) -> Allowance:
        """One more request without a credential."""
        return await self._take(f"address:{address}", STRANGERS)

    async def failed_login(self, address: str) -> Allowance:
        """One more credential that was wrong or missing."""
        return await self._take(f"failed:{address}", self._failed_logins)

    def stop(self, who: str) -> Allowance:
        """One more stop. Waits for nothing."""
        return self._windows.take(f"stop:{who}", STOPS, now=self._clock())

    async def close(self) -> None:
        """Let go of the connection to Redis."""
        if self._shared is not None:
            await self._shared.close()

    async def _take(self, who: str, rate: Rate) -> Allowance:
        now = self._clock()
        # Counted here as well: if Redis goes, nobody starts again with a full share.
        here = self._windows.take(who, rate, now=now)
        if self._shared is None or not here.granted or now < self._shared_again_at:
            return here
        try:
            return await asyncio.wait_for(self._shared.take(who, rate), SHARED_TIMEOUT_S)
        except self._shared.errors as error:
            self._shared_again_at = now + SHARED_RETRY_S
            _log.warning(
                "limits are counted by this gateway alone: Redis does not answer (%s)",
                str(error) or type(error).__name__,
            )
            return here


def _shared_windows(url: str) -> SharedWindows:
    # Here, because the library takes 2 MB, and most gateways count alone.
    from lanyard_gateway.doors.shared_windows import SharedWindows

    return SharedWindows(url)
