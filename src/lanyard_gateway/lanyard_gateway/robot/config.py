"""What the gateway must know of each robot: names on the graph, frames, limits of time."""

from __future__ import annotations

from dataclasses import dataclass

from lanyard_node_support import names


@dataclass(frozen=True, slots=True)
class Frames:
    """Names of the frames that a status needs (REP-105), with any prefix that the robot uses."""

    map: str = "map"
    odom: str = "odom"
    base: str = "base_link"
    tool: str = "tool0"

    def prefixed(self, prefix: str) -> Frames:
        """The same frames with ``prefix`` before each but the map, which robots share."""
        own = (f"{prefix}{name}" for name in (self.odom, self.base, self.tool))
        return Frames(self.map, *own)


@dataclass(frozen=True, slots=True)
class RobotConfig:
    """One robot: its id on the web, its namespace on the graph, and how long to wait for it (s)."""

    robot_id: str
    namespace: str
    frames: Frames = Frames()
    tf_topic: str = names.TF
    tf_static_topic: str = names.TF_STATIC
    offline_after_s: float = 1.0
    service_timeout_s: float = 2.0
    task_accept_timeout_s: float = 5.0
    task_result_poll_s: float = 10.0
    cameras: tuple[str, ...] = ("camera",)

    def topic(self, name: str) -> str:
        """The absolute name of a topic, service or action of this robot."""
        return names.resolve(self.namespace, name)
