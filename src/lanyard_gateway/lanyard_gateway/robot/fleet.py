"""RobotFleet: every robot that the gateway serves, on its one ROS node, and the thread it runs in.

``start`` and ``stop`` are called on the event loop's thread. The beat that tells the control nodes
that the gateway lives is given by the loop, and only while the ROS thread was seen to work: when
either hangs, the beat ends, and the robots stop.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from lanyard_gateway.robot.config import RobotConfig
from lanyard_gateway.robot.handover import Handover
from lanyard_gateway.robot.ros_robot import RosRobot
from lanyard_gateway.robot.transform_feed import TransformFeed
from lanyard_node_support.clock import steady_timer
from lanyard_node_support.inbox import InboxNode
from lanyard_node_support.spinning import SpinThread

_log = logging.getLogger(__name__)

T = TypeVar("T")

BEAT_PERIOD_S = 0.1
# Robots are not beaten for all at once: fifty beats take three milliseconds of the loop.
_MOST_TURNS = 10
# Longest silence of the ROS thread with which the gateway still calls itself alive.
ROS_THREAD_LIMIT_S = 0.3


class RobotFleet:
    """Every robot on one ROS node; ``robots`` maps ids to ports."""

    def __init__(self, node: InboxNode, configs: Iterable[RobotConfig]) -> None:
        self._node = node
        self._handover = Handover()
        self._feeds: dict[tuple[str, str], TransformFeed] = {}
        self._robots = {
            config.robot_id: RosRobot(node, self._handover, config, self._transforms(config))
            for config in configs
        }
        self._ros_seen_s = time.monotonic()
        steady_timer(node, BEAT_PERIOD_S, self._seen)
        self._thread = SpinThread(node, name="ros")

    @property
    def robots(self) -> Mapping[str, RosRobot]:
        """Robots by id."""
        return self._robots

    def start(self) -> None:
        """Begin to hear and to beat; the running event loop is the one that is served."""
        self._handover.attach()
        self._thread.start()
        self._turns = Turns(tuple(self._robots.values()), now=time.monotonic())
        self._handover.every(self._turns.step_s, self._beat)

    def stop(self) -> None:
        """Fall silent: no beat, no callbacks. The node itself is left to who made it."""
        self._handover.detach()
        self._thread.stop()

    def ros_thread_works(self) -> bool:
        """True while the ROS thread was seen to work a moment ago."""
        return time.monotonic() - self._ros_seen_s <= ROS_THREAD_LIMIT_S

    def _seen(self) -> None:
        self._ros_seen_s = time.monotonic()

    def _beat(self) -> None:
        alive = self.ros_thread_works()
        due = self._turns.due(time.monotonic())
        for robot in due:
            if alive:
                robot.beat()
            robot.watch_online()
        for robot in due:  # behind all beats, which nothing here may hold up
            robot.look()

    def _transforms(self, config: RobotConfig) -> TransformFeed:
        """The feed of the robot's tf topics, which robots on the same topics share."""
        moving, static = config.topic(config.tf_topic), config.topic(config.tf_static_topic)
        feed = self._feeds.get((moving, static))
        if feed is None:
            feed = self._feeds[moving, static] = TransformFeed(
                self._node, moving=moving, static=static
            )
        return feed


class Turns(Generic[T]):
    """Spreads a fleet's beats over their period; who is late has all that are due, each once."""

    def __init__(self, robots: Sequence[T], *, now: float) -> None:
        count = max(1, min(_MOST_TURNS, len(robots)))
        self._groups = [robots[turn::count] for turn in range(count)]
        self._began_s = now
        self._done = -1
        self.step_s = BEAT_PERIOD_S / count
        """How often ``due`` is to be asked."""

    def due(self, now: float) -> list[T]:
        """Whose turn has come since this was asked before (seconds, monotonic)."""
        count = len(self._groups)
        newest = int((now - self._began_s) / self.step_s)
        turns = range(max(self._done, newest - count) + 1, newest + 1)
        self._done = newest
        return [robot for turn in turns for robot in self._groups[turn % count]]
