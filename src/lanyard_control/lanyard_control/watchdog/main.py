"""Entry point of the watchdog's process."""

from __future__ import annotations

import sys

from lanyard_control.watchdog.node import WatchdogNode
from lanyard_node_support.run import run_node
from lanyard_node_support.transport import choose_transport

ABOUT = "Halts one robot's base when its control node is gone or hangs."


def main() -> int:
    """Run the watchdog until SIGTERM or SIGINT; returns the process's exit code."""
    transport = choose_transport()
    return run_node(lambda: WatchdogNode(transport), name="watchdog", about=ABOUT)


if __name__ == "__main__":
    sys.exit(main())
