"""The environment that the demo's nodes get: one ROS domain, discovery on this machine only."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def demo_environment(outer: Mapping[str, str], *, domain_id: int, log_dir: Path) -> dict[str, str]:
    """``outer`` with what the nodes need to find one another, and nobody else's robot."""
    inner = {
        **outer,
        "ROS_DOMAIN_ID": str(domain_id),
        "ROS_LOG_DIR": str(log_dir),
        "PYTHONUNBUFFERED": "1",
        "RCUTILS_COLORIZED_OUTPUT": "0",
        "RCUTILS_LOGGING_USE_STDOUT": "1",
    }
    if outer.get("ROS_DISTRO") == "humble":
        inner["ROS_LOCALHOST_ONLY"] = "1"
    else:
        inner.pop("ROS_LOCALHOST_ONLY", None)
        inner["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
        inner.pop("ROS_STATIC_PEERS", None)
    return inner
