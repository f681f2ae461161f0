"""The newest message of a topic, kept as it came over the wire and decoded when somebody looks.

Sensors publish at 50 to 500 Hz and readers look at 10 Hz, or never: so messages wait in an inbox,
and what is read of them is decoded once. All of it on the loop's thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from rclpy.qos import QoSProfile
from rclpy.serialization import deserialize_message

from lanyard_node_support.inbox import Arrival, Inbox, InboxNode

_log = logging.getLogger(__name__)

M = TypeVar("M")

# Weight of the newest interval in the measured rate.
_RATE_GAIN = 0.1


class LatestMessage(Generic[M]):
    """Follows one topic and holds its newest message with its arrival (monotonic, s)."""

    def __init__(
        self,
        node: InboxNode,
        message_type: type,
        topic: str,
        qos: QoSProfile,
        *,
        read: Callable[[bytes], M] | None = None,
    ) -> None:
        """``read``: what to make of a message's bytes, if that is not the whole message."""
        self._read_bytes = read or (lambda data: deserialize_message(data, message_type))
        self._topic = topic
        self._inbox = Inbox(node, message_type, topic, qos)
        self._newest: Arrival | None = None
        self._interval_s: float | None = None
        self._decoded_from: bytes | None = None
        self._decoded: M | None = None

    @property
    def topic(self) -> str:
        """Name of the topic, as subscribed."""
        return self._topic

    def look(self, now: float) -> None:
        """Take in what has come (``now``: monotonic, s)."""
        for arrival in self._inbox.look(now):
            if self._newest is not None:
                self._measure(arrival.arrived_s - self._newest.arrived_s)
            self._newest = arrival

    def read(self, now: float) -> tuple[M, float] | None:
        """The newest message and its arrival; None when none came."""
        self.look(now)
        newest = self._newest
        if newest is None:
            return None
        if newest.data is not self._decoded_from:
            self._decoded_from = newest.data
            self._decoded = self._decode(newest.data)
        return None if self._decoded is None else (self._decoded, newest.arrived_s)

    def rate_hz(self) -> float | None:
        """Measured rate of arrival; None until two messages came."""
        return 1.0 / self._interval_s if self._interval_s else None

    def _measure(self, interval_s: float) -> None:
        smooth_s = self._interval_s
        self._interval_s = (
            interval_s if smooth_s is None else smooth_s + _RATE_GAIN * (interval_s - smooth_s)
        )

    def _decode(self, data: bytes) -> M | None:
        try:
            decoded = self._read_bytes(data)
        except Exception:  # noqa: BLE001 - which class rclpy raises depends on its version
            _log.warning("a message on %s could not be decoded", self._topic)
            return None
        return decoded
