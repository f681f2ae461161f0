"""A task server that is broken on purpose: a campaign that finds nothing in it is worth nothing.

python -m task_campaign.seeded_bugs --ros-args ...     runs the task server, broken
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from lanyard_tasks import main as tasks
from lanyard_tasks.journal import Journal


def forgetful(command: Sequence[str]) -> Sequence[str]:
    """The command of a task server that says that it keeps a journal, and does not look into it."""
    return [sys.executable, "-m", "task_campaign.seeded_bugs", *command[1:]]


def main() -> None:
    """Run the task server without a memory."""
    Journal.__contains__ = lambda _self, _goal: False  # type: ignore[method-assign, assignment]
    tasks.main()


if __name__ == "__main__":
    main()
