"""The newest message of a topic, kept as it came over the wire and decoded when somebody looks.

Sensors publish at 50 to 500 Hz and readers look at 10 Hz: the ROS thread keeps the bytes and the
moment of arrival, and the loop's thread decodes what it needs, once for each message that it sees.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.serialization import deserialize_message

_log = logging.getLogger(__name__)

M = TypeVar("M")

# Weight of the newest interval in the measured rate.
_RATE_GAIN = 0.1


class LatestMessage(Generic[M]):
    """Subscribes to one topic and holds its newest message with its arrival (monotonic, s)."""

    def __init__(
        self,
        node: Node,
        message_type: type,
        topic: str,
        qos: QoSProfile,
        *,
        read: Callable[[bytes], M] | None = None,
    ) -> None:
        """``read``: what to make of a message's bytes, if that is not the whole message."""
        self._read_bytes = read or (lambda data: deserialize_message(data, message_type))
        self._topic = topic
        self._raw: tuple[bytes, float] | None = None
        self._interval_s: float | None = None
        self._decoded_from: bytes | None = None
        self._decoded: M | None = None
        node.create_subscription(message_type, topic, self._arrived, qos, raw=True)

    @property
    def topic(self) -> str:
        """Name of the topic, as subscribed."""
        return self._topic

    def read(self) -> tuple[M, float] | None:
        """The newest message and its arrival; None when none came. Loop's thread."""
        raw = self._raw
        if raw is None:
            return None
        data, arrived_s = raw
        if data is not self._decoded_from:
            self._decoded_from = data
            self._decoded = self._decode(data)
        return None if self._decoded is None else (self._decoded, arrived_s)

    def rate_hz(self) -> float | None:
        """Measured rate of arrival; None until two messages came."""
        return 1.0 / self._interval_s if self._interval_s else None

    def _arrived(self, data: bytes) -> None:
        now = time.monotonic()
        previous = self._raw
        if previous is not None:
            interval = now - previous[1]
            smooth = self._interval_s
            self._interval_s = (
                interval if smooth is None else smooth + _RATE_GAIN * (interval - smooth)
            )
        self._raw = (data, now)

    def _decode(self, data: bytes) -> M | None:
        try:
            decoded = self._read_bytes(data)
        except Exception:  # noqa: BLE001 - which class rclpy raises depends on its version
            _log.warning("a message on %s could not be decoded", self._topic)
            return None
        return decoded
