"""The rosbridge door of the gateway: what the entry point ``lanyard.side_doors`` names."""

from __future__ import annotations

from fastapi import APIRouter
from rclpy.node import Node

from lanyard_core.access.patterns import Patterns
from lanyard_gateway.settings import GatewaySettings
from lanyard_node_support.allocator import keep_large_blocks_apart
from lanyard_rosbridge.ros.side import RosSide
from lanyard_rosbridge.serve.bridge import Bridge, BridgeSettings
from lanyard_rosbridge.serve.socket import PATH, rosbridge_router

NODE_NAME = "rosbridge"
# Of the WebSocket message around a frame.
_SLACK_BYTES = 1024


class RosbridgeDoor:
    """A bridge on a node of its own, in the gateway's process."""

    def __init__(self, settings: BridgeSettings) -> None:
        self._node = Node(NODE_NAME, use_global_arguments=False)
        self._bridge = Bridge(RosSide(self._node), settings)
        self.router: APIRouter = rosbridge_router(self._bridge)
        self.path = PATH
        self.max_message_bytes = settings.session.max_frame_bytes + _SLACK_BYTES

    def start(self) -> None:
        """Begin to serve; on the loop that is served."""
        keep_large_blocks_apart()
        self._bridge.start()

    def stop(self) -> None:
        """End, and take the node off the graph."""
        self._bridge.stop()
        self._node.destroy_node()


def open_rosbridge(settings: GatewaySettings) -> RosbridgeDoor:
    """The door with the gateway's settings."""
    rosbridge = settings.rosbridge
    return RosbridgeDoor(
        BridgeSettings(
            namespace=rosbridge.namespace,
            motion=Patterns.of(rosbridge.motion_topics),
            robots={robot.namespace: robot.robot_id for robot in settings.robots},
            max_clients=rosbridge.max_clients,
        )
    )
