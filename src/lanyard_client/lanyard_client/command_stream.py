"""Drive a robot: a connection that is armed, paced, acknowledged, and at rest in the end.

The stream sends the velocity that was set last, 50 times a second, until another is set. It never
sends anything twice: when the connection is lost the velocity is forgotten, a new connection is
made by itself, and the robot moves again only after ``arm`` and a new velocity.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

from lanyard_client.endpoint import Endpoint
from lanyard_client.errors import LanyardError, LeaseHeld, NotArmed
from lanyard_client.pilot import NEUTRAL, LinkFigures, Phase, Pilot
from lanyard_client.upkeep import Upkeep
from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.frames import StateChange
from lanyard_core.telemetry.status import Twist

DEFAULT_RATE_HZ = 50.0
ARM_TIMEOUT_S = 10.0
REST_TIMEOUT_S = 3.0
"""How long the end of a stream waits for the robot to come to rest before it stops it, latched."""
_REST_GRACE_S = 0.2
_STOP_TIMEOUT_S = 1.0


class CommandStream:
    """A connection that drives one robot; use it with ``async with``.

    It connects and arms on the way in, and brings the robot to rest on the way out. A block that
    ends with an exception stops the robot, latched. One event loop; not for several threads.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        robot_id: str,
        *,
        rate_hz: float = DEFAULT_RATE_HZ,
        encoding: Encoding = Encoding.MSGPACK,
        clear_safe_stop: bool = False,
    ) -> None:
        path = f"/ws/command/{robot_id}"
        self._upkeep = Upkeep(endpoint, path, rate_hz=rate_hz, encoding=encoding)
        self._clear_safe_stop = clear_safe_stop

    @property
    def armed(self) -> bool:
        """Whether the robot takes motion from this stream now."""
        pilot = self._upkeep.pilot
        return pilot is not None and pilot.phase is Phase.ARMED

    @property
    def state(self) -> StateChange | None:
        """What the robot said of itself last."""
        pilot = self._upkeep.pilot
        return pilot.state if pilot is not None else None

    @property
    def figures(self) -> LinkFigures:
        """How this connection has done so far."""
        pilot = self._upkeep.pilot
        return pilot.figures if pilot is not None else LinkFigures()

    async def __aenter__(self) -> CommandStream:
        self._upkeep.begin()
        try:
            await self.arm(clear_safe_stop=self._clear_safe_stop)
        except BaseException:
            await self._upkeep.end()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                await self._come_to_rest()
            else:
                await self._stop_at_the_end(f"the program failed: {type(error).__name__}")
        finally:
            await self._upkeep.end()

    async def arm(self, *, clear_safe_stop: bool = False, timeout_s: float = ARM_TIMEOUT_S) -> None:
        """Have the robot take motion from this stream.

        ``clear_safe_stop`` clears a stop that stands, when the key may do that. Raises LeaseHeld,
        NotArmed with the robot's reason, or what keeps the connection from being made. Needed once
        more after a stop or a lost connection.
        """
        deadline = time.monotonic() + timeout_s
        await self._until(lambda: self._is_connected, deadline)
        pilot = self._connected_pilot()
        pilot.arm(clear_safe_stop=clear_safe_stop)

        def answered() -> bool:
            gone = pilot is not self._upkeep.pilot
            return gone or pilot.phase is Phase.ARMED or bool(pilot.refusal)

        in_time = await self._until(answered, deadline)
        if not self.armed:
            why = pilot.refusal or self._upkeep.trouble
            raise NotArmed(
                f"the robot was not armed: {why if in_time else f'no answer in {timeout_s:g} s'}"
            )

    def drive(
        self, linear: float = 0.0, angular: float = 0.0, *, for_s: float | None = None
    ) -> None:
        """Move with this velocity (m/s forward, rad/s to the left) until told otherwise.

        ``for_s``: come to rest by itself after so many seconds. Raises NotArmed, or what ended the
        connection for good.
        """
        self.drive_twist(Twist((linear, 0.0, 0.0), (0.0, 0.0, angular)), for_s=for_s)

    def drive_twist(self, twist: Twist, *, for_s: float | None = None) -> None:
        """Move with a velocity of up to six axes (m/s, rad/s); like ``drive``."""
        until = None if for_s is None else time.monotonic() + for_s
        self._armed_pilot().set_velocity(twist, until=until)

    async def hold(self, seconds: float) -> None:
        """Go on as told for so long. Raises NotArmed as soon as the robot takes no motion."""
        await self._until(lambda: not self.armed, time.monotonic() + seconds)
        self._armed_pilot()

    async def stop(self, reason: str = "") -> None:
        """Stop the robot, latched: it has to be reset, or armed with ``clear_safe_stop``."""
        self._connected_pilot(needs_lease=False).stop(reason)
        self._upkeep.hurry()

    async def _come_to_rest(self) -> None:
        pilot = self._upkeep.pilot
        if pilot is None or not self.armed:
            return
        pilot.set_velocity(NEUTRAL)
        deadline = time.monotonic() + REST_TIMEOUT_S
        # The report that the robot moves may be under way: what is known now may be too old.
        await asyncio.sleep(_REST_GRACE_S)
        if not await self._until(lambda: not self.armed or pilot.at_rest, deadline):
            await self._stop_at_the_end(f"not at rest within {REST_TIMEOUT_S:g} s")

    async def _stop_at_the_end(self, reason: str) -> None:
        with suppress(LanyardError):
            await self.stop(reason)
            await self._until(self._is_stopped, time.monotonic() + _STOP_TIMEOUT_S)

    @property
    def _is_connected(self) -> bool:
        return self._upkeep.pilot is not None and self._upkeep.pilot.hello is not None

    def _is_stopped(self) -> bool:
        return not self.armed and (self.state is None or self.state.at_rest)

    def _connected_pilot(self, *, needs_lease: bool = True) -> Pilot:
        if self._upkeep.failure is not None:
            raise self._upkeep.failure
        pilot = self._upkeep.pilot
        if pilot is None or pilot.hello is None:
            raise NotArmed(f"there is no connection to the gateway now: {self._upkeep.trouble}")
        if needs_lease and not pilot.hello.lease_is_yours:
            raise LeaseHeld(pilot.hello.lease_holder)
        return pilot

    def _armed_pilot(self) -> Pilot:
        pilot = self._connected_pilot()
        if pilot.phase is not Phase.ARMED:
            raise NotArmed(f"the robot takes no motion now: {pilot.refusal or 'arm it first'}")
        return pilot

    async def _until(self, condition: Callable[[], bool], deadline: float) -> bool:
        """Wait for a condition, or for what ends the stream; False when time is up before."""
        upkeep = self._upkeep
        met = await upkeep.news.until(
            lambda: upkeep.failure is not None or condition(), deadline=deadline
        )
        if upkeep.failure is not None:
            raise upkeep.failure
        return met
