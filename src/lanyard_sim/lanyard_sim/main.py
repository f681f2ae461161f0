"""Console script ``sim``: runs the simulated robot until SIGTERM or SIGINT."""

from __future__ import annotations

import sys

from lanyard_node_support.run import run_node
from lanyard_sim.node import SimNode


def main() -> None:
    """Run the node ``sim``; the exit code is 2 when its configuration cannot be used."""
    sys.exit(run_node(SimNode, name="sim", about="A robot without hardware."))


if __name__ == "__main__":
    main()
