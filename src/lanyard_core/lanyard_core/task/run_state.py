"""Where a task on its robot stands between running and paused: the numbers of ExecuteTask.action.

The numbers are a contract with the interface file, and a test compares the two.
"""

from __future__ import annotations

from enum import IntEnum


class RunState(IntEnum):
    """What the robot makes of a task that it has."""

    RUNNING = 0
    PAUSING = 1  # the robot comes to rest
    PAUSED = 2  # at rest, disarmed, without a lease
    RESUMING = 3  # lease and arming are on their way


def run_state_of(number: int) -> RunState:
    """The state of a number; one that we do not know counts as RUNNING, which promises least."""
    try:
        return RunState(number)
    except ValueError:
        return RunState.RUNNING
