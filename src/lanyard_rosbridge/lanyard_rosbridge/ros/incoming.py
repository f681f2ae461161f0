"""Subscriptions by name: serialized messages handed to the event loop as they came.

The ROS thread only takes the bytes and puts them into a bounded row; nothing is converted there.
When the loop does not keep up, the oldest go. Everything else here is called on the loop's thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from rclpy.node import Node
from rclpy.qos import QoSProfile

from lanyard_core.faults import Conflict, NotFound
from lanyard_gateway.robot.handover import Handover
from lanyard_rosbridge.protocol.qos import AUTOMATIC, Qos
from lanyard_rosbridge.ros import quality
from lanyard_rosbridge.ros.groups import own_group
from lanyard_rosbridge.ros.types import MessageType, message_type

OnMessages = Callable[[list[bytes]], None]

MAX_WAITING = 256
MAX_WAITING_BYTES = 8 * 1024 * 1024
REMATCH_PERIOD_S = 1.0


class Intake:
    """The row of messages between the two threads."""

    def __init__(self, handover: Handover, on_messages: OnMessages) -> None:
        self.dropped = 0
        self._handover = handover
        self._on_messages = on_messages
        self._row: deque[bytes] = deque(maxlen=MAX_WAITING)
        self._bytes = 0
        self._is_told = False

    def put(self, raw: bytes) -> None:
        """A message came. ROS thread."""
        row = self._row
        self._bytes += len(raw)
        while row and (self._bytes > MAX_WAITING_BYTES or len(row) == MAX_WAITING):
            self._drop(row)
        row.append(raw)
        if not self._is_told:
            self._is_told = True
            self._handover.post(self._drain)

    def _drop(self, row: deque[bytes]) -> None:
        try:
            self._bytes -= len(row.popleft())
        except IndexError:  # the loop was quicker
            return
        self.dropped += 1

    def _drain(self) -> None:
        self._is_told = False
        found: list[bytes] = []
        while self._row:
            found.append(self._row.popleft())
        self._bytes = 0
        self._on_messages(found)


class Incoming:
    """One subscription. Its settings follow the publishers', unless the client asked for others."""

    def __init__(
        self,
        node: Node,
        handover: Handover,
        topic: str,
        kind: MessageType,
        asked: Qos,
        on_messages: OnMessages,
    ) -> None:
        self.topic = topic
        self.type = kind
        self._node = node
        self._asked = asked
        self._intake = Intake(handover, on_messages)
        self._profile = quality.of_subscription(node, topic, asked)
        self._subscription = self._open(self._profile)

    @property
    def is_latched(self) -> bool:
        """Whether each new reader must be told what was said before."""
        return quality.is_latched(self._profile)

    def rematch(self) -> None:
        """Follow the publishers that there are now."""
        if self._asked.reliable is not None and self._asked.transient_local is not None:
            return
        profile = quality.of_subscription(self._node, self.topic, self._asked)
        if profile == self._profile or not self._node.count_publishers(self.topic):
            return
        self.close()
        self._profile = profile
        self._subscription = self._open(profile)

    def close(self) -> None:
        """Hear nothing more."""
        self._node.destroy_subscription(self._subscription)

    def _open(self, profile: QoSProfile) -> object:
        return self._node.create_subscription(
            self.type.message_class,
            self.topic,
            self._intake.put,
            profile,
            callback_group=own_group(),
            raw=True,
        )


class Topics:
    """All subscriptions of the bridge."""

    def __init__(self, node: Node, handover: Handover) -> None:
        self._node = node
        self._handover = handover
        self._open: set[Incoming] = set()

    def start(self) -> None:
        """Begin to follow the graph; the handover serves the loop by now."""
        self._handover.every(REMATCH_PERIOD_S, self._rematch)

    def listen(
        self, topic: str, type_name: str | None, on_messages: OnMessages, asked: Qos = AUTOMATIC
    ) -> Incoming:
        """Hear a topic. Raises NotFound when its type is not known, BadInput, Conflict."""
        kind = self.type_of(topic, type_name)
        made = Incoming(self._node, self._handover, topic, kind, asked, on_messages)
        self._open.add(made)
        return made

    def close(self, incoming: Incoming) -> None:
        """Hear it no more."""
        self._open.discard(incoming)
        incoming.close()

    def type_of(self, topic: str, asked: str | None) -> MessageType:
        """The type of a topic: as asked, or as the graph has it; both must agree."""
        known = types_of(self._node, topic)
        if asked is None:
            if not known:
                raise NotFound(
                    f"nobody publishes or hears {topic} yet, so its type is not known: send it"
                    " with the operation, in the field 'type'"
                )
            return message_type(known[0])
        kind = message_type(asked)
        if known and kind.name not in known:
            raise Conflict(f"{topic} is of type {known[0]} on the ROS graph, not {kind.name}")
        return kind

    def _rematch(self) -> None:
        for incoming in tuple(self._open):
            incoming.rematch()


def types_of(node: Node, topic: str) -> list[str]:
    """The types that a topic has on the graph now."""
    infos = [
        *node.get_publishers_info_by_topic(topic), *node.get_subscriptions_info_by_topic(topic)
    ]  # fmt: skip
    return list(dict.fromkeys(info.topic_type for info in infos))
