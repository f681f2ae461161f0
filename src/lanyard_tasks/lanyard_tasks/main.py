"""Console script ``tasks``: runs the task server until SIGTERM or SIGINT."""

from __future__ import annotations

import sys

from lanyard_node_support.run import run_node
from lanyard_node_support.transport import choose_transport
from lanyard_tasks.node import TasksNode

ABOUT = "Carries out tasks: the action server execute_task of one robot."


def main() -> None:
    """Run the node ``tasks``; the exit code is 2 when its configuration cannot be used."""
    choose_transport()  # its commands must not be held up either
    sys.exit(run_node(TasksNode, name="tasks", about=ABOUT))


if __name__ == "__main__":
    main()
