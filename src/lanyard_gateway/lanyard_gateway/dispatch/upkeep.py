"""Keeps the board true: what time brings, and what other gateways have done.

Lives on the event loop.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace

from lanyard_core.faults import Conflict, NotFound, Unavailable
from lanyard_core.task.endings import expired, lost
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import Task
from lanyard_core.task.news import task_news
from lanyard_gateway.dispatch.shop import Shop
from lanyard_gateway.dispatch.waiting import news_within

_log = logging.getLogger(__name__)

_MOST_CHANGED = 10_000
"""Tasks that others have changed and that are still to be read; beyond that all are read anew."""
_READ_ALL_S = 30.0
"""How often all is read anew, whether or not something may have been missed."""


class Upkeep:
    """See the module's docstring."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._changed: dict[str, set[int]] = {}  # tasks, and the versions that were announced
        self._must_read_all = False
        self._news = asyncio.Event()

    async def read_all(self) -> None:
        """Read what waits and what runs. Raises Unavailable."""
        self._must_read_all = False
        self._changed.clear()
        self._shop.board.replace_all(await self._shop.store.unfinished())
        for task in tuple(self._shop.board.on_robots.values()):
            if task.assigned_robot_id not in self._shop.board.robots and self._is_nobodys(task):
                await self._give_up(task)

    def heard_of(self, task_id: str, version: int) -> None:
        """Another gateway has changed a task to this version."""
        if len(self._changed) < _MOST_CHANGED:
            self._changed.setdefault(task_id, set()).add(version)
        else:
            self._must_read_all = True
        self._news.set()

    def missed_something(self) -> None:
        """Others may have changed anything."""
        self._must_read_all = True
        self._news.set()

    async def follow_others(self) -> None:
        """Read what others have changed, until cancelled."""
        while True:
            if not await news_within(_READ_ALL_S, self._news):
                self._must_read_all = True
            try:
                await self._read_what_changed()
            except Unavailable as fault:
                _log.warning("tasks that may have changed were not read: %s", fault)
                self._must_read_all = True
                await asyncio.sleep(self._shop.settings.retry_s)
                self._news.set()

    async def watch_the_time(self) -> None:
        """Let tasks begin when they may, and end those whose deadline passes, until cancelled."""
        while True:
            schedule = self._shop.board.schedule
            due = schedule.pass_time(self._shop.clocks.unix())
            self._shop.board.wake(due.robots)
            for task_id in due.expired:
                await self._expire(task_id)
            moment = schedule.next_moment()
            wait_s = self._shop.settings.poll_s
            if moment is not None:
                wait_s = min(wait_s, max(0.0, moment - self._shop.clocks.unix()))
            await asyncio.sleep(max(wait_s, 0.001))

    def _is_nobodys(self, task: Task) -> bool:
        """Whether no gateway serves the task's robot any more.

        Where there may be others, that is when the task should have ended long ago.
        """
        if not self._shop.store.is_shared:
            return True
        if task.status.stands_still:
            return False  # for as long as somebody wants it to
        patience = self._shop.settings.patience
        grace_s = task.paused_s + 2.0 * (patience.after_timeout_s + patience.after_cancel_s)
        end = (task.started_unix_s or task.created_unix_s) + task.order.timeout_s + grace_s
        return self._shop.clocks.unix() > end

    async def _give_up(self, task: Task) -> None:
        ending = lost(f"no gateway serves robot {task.assigned_robot_id} any more")
        with suppress(Conflict, NotFound):  # somebody was faster
            await self._shop.change(
                task.task_id, ending.event, ending.detail, {"error": ending.error}
            )

    async def _expire(self, task_id: str) -> None:
        ending = expired()
        try:
            await self._shop.change(task_id, Event.EXPIRED, ending.detail, {"error": ending.error})
        except (Conflict, NotFound):  # it has begun, or was cancelled, just now
            await self._shop.refresh([task_id])
        except Unavailable as fault:
            _log.warning("%s is past its deadline, which is not stored yet: %s", task_id, fault)
            await asyncio.sleep(self._shop.settings.retry_s)

    async def _read_what_changed(self) -> None:
        if self._must_read_all:
            await self.read_all()
        while self._changed:
            task_id = next(iter(self._changed))
            versions = self._changed.pop(task_id)
            for task in await self._shop.refresh([task_id]):
                await self._publish(task, versions)

    async def _publish(self, task: Task, versions: set[int]) -> None:
        for record in await self._shop.store.history(task.task_id, after=min(versions) - 1):
            if record.number in versions:
                then = replace(task, status=record.status, version=record.number)
                self._shop.publish(task_news(then, Event(record.event), record.detail))
