"""Finds and removes the files that Fast DDS leaves in /dev/shm when a process is killed.

A segment or port has a lock file that its users hold locked while they live: what is locked is
never touched. Files of strangers are left to them unless they are a minute old and nobody's.
Also removes the wait files of LTTng's tracing library, which every ROS process makes, once nobody
maps them and only if they appeared while we ran.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108
PROC = Path("/proc")
STALE_AFTER_S = 60.0
_LOCK_FILE = re.compile(r"(fastrtps_(?:[0-9a-f]{16}|port\d{1,5}))_[es]l")
_TRACING = re.compile(r"lttng-ust-wait-.*")


def names() -> frozenset[str]:
    """Names of all files in shared memory now."""
    try:
        return frozenset(path.name for path in SHARED_MEMORY.iterdir())
    except OSError:
        return frozenset()


def files_of(pids: Iterable[int]) -> frozenset[str]:
    """Names of the shared-memory files that these processes have mapped or open now."""
    return frozenset(name for pid in pids for name in _mapped_by(pid))


def remove_leftovers(*, ours: frozenset[str]) -> list[str]:
    """Remove Fast DDS files that nobody holds: ``ours``, and old ones. Returns what went."""
    removed: list[str] = []
    for name in sorted(names()):
        match = _LOCK_FILE.fullmatch(name)
        if match and (name in ours or match.group(1) in ours or _is_stale(name)):
            removed += _remove_if_free(name, match.group(1))
    return removed


def remove_tracing_files(*, before: frozenset[str]) -> list[str]:
    """Remove the tracing library's files that were not there ``before`` and that nobody maps."""
    candidates = {name for name in names() - before if _TRACING.fullmatch(name)}
    if not candidates:
        return []
    in_use = files_of(int(path.name) for path in PROC.iterdir() if path.name.isdigit())
    return [name for name in sorted(candidates - in_use) if _unlink(name)]


def _mapped_by(pid: int) -> Iterator[str]:
    start = f"{SHARED_MEMORY}/"
    try:
        for line in (PROC / str(pid) / "maps").read_text().splitlines():
            path = line.split(maxsplit=5)[-1]
            if path.startswith(start):
                yield path.removeprefix(start)
        for link in (PROC / str(pid) / "fd").iterdir():
            target = str(link.readlink())
            if target.startswith(start):
                yield target.removeprefix(start)
    except OSError:  # it has ended, or belongs to somebody else
        return


def _is_stale(name: str) -> bool:
    try:
        return time.time() - (SHARED_MEMORY / name).stat().st_mtime > STALE_AFTER_S
    except OSError:
        return False


def _remove_if_free(lock_name: str, name: str) -> list[str]:
    try:
        descriptor = os.open(SHARED_MEMORY / lock_name, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return []
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The lock is held until its file is gone, so that nobody takes up a half-removed segment.
        return [each for each in (name, f"sem.{name}_mutex", lock_name) if _unlink(each)]
    except OSError:  # in use
        return []
    finally:
        os.close(descriptor)


def _unlink(name: str) -> bool:
    try:
        (SHARED_MEMORY / name).unlink()
    except OSError:
        return False
    return True
