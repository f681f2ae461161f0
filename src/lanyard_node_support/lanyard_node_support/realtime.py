"""Makes a process keep time, as far as the machine lets it, and says plainly how far that is.

Four things hold up a thread of Python: the scheduler, a page that is not in memory, the garbage
collector, and another thread that does not let go of the interpreter. Each setting here takes one
of them away. None is needed for safety: a loop that is late is noticed and stops the robot.

All threads of a process get real-time priority, not only the one that matters: a thread of normal
priority that loses its processor while it holds the interpreter would make the others wait for it.
A process with a control loop calls ``prepare_process`` and ``prepare_loop``; one that only has to
pass things on in time, ``prepare_carrier``.

Nothing here needs ROS, so that ``examine`` can be asked where there is none. Nothing here raises:
what cannot be had is an answer.
"""

from __future__ import annotations

import ctypes
import gc
import os
import pathlib
import resource
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from lanyard_node_support.interpreter import (
    exempt_from_garbage_collection,
    shorten_switch_interval,
)

_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4
_CAP_IPC_LOCK, _CAP_SYS_NICE = 14, 23
# The loop goes before the other threads of its process.
_OTHER_THREADS_BELOW = 10

ALLOW_SCHEDULING = (
    "add 'rtprio 95' for this user to a file in /etc/security/limits.d, set LimitRTPRIO=95 in the"
    " systemd unit, or give the container the capability SYS_NICE"
)
ALLOW_LOCKING = (
    "add 'memlock unlimited' for this user to a file in /etc/security/limits.d, set"
    " LimitMEMLOCK=infinity in the systemd unit, or give the container the capability IPC_LOCK"
)


class Verdict(Enum):
    """What became of a setting."""

    APPLIED = "applied"
    REFUSED = "refused"
    NOT_WANTED = "not wanted"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: what it is now, or why it is refused and what would allow it."""

    name: str
    verdict: Verdict
    detail: str

    def __str__(self) -> str:
        return f"{self.verdict.value}: {self.detail}"


@dataclass(frozen=True, slots=True)
class RealtimeSettings:
    """What is wanted: SCHED_FIFO at ``priority`` for the loop, which runs on ``cpus`` (any: ())."""

    wanted: bool
    priority: int
    cpus: tuple[int, ...]
    lock_memory: bool


def prepare_process(settings: RealtimeSettings) -> list[Setting]:
    """Settings of the whole process; call once its threads exist, before the loop starts."""
    return [
        _attempt(
            "thread_scheduling", lambda: _schedule_threads(settings, below=_OTHER_THREADS_BELOW)
        ),
        _attempt("memory", lambda: _lock_memory(settings)),
        _attempt("garbage_collector", _freeze_garbage),
        _attempt("switch_interval", shorten_switch_interval),
    ]


def prepare_carrier(settings: RealtimeSettings) -> list[Setting]:
    """Settings of a process without a loop, whose threads are alike; call once they exist.

    Its garbage collector stays on, because such a process makes garbage by the request.
    """
    return [
        _attempt("thread_scheduling", lambda: _schedule_threads(settings, below=0)),
        _attempt("garbage_collector", _exempt_what_exists),
        _attempt("switch_interval", shorten_switch_interval),
    ]


def prepare_loop(settings: RealtimeSettings) -> list[Setting]:
    """Settings of the loop's thread; call in that thread."""
    return [
        _attempt("loop_scheduling", lambda: _schedule_loop(settings)),
        _attempt("loop_affinity", lambda: _pin(settings.cpus)),
    ]


def examine(settings: RealtimeSettings) -> list[Setting]:
    """What this machine would allow a process of this user; leaves the calling one as it is."""
    found: list[Setting] = []
    # Scheduling and affinity are tried for real, by a thread that ends with them.
    thread = threading.Thread(target=lambda: found.extend(prepare_loop(settings)))
    thread.start()
    thread.join()
    return [*found, _attempt("memory", lambda: _may_lock_memory(settings))]


def collect_garbage() -> None:
    """Collect all garbage there is; to be called now and then, outside the loop's thread.

    With the collector off, cycles would pile up for ever. What existed at start was frozen and is
    not looked at, so a whole collection sees some hundred objects and takes tens of microseconds.
    """
    gc.collect()


