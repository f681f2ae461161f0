"""Over what the process talks: nothing that can hold up the one who publishes."""

from __future__ import annotations

import os

from lanyard_node_support.realtime import Setting, Verdict
from lanyard_node_support.transport import avoid_shared_memory


def choose_transport() -> Setting:
    """Settle it for this process, before ``rclpy.init``; says what became of it."""
    choice = avoid_shared_memory(os.environ)
    verdict = Verdict.APPLIED if choice.kept_off else Verdict.REFUSED
    return Setting("transport", verdict, choice.detail)
