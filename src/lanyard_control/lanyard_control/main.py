"""Entry point of the control node's process."""

from __future__ import annotations

import sys

from lanyard_control.node import ControlNode
from lanyard_node_support.run import run_node
from lanyard_node_support.transport import choose_transport

ABOUT = "Moves one robot as its lease holder commands, and stops it when the far end is gone."


def main() -> int:
    """Run the control node until SIGTERM or SIGINT; returns the process's exit code."""
    transport = choose_transport()
    return run_node(lambda: ControlNode(transport), name="control", about=ABOUT)


if __name__ == "__main__":
    sys.exit(main())
