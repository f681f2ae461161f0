"""Publishers by name, shared by all clients that publish alike. Event loop's thread.

A publisher stays for a while when its last client is gone: one that comes back after a lost
connection finds it matched. What is published on one that nobody has heard yet is kept for a
moment, because a subscriber that is there may still be discovering it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from rclpy.node import Node

from lanyard_gateway.robot.handover import Handover
from lanyard_rosbridge.protocol.qos import Qos
from lanyard_rosbridge.ros import quality
from lanyard_rosbridge.ros.groups import own_group
from lanyard_rosbridge.ros.lingering import LINGER_S
from lanyard_rosbridge.ros.types import MessageType

PATIENCE_S = 1.0
MAX_KEPT = 10


@dataclass(frozen=True, slots=True)
class _Key:
    topic: str
    type: str
    depth: int
    latch: bool
    qos: Qos


class Outgoing:
    """One publisher."""

    def __init__(self, node: Node, handover: Handover, key: _Key, kind: MessageType) -> None:
        self.key = key
        self.users = 0
        self.type = kind
        self._node = node
        profile = quality.of_publisher(key.qos, depth=key.depth, latch=key.latch)
        self._publisher = node.create_publisher(
            kind.message_class, key.topic, profile, callback_group=own_group()
        )
        self._kept: deque[Any] | None = None
        if not key.latch and key.depth > 1:
            self._kept = deque(maxlen=MAX_KEPT)
            handover.spawn(self._wait_for_somebody(handover))

    def publish(self, values: object) -> None:
        """Publish a message. Raises BadInput when it is not one of the topic's type."""
        now = self._node.get_clock().now().to_msg()
        message = self.type.fill(values, now=now)
        if self._kept is not None:
            self._kept.append(message)
        else:
            self._publisher.publish(message)

    def halt(self) -> None:
        """Publish the message of which every number is zero."""
        self.publish({})

    def close(self) -> None:
        """Take it off the graph."""
        self._node.destroy_publisher(self._publisher)

    async def _wait_for_somebody(self, handover: Handover) -> None:
        publisher = self._publisher
        await handover.until(lambda: publisher.get_subscription_count() > 0, timeout_s=PATIENCE_S)
        kept, self._kept = self._kept, None
        for message in kept or ():
            publisher.publish(message)


class Publishers:
    """All publishers of the bridge."""

    def __init__(self, node: Node, handover: Handover) -> None:
        self._node = node
        self._handover = handover
        self._open: dict[_Key, Outgoing] = {}

    def open(self, topic: str, kind: MessageType, *, depth: int, latch: bool, qos: Qos) -> Outgoing:
        """A publisher, to be given back with ``close``."""
        key = _Key(topic, kind.name, depth, latch, qos)
        outgoing = self._open.get(key)
        if outgoing is None:
            outgoing = self._open[key] = Outgoing(self._node, self._handover, key, kind)
        outgoing.users += 1
        return outgoing

    def close(self, outgoing: Outgoing) -> None:
        """One user less; without any it goes after a while."""
        outgoing.users -= 1
        if not outgoing.users:
            asyncio.get_running_loop().call_later(LINGER_S, self._forget, outgoing)

    def _forget(self, outgoing: Outgoing) -> None:
        if not outgoing.users and self._open.get(outgoing.key) is outgoing:
            del self._open[outgoing.key]
            outgoing.close()
