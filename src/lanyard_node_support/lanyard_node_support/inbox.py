"""Topics that nobody is woken for: what comes waits in DDS until its owner looks.

An executor takes each message as it comes, which costs two changes of thread and a callback: most
of what a gateway that nobody asks would do, with a robot's sensors at 50 Hz and readers that look
ten times a second, or never. What must be acted on at once (acknowledgements, the safety state)
is for an executor, not for here.

When a message came is told by the middleware, in the wall clock's time. That is believed only as
far as our own looks, which go by the monotonic clock, bear it out: it came after the look before
and not after this one. So whoever looks often has ages that no step of the wall clock falsifies.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from rclpy.exceptions import InvalidHandle
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.subscription import Subscription

# Looks that follow closer than this on one another find nothing new worth its price.
SHORTEST_S = 0.005


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as it came over the wire, and when (monotonic, s)."""

    data: bytes
    arrived_s: float


class InboxNode(Node):
    """A node whose executor does not see the subscriptions of inboxes."""

    @property
    def subscriptions(self) -> Iterator[Subscription]:
        """The subscriptions that an executor is to serve."""
        return (each for each in super().subscriptions if each.callback is not _wake_nobody)


class Inbox:
    """One topic's messages since the last look. All methods on one thread."""

    def __init__(self, node: InboxNode, message_type: type, topic: str, qos: QoSProfile) -> None:
        """``qos``: its depth is how many may wait; the oldest give way."""
        self._subscription = node.create_subscription(
            message_type, topic, _wake_nobody, qos, raw=True
        )
        self._room = qos.depth
        self._looked_s = time.monotonic()

    def look(self, now: float) -> list[Arrival]:
        """What has come since the last look, oldest first; ``now`` by the monotonic clock."""
        before = self._looked_s
        if now - before < SHORTEST_S:
            return []
        self._looked_s = now
        # Some middleware does not tell, and gives 0: such a message came right after the last look.
        ahead_s = now - time.time()
        taken = ((data, ahead_s + received_ns * 1e-9) for data, received_ns in self._take())
        return [Arrival(data, min(max(arrived_s, before), now)) for data, arrived_s in taken]

    def _take(self) -> Iterator[tuple[bytes, int]]:
        """Messages, and when the middleware had them (Unix, ns)."""
        handle = self._subscription.handle
        try:
            with handle:
                for _ in range(self._room):
                    taken = handle.take_message(self._subscription.msg_type, True)
                    if taken is None:
                        return
                    yield taken[0], taken[1]["received_timestamp"]
        except InvalidHandle:  # ROS is shut down already
            return


def _wake_nobody(_data: bytes) -> None:
    """What marks an inbox's subscription; no executor sees it, so nobody calls this."""
