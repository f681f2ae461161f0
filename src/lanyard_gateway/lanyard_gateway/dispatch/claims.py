"""Keeps this gateway's claims on its robots alive, and hands robots over when they change.

A robot is served by one gateway at a time. Of a gateway that falls silent the others take the
robots over when its claims have run out, and follow the tasks that are on them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from lanyard_core.faults import Unavailable
from lanyard_core.task.sharing import Claims
from lanyard_gateway.dispatch.robot_dispatcher import RobotDispatcher
from lanyard_gateway.dispatch.shop import Shop

_log = logging.getLogger(__name__)

_RENEWALS_PER_LIFE = 5


class ClaimKeeper:
    """Tells the dispatchers which robots are theirs to serve."""

    def __init__(self, dispatchers: Mapping[str, RobotDispatcher], shop: Shop) -> None:
        self._dispatchers = dispatchers
        self._shop = shop
        self._claims = Claims()
        self._sure_until_s = float("-inf")

    async def renew(self) -> None:
        """Claim our share of the robots, and look after the tasks on those that are new.

        Raises Unavailable when the store cannot be reached.
        """
        asked_s = self._shop.clocks.monotonic()
        busy = [robot_id for robot_id, each in self._dispatchers.items() if each.is_busy]
        claims = await self._shop.store.hold(
            self._dispatchers, busy, ttl_s=self._shop.settings.claim_s
        )
        new = claims.all - self._claims.all
        if new:
            _log.info("serving %s", ", ".join(sorted(new)))
            await self._read_what_is_on(new)
        self._claims = claims
        self._sure_until_s = asked_s + self._shop.settings.claim_s
        for robot_id in claims.all:
            self._dispatchers[robot_id].adopt_strays()
        self._tell()

    async def keep(self) -> None:
        """Renew until cancelled."""
        while True:
            await asyncio.sleep(self._shop.settings.claim_s / _RENEWALS_PER_LIFE)
            try:
                await self.renew()
            except Unavailable as fault:
                _log.warning("the claims on robots were not renewed: %s", fault)
                if self._shop.clocks.monotonic() >= self._sure_until_s:
                    self._claims = Claims()  # others may have them now
                    self._tell()

    async def give_back(self) -> None:
        """Let others have the robots at once."""
        try:
            await self._shop.store.let_go()
        except Unavailable as fault:
            _log.warning("the claims on robots run out by themselves: %s", fault)

    async def _read_what_is_on(self, robots: frozenset[str]) -> None:
        for task in await self._shop.store.unfinished():
            if task.status.on_robot and task.assigned_robot_id in robots:
                self._shop.board.apply(task)

    def _tell(self) -> None:
        for robot_id, dispatcher in self._dispatchers.items():
            may_begin = robot_id in self._claims.share
            if may_begin and not dispatcher.may_begin:
                dispatcher.wake()
            dispatcher.may_begin = may_begin
