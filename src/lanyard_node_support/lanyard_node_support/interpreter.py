"""Two habits of the interpreter that hold up a thread, and how to take them away.

The garbage collector stops all threads, for as long as the objects it looks at are many: what
exists once a process has started is many, and lives as long as the process, so it is looked at no
more. And a thread that wants to run waits for one that computes, by default for 5 ms.

Nothing but the standard library. Call in any thread, once everything of the process is made.
"""

from __future__ import annotations

import gc
import sys

SWITCH_INTERVAL_S = 50e-6
YOUNG_OBJECTS = 7_000


def exempt_from_garbage_collection() -> None:
    """Collect now, and never again look at what exists by then. The collector stays on.

    It looks at new objects when ``YOUNG_OBJECTS`` have come, and not at every 700.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])


def shorten_switch_interval() -> str:
    """Let a waiting thread have its turn after 50 us; what was set, in words."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    return f"{SWITCH_INTERVAL_S * 1e6:.0f} us"
