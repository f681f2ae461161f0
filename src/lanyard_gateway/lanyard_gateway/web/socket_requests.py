"""What a command socket asks of its robot and has to wait for: arm, reset, stop, release.

Each request is a task of its own, so that no answer holds up the frames of the socket, and none
is lost when the socket ends first. Stops are asked for one at a time: while one is under way only
the newest waits, and the lease is given back after the last. Event loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine

from lanyard_core.faults import LanyardFault
from lanyard_core.port import RobotPort, SafetyReply
from lanyard_core.safety.states import StopKind
from lanyard_core.stream.effects import StopRobot

_log = logging.getLogger(__name__)

Answered = Callable[[bool, str], None]
"""Is told whether a request was granted, and if not, why."""
Log = Callable[[str, bool, str], None]
"""Takes the name of a request, whether it was granted, and words about it, for the audit log."""


class RobotRequests:
    """Requests of one socket to one robot; ``session`` is the nonce of its lease, 0 without one."""

    def __init__(self, robot: RobotPort, *, session: int, actor: str, log: Log) -> None:
        self._robot = robot
        self._session = session
        self._actor = actor
        self._log = log
        self._tasks: set[asyncio.Task[None]] = set()
        self._wanted: StopRobot | None = None
        self._stopping: asyncio.Task[None] | None = None

    def arm(self, answered: Answered) -> None:
        """Ask the control node to arm."""
        self._start(self._ask("arm", self._robot.arm(self._session, arm=True), answered))

    def reset(self, answered: Answered, *, may_reset_severe: bool) -> None:
        """Ask the control node to clear latched stops; a new request id makes it act once."""
        request = self._robot.reset(
            request_id=1 + secrets.randbits(63),
            actor=self._actor,
            may_reset_severe=may_reset_severe,
        )
        self._start(self._ask("reset", request, answered))

    def stop(self, wanted: StopRobot) -> None:
        """Stop the robot, latched."""
        self._wanted = wanted
        if self._stopping is None or self._stopping.done():
            self._stopping = self._start(self._stop())

    def release(self) -> None:
        """Give the lease back, once the robot was told to stop, if it was to be."""
        self._start(self._release())

    async def finish(self) -> None:
        """Wait until everything that was asked for is answered. Each has a time-out of its own."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _start(self, coroutine: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(_logged(coroutine))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _ask(self, what: str, request: Awaitable[SafetyReply], answered: Answered) -> None:
        try:
            reply = await request
        except LanyardFault as fault:
            self._log(what, False, fault.detail)
            answered(False, fault.detail)
        else:
            self._log(what, reply.success, reply.message)
            answered(reply.success, reply.message)

    async def _stop(self) -> None:
        while (wanted := self._wanted) is not None:
            self._wanted = None
            reason = f"{wanted.reason}: {wanted.detail}" if wanted.detail else wanted.reason
            self._log("stop", True, reason)
            await _logged(
                self._robot.request_stop(kind=StopKind.SAFE_STOP, actor=self._actor, reason=reason)
            )

    async def _release(self) -> None:
        if self._stopping is not None:
            await self._stopping
        self._log("release", True, "")
        await self._robot.release_lease(self._session)


async def _logged(request: Awaitable[object]) -> None:
    """The top level of a request: the log has what goes wrong; the control node's watchdog acts."""
    try:
        await request
    except LanyardFault as fault:
        _log.warning("the robot was not reached: %s", fault.detail)
    except Exception:  # noqa: BLE001  the socket must go on
        _log.exception("a request to the robot failed")
