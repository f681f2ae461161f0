"""Console script ``tasks``: runs the task server until SIGTERM or SIGINT."""

from __future__ import annotations

import sys

from lanyard_node_support.run import run_node
from lanyard_tasks.node import TasksNode


def main() -> None:
    """Run the node ``tasks``; the exit code is 2 when its configuration cannot be used."""
    sys.exit(run_node(TasksNode, name="tasks"))


if __name__ == "__main__":
    main()
