"""Quality of service of what the bridge opens: as asked for, else so that both sides match."""

from __future__ import annotations

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

from lanyard_rosbridge.protocol.qos import Qos

DEFAULT_DEPTH = 10


def of_subscription(node: Node, topic: str, asked: Qos) -> QoSProfile:
    """To hear every publisher that there is: best effort if one of them is, latched if all are."""
    offered = [info.qos_profile for info in node.get_publishers_info_by_topic(topic)]
    best_effort = any(o.reliability == ReliabilityPolicy.BEST_EFFORT for o in offered)
    latched = bool(offered) and all(
        o.durability == DurabilityPolicy.TRANSIENT_LOCAL for o in offered
    )
    return _profile(
        asked.depth or DEFAULT_DEPTH,
        reliable=not best_effort if asked.reliable is None else asked.reliable,
        latched=latched if asked.transient_local is None else asked.transient_local,
    )


def of_publisher(asked: Qos, *, depth: int, latch: bool) -> QoSProfile:
    """Reliable and, unless it is to be latched, volatile: what most subscribers match."""
    return _profile(
        asked.depth or depth,
        reliable=asked.reliable is not False,
        latched=latch if asked.transient_local is None else asked.transient_local,
    )


def is_latched(profile: QoSProfile) -> bool:
    """Whether whoever joins late hears what was said before."""
    return bool(profile.durability == DurabilityPolicy.TRANSIENT_LOCAL)


def _profile(depth: int, *, reliable: bool, latched: bool) -> QoSProfile:
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
    )
