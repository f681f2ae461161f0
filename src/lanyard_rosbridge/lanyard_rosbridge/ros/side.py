"""Everything that the bridge does with the ROS graph, behind one node and one thread."""

from __future__ import annotations

from rclpy.node import Node

from lanyard_gateway.robot.handover import Handover
from lanyard_node_support.spinning import SpinThread
from lanyard_rosbridge.ros.calling import Services
from lanyard_rosbridge.ros.goals import Goals
from lanyard_rosbridge.ros.incoming import Topics
from lanyard_rosbridge.ros.introspection import Introspection
from lanyard_rosbridge.ros.lingering import Lingering
from lanyard_rosbridge.ros.outgoing import Publishers
from lanyard_rosbridge.ros.parameters import NodeParameters
from lanyard_rosbridge.rosapi.answers import Rosapi


class RosSide:
    """The parts, made on one node. ``start`` and ``stop`` on the event loop's thread."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.handover = Handover()
        self.topics = Topics(node, self.handover)
        self.publishers = Publishers(node, self.handover)
        self.services = Services(node, self.handover)
        self.goals = Goals(node, self.handover, self.services)
        self.graph = Introspection(node)
        self.rosapi = Rosapi(self.graph, NodeParameters(self.services))
        self.lingering = Lingering()
        self._spinning = SpinThread(node, name="rosbridge")

    def start(self) -> None:
        """Begin to hear; the running event loop is the one that is served."""
        self.handover.attach()
        self._spinning.start()
        self.topics.start()

    def stop(self) -> None:
        """Hear nothing more. The node itself is left to who made it."""
        self.lingering.end_all()
        self.handover.detach()
        self._spinning.stop()