class _RefusedError(Exception):
    """A setting that the machine does not allow; the text says why, and what would help."""


class _NotWantedError(Exception):
    """A setting that is switched off."""


def _attempt(name: str, apply: Callable[[], str]) -> Setting:
    try:
        return Setting(name, Verdict.APPLIED, apply())
    except _NotWantedError as reason:
        return Setting(name, Verdict.NOT_WANTED, str(reason))
    except _RefusedError as reason:
        return Setting(name, Verdict.REFUSED, str(reason))
    except OSError as error:
        return Setting(name, Verdict.REFUSED, error.strerror or str(error))


def _schedule_loop(settings: RealtimeSettings) -> str:
    priority = _allowed_priority(settings)
    _set_fifo(0, priority)
    return f"SCHED_FIFO {priority}" + _lowered(priority, settings.priority)


def _schedule_threads(settings: RealtimeSettings, *, below: int) -> str:
    allowed = _allowed_priority(settings)
    priority = max(1, allowed - below)
    threads = [int(task.name) for task in pathlib.Path("/proc/self/task").iterdir()]
    for thread in threads:
        _set_fifo(thread, priority)
    return f"SCHED_FIFO {priority}, {len(threads)} threads" + _lowered(allowed, settings.priority)


def _lowered(priority: int, wanted: int) -> str:
    return "" if priority == wanted else f" (the user's limit of rtprio is {priority})"


def _allowed_priority(settings: RealtimeSettings) -> int:
    """The wanted priority, or the highest below it that the user may have."""
    if not settings.wanted:
        raise _NotWantedError("normal priority, as configured")
    if _has_capability(_CAP_SYS_NICE):
        return settings.priority
    limit, _ = resource.getrlimit(resource.RLIMIT_RTPRIO)
    if limit == 0:
        raise _RefusedError(f"SCHED_FIFO is not permitted to this user: {ALLOW_SCHEDULING}")
    unlimited = limit == resource.RLIM_INFINITY
    return settings.priority if unlimited else min(settings.priority, limit)


def _set_fifo(thread: int, priority: int) -> None:
    try:
        os.sched_setscheduler(thread, os.SCHED_FIFO, os.sched_param(priority))
    except ProcessLookupError:
        return  # a thread that has ended meanwhile
    except PermissionError:
        raise _RefusedError(
            "SCHED_FIFO is not permitted although the user has the right: a control group without"
            " real-time time (cpu.rt_runtime_us), or a seccomp filter, forbids it"
        ) from None


def _lock_memory(settings: RealtimeSettings) -> str:
    promise = _may_lock_memory(settings)
    library = ctypes.CDLL(None, use_errno=True)
    if library.mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return promise


def _may_lock_memory(settings: RealtimeSettings) -> str:
    if not settings.lock_memory:
        raise _NotWantedError("not locked, as configured")
    limit, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if limit != resource.RLIM_INFINITY and not _has_capability(_CAP_IPC_LOCK):
        # A lock with a limit would let a later allocation fail, which is worse than a page fault.
        raise _RefusedError(f"the limit of locked memory is {limit // 1024} KiB: {ALLOW_LOCKING}")
    return "every page stays in memory once it was touched"


def _freeze_garbage() -> str:
    exempt_from_garbage_collection()
    gc.disable()
    return "frozen and off; collected once a second outside the loop"


def _exempt_what_exists() -> str:
    exempt_from_garbage_collection()
    return "on; what exists after the start is not looked at"


def _pin(cpus: tuple[int, ...]) -> str:
    if not cpus:
        raise _NotWantedError("any processor, as configured")
    there = os.sched_getaffinity(0)
    if not set(cpus) <= there:
        raise _RefusedError(f"wanted are processors {_listed(cpus)}, there are {_listed(there)}")
    os.sched_setaffinity(0, cpus)
    return f"processors {_listed(cpus)}"


def _listed(cpus: tuple[int, ...] | set[int]) -> str:
    return ", ".join(str(cpu) for cpu in sorted(cpus))


def _has_capability(number: int) -> bool:
    for line in pathlib.Path("/proc/self/status").read_bytes().splitlines():
        if line.startswith(b"CapEff:"):
            return bool(int(line.split()[1], 16) >> number & 1)
    return False
