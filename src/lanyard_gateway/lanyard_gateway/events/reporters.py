"""Reporters: they listen to the robots and to the event loop, and publish what is news.

Everything on the event loop's thread, between ``start`` and ``stop``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from lanyard_core.events.news import EventType, News, Publish
from lanyard_core.events.robot_watch import RobotWatch
from lanyard_core.port import CommandAck, RobotPort, RobotPorts
from lanyard_core.telemetry.status import RobotStatus

LOOK_PERIOD_S = 0.5
OVERLOAD_S = 0.25
"""How late the loop may be before that is news: a command is stopped for a tenth of a second."""
QUIET_S = 10.0
"""Overload is told at most this often."""


class RobotReporter:
    """Publishes what is new about one robot. A RobotListener."""

    def __init__(self, robot: RobotPort, publish: Publish) -> None:
        self._robot = robot
        self._publish = publish
        self._watch = RobotWatch(robot.robot_id)

    def start(self) -> Callable[[], None]:
        """Listen; the returned function ends that."""
        stop_listening = self._robot.listen(self)
        self.safety_changed(self._robot.status())
        return stop_listening

    def safety_changed(self, status: RobotStatus) -> None:
        """Something about the robot changed."""
        for news in self._watch.seen(status):
            self._publish(news)

    def command_acknowledged(self, ack: CommandAck) -> None:
        """Of no interest here."""


class LoopReporter:
    """Publishes that the event loop is held up, with by how much (ms)."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._quiet_until = float("-inf")

    def start(self) -> Callable[[], None]:
        """Begin to look; the returned function ends that."""
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time() + LOOK_PERIOD_S
        self._timer = self._loop.call_at(self._due, self._look)
        return lambda: self._timer.cancel()

    def _look(self) -> None:
        now = self._loop.time()
        late_s = now - self._due
        if late_s > OVERLOAD_S and now >= self._quiet_until:
            self._quiet_until = now + QUIET_S
            late_ms = round(late_s * 1000)
            self._publish(News(EventType.GATEWAY_OVERLOAD, data={"loop_late_ms": late_ms}))
        self._due = now + LOOK_PERIOD_S
        self._timer = self._loop.call_at(self._due, self._look)


class Reporters:
    """All of them, and the gateway's own first and last news."""

    def __init__(self, robots: RobotPorts, publish: Publish, *, version: str) -> None:
        self._publish = publish
        self._version = version
        reporters = [RobotReporter(robot, publish) for robot in robots.values()]
        self._all: list[RobotReporter | LoopReporter] = [LoopReporter(publish), *reporters]
        self._stops: list[Callable[[], None]] = []

    def start(self) -> None:
        """Begin to report."""
        self._publish(News(EventType.GATEWAY_STARTED, data={"version": self._version}))
        self._stops = [reporter.start() for reporter in self._all]

    def stop(self) -> None:
        """Report nothing more but that the gateway stops."""
        stops, self._stops = self._stops, []
        for stop in stops:
            stop()
        self._publish(News(EventType.GATEWAY_STOPPING))
