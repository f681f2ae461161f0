"""Gets a goal cancelled at its robot, once the store says that its task is to be cancelled."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

from lanyard_core.faults import LanyardFault, Unavailable
from lanyard_core.port import CancelReply, RobotPort

_log = logging.getLogger(__name__)


class Cancelling:
    """Asks one robot to cancel one goal, and again until it has answered.

    ``on_refusal`` and ``on_unknown`` are awaited when the robot refuses, or does not know the goal.
    """

    def __init__(
        self,
        port: RobotPort,
        goal_id: UUID,
        *,
        on_refusal: Callable[[], Awaitable[None]],
        on_unknown: Callable[[], Awaitable[None]],
    ) -> None:
        self.is_accepted = False
        """The robot has agreed, and may take its time."""
        self._port = port
        self._goal_id = goal_id
        self._on_refusal = on_refusal
        self._on_unknown = on_unknown
        self._goal_is_there = asyncio.Event()
        self._asking: asyncio.Task[None] | None = None

    def goal_is_there(self) -> None:
        """The robot has the goal: from now on it can be asked to cancel it."""
        self._goal_is_there.set()

    def ask(self) -> None:
        """Have the robot asked; harmless while it is, and when it has agreed already."""
        if self.is_accepted or (self._asking is not None and not self._asking.done()):
            return
        self._asking = asyncio.get_running_loop().create_task(self._ask())
        self._asking.add_done_callback(_note_failure)

    def leave(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()

    async def _ask(self) -> None:
        await self._goal_is_there.wait()
        try:
            reply = await self._port.cancel_task(self._goal_id)
        except Unavailable:
            return  # whoever follows the goal asks again
        if reply is CancelReply.UNKNOWN_GOAL:
            await self._on_unknown()
        elif reply is CancelReply.REJECTED:
            await self._on_refusal()
        else:
            self.is_accepted = True


def _note_failure(asking: asyncio.Task[None]) -> None:
    if not asking.cancelled() and isinstance(asking.exception(), LanyardFault):
        _log.info("cancel: %s", asking.exception())
    elif not asking.cancelled() and asking.exception() is not None:
        _log.error("cancel failed", exc_info=asking.exception())
