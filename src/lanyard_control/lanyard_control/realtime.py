"""Makes the process keep time, as far as the machine lets it, and says plainly how far that was.

Four things hold up a thread of Python: the scheduler, a page that is not in memory, the garbage
collector, and another thread that does not let go of the interpreter. Each setting here takes one
of them away. None is needed for safety: a loop that is late is noticed and stops the robot.

All threads of the process get real-time priority, not only the loop's: a thread of normal
priority that loses its processor while it holds the interpreter would make the loop wait for it.
"""

from __future__ import annotations

import ctypes
import gc
import os
import pathlib
import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass

_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4
# The loop goes before the other threads of its process.
_OTHER_THREADS_BELOW = 10
_SWITCH_INTERVAL_S = 50e-6


@dataclass(frozen=True, slots=True)
class RealtimeSettings:
    """What is wanted. Priority 0 and processor -1 leave things as they are."""

    realtime_priority: int
    loop_cpu: int
    lock_memory: bool


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one setting; ``detail`` says what it is now, or what would allow it."""

    name: str
    done: bool
    detail: str


def prepare_process(settings: RealtimeSettings) -> list[Applied]:
    """Settings of the whole process; call once its threads exist, before the loop starts."""
    return [
        _attempt("scheduling_process", lambda: _schedule_threads(settings.realtime_priority)),
        _attempt("memory", lambda: _lock_memory(wanted=settings.lock_memory)),
        _attempt("garbage_collector", _freeze_garbage),
        _attempt("switch_interval", _shorten_switch_interval),
    ]


def prepare_loop(settings: RealtimeSettings) -> list[Applied]:
    """Settings of the loop's thread; call in that thread."""
    return [
        _attempt("scheduling_loop", lambda: _schedule_loop(settings.realtime_priority)),
        _attempt("affinity", lambda: _pin(settings.loop_cpu)),
    ]


def collect_garbage() -> None:
    """Collect what is young; the rest was frozen at start, so this takes microseconds."""
    gc.collect(1)


class _NotDoneError(Exception):
    """A setting that was not applied, and why."""


def _attempt(name: str, apply: Callable[[], str]) -> Applied:
    try:
        return Applied(name, done=True, detail=apply())
    except _NotDoneError as reason:
        return Applied(name, done=False, detail=str(reason))
    except PermissionError:
        return Applied(name, done=False, detail=_HOW_TO_ALLOW)
    except OSError as error:
        return Applied(name, done=False, detail=f"refused: {error.strerror or error}")


_HOW_TO_ALLOW = (
    "not permitted: give the user rtprio and memlock in /etc/security/limits.d,"
    " or the container the capabilities SYS_NICE and IPC_LOCK"
)


def _schedule_threads(priority: int) -> str:
    if priority == 0:
        raise _NotDoneError("normal priority, as configured")
    below = max(1, priority - _OTHER_THREADS_BELOW)
    threads = [int(task.name) for task in pathlib.Path("/proc/self/task").iterdir()]
    for thread in threads:
        os.sched_setscheduler(thread, os.SCHED_FIFO, os.sched_param(below))
    return f"SCHED_FIFO {below}, {len(threads)} threads"


def _schedule_loop(priority: int) -> str:
    if priority == 0:
        raise _NotDoneError("normal priority, as configured")
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
    return f"SCHED_FIFO {priority}"


def _lock_memory(*, wanted: bool) -> str:
    if not wanted:
        raise _NotDoneError("not locked, as configured")
    allowed, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if os.geteuid() != 0 and allowed != resource.RLIM_INFINITY:
        # A lock with a limit would let a later allocation fail, which is worse than a page fault.
        raise _NotDoneError(f"the limit of locked memory is {allowed} bytes: {_HOW_TO_ALLOW}")
    library = ctypes.CDLL(None, use_errno=True)
    if library.mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return "locked as it is touched"


def _freeze_garbage() -> str:
    gc.collect()
    gc.freeze()
    gc.disable()
    return "frozen; the young are collected once a second, outside the loop"


def _shorten_switch_interval() -> str:
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    return f"{_SWITCH_INTERVAL_S * 1e6:.0f} us"


def _pin(cpu: int) -> str:
    if cpu < 0:
        raise _NotDoneError("any processor, as configured")
    os.sched_setaffinity(0, {cpu})
    return f"processor {cpu}"
