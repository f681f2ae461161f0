"""The demo's policy: the shipped one, and tf for those who may use rosbridge, which the page shows.

The shipped policy opens no topic to anybody, because nobody but the operator of a robot can say
which. The demo's robot is known.
"""

from __future__ import annotations

from pathlib import Path

import yaml

READABLE_TOPICS = ("/tf", "/tf_static")


def write_demo_policy(shipped: Path, file: Path) -> None:
    """Write the ``shipped`` policy with the demo's topics into ``file``."""
    policy = yaml.safe_load(shipped.read_text(encoding="utf-8"))
    for role in policy["roles"].values():
        if {"rosbridge", "ros:read"} <= set(role["scopes"]):
            role["topics"] = {"subscribe": list(READABLE_TOPICS)}
    file.write_text(yaml.safe_dump(policy), encoding="utf-8")
