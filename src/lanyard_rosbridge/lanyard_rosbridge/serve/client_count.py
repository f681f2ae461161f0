"""The topic ``client_count``: how many clients are connected, also for whoever joins late."""

from __future__ import annotations

from rclpy.node import Node
from std_msgs.msg import Int32

from lanyard_node_support import qos


class ClientCount:
    """Publishes the number when it changes. Event loop's thread."""

    def __init__(self, node: Node) -> None:
        self._publisher = node.create_publisher(Int32, "client_count", qos.LATCHED)

    def tell(self, count: int) -> None:
        """So many are connected now."""
        self._publisher.publish(Int32(data=count))
