"""The tf topics of one robot, or of several that share them, and what they last said.

Nobody is woken for a transform: they wait in inboxes until somebody looks. Loop's thread.
"""

from __future__ import annotations

import logging

from tf2_msgs.msg import TFMessage

from lanyard_gateway.robot.transform_buffer import Lookup, TransformBuffer
from lanyard_gateway.robot.transform_cdr import read_transforms
from lanyard_node_support import qos
from lanyard_node_support.inbox import Inbox, InboxNode

_log = logging.getLogger(__name__)


class TransformFeed:
    """Follows the topic of moving transforms and that of static ones."""

    def __init__(self, node: InboxNode, *, moving: str, static: str) -> None:
        self._buffer = TransformBuffer()
        self._moving = Inbox(node, TFMessage, moving, qos.TF)
        self._static = Inbox(node, TFMessage, static, qos.TF_STATIC_IN)

    def look(self, now: float) -> None:
        """Take in what has come (``now``: monotonic, s)."""
        for arrival in self._static.look(now):
            self._take_in(arrival.data, None)
        for arrival in self._moving.look(now):
            self._take_in(arrival.data, arrival.arrived_s)

    def lookup(self, target: str, source: str) -> Lookup | None:
        """Pose of ``source`` in its ancestor ``target``, of what was taken in."""
        return self._buffer.lookup(target, source)

    def _take_in(self, data: bytes, arrived_s: float | None) -> None:
        try:
            found = read_transforms(data, arrived_s=arrived_s)
        except Exception:  # noqa: BLE001 - which class rclpy raises depends on its version
            _log.warning("a message of transforms could not be decoded")
            return
        self._buffer.put(found)
