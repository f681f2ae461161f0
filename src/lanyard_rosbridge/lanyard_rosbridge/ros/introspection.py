"""What is on the ROS graph now, as the bridge's node sees it. Event loop's thread."""

from __future__ import annotations

from typing import Any

from ament_index_python import get_packages_with_prefixes, get_resource
from rclpy.action import get_action_names_and_types
from rclpy.node import Node

from lanyard_core.faults import NotFound
from lanyard_rosbridge.conversion.layout import Struct
from lanyard_rosbridge.ros.types import action_class, message_type, service_class, type_of

_SUFFIXES = (".msg", ".srv", ".action")


class Introspection:
    """Answers questions about the graph."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def topics(self) -> dict[str, list[str]]:
        """Topics and their types."""
        return dict(self._node.get_topic_names_and_types())

    def services(self) -> dict[str, list[str]]:
        """Services and their types."""
        return dict(self._node.get_service_names_and_types())

    def actions(self) -> dict[str, list[str]]:
        """Actions and their types."""
        return dict(get_action_names_and_types(self._node))

    def nodes(self) -> list[str]:
        """Nodes, by their full names."""
        return [_full(name, space) for name, space in self._node.get_node_names_and_namespaces()]

    def node_details(self, node: str) -> tuple[list[str], list[str], list[str]]:
        """What a node subscribes to, publishes, serves. Raises NotFound."""
        if node not in self.nodes():
            raise NotFound(f"there is no node {node}")
        space, _, name = node.rpartition("/")
        ask: tuple[Any, ...] = (
            self._node.get_subscriber_names_and_types_by_node,
            self._node.get_publisher_names_and_types_by_node,
            self._node.get_service_names_and_types_by_node,
        )
        found = [[each for each, _ in question(name, space or "/")] for question in ask]
        return found[0], found[1], found[2]

    def publishers(self, topic: str) -> list[str]:
        """Nodes that publish a topic."""
        return _nodes_of(self._node.get_publishers_info_by_topic(topic))

    def subscribers(self, topic: str) -> list[str]:
        """Nodes that are subscribed to it."""
        return _nodes_of(self._node.get_subscriptions_info_by_topic(topic))

    def layout(self, type_name: str, part: str) -> Struct:
        """The layout of a message type, or of a part of a service or action type."""
        if part == "msg":
            return message_type(type_name).layout
        kind = service_class if part in ("Request", "Response") else action_class
        return type_of(getattr(kind(type_name), part)).layout

    def interfaces(self) -> list[str]:
        """All types that are installed."""
        found = []
        for package in get_packages_with_prefixes():
            try:
                content, _ = get_resource("rosidl_interfaces", package)
            except LookupError:
                continue
            found += [
                f"{package}/{line.rpartition('.')[0]}"
                for line in content.splitlines()
                if line.endswith(_SUFFIXES) and line.startswith(("msg/", "srv/", "action/"))
            ]
        return sorted(found)

    def now(self) -> tuple[int, int]:
        """ROS time."""
        seconds, nanoseconds = self._node.get_clock().now().seconds_nanoseconds()
        return int(seconds), int(nanoseconds)


def _full(name: str, namespace: str) -> str:
    return f"{namespace.rstrip('/')}/{name}"


def _nodes_of(infos: list[Any]) -> list[str]:
    return list(dict.fromkeys(_full(info.node_name, info.node_namespace) for info in infos))
