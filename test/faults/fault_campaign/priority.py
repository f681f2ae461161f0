"""Real-time priorities of the campaign's own processes, where the machine allows them.

The simulator stands for the base's electronics, the observer for an instrument beside the robot;
neither would share a processor with the robot's computer. Without these priorities they wait for
their turn like any process, and what is measured is in part the wait.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Before ordinary processes, but not before the robot's own: it must hold up none of them.
BASE = 15
CAMPAIGN = 55

GRACE_S = 0.01
"""What the computer may add to a bound: wake-ups, and messages on their way."""
GRACE_WITHOUT_PRIORITY_S = 0.5
"""The same where these priorities are not permitted."""


@contextmanager
def favoured_campaign() -> Iterator[float]:
    """The campaign's own process goes before others for the ``with`` block; the grace to give."""
    favoured = favour(os.getpid(), priority=CAMPAIGN)
    try:
        yield GRACE_S if favoured else GRACE_WITHOUT_PRIORITY_S
    finally:
        _schedule(os.getpid(), os.SCHED_OTHER, 0)


def favour(pid: int, *, priority: int) -> bool:
    """Let all threads of a process go before ordinary ones; False where that is not permitted.

    What they start does not inherit it.
    """
    return _schedule(pid, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, priority)


def _schedule(pid: int, policy: int, priority: int) -> bool:
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setscheduler(int(task.name), policy, os.sched_param(priority))
    except PermissionError:
        return False
    return True
