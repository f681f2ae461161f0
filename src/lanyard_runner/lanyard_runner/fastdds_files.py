"""Finds and removes the files that Fast DDS leaves in /dev/shm when a process is killed.

Nothing is touched that a process has mapped or open, or that somebody holds locked (a process in
another container, which we cannot see). Files of strangers are left to them unless they are a
minute old. Also removes the wait files of LTTng's tracing library, which every ROS process makes,
if they appeared while we ran and nobody maps them any more.
"""

from __future__ import annotations

import fcntl
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108
PROC = Path("/proc")
STALE_AFTER_S = 60.0
_FILE = re.compile(r"(?:sem\.)?(fastrtps_(?:[0-9a-f]{16}|port\d{1,5}))(?:_[es]l|_mutex)?")
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
    """Remove Fast DDS files that nobody uses: ``ours``, and old ones. Returns what went."""
    groups: dict[str, set[str]] = {}
    for name in names():
        if match := _FILE.fullmatch(name):
            groups.setdefault(match.group(1), set()).add(name)
    if not groups:
        return []
    in_use = files_of(all_pids())
    return [
        name
        for group in groups.values()
        if not group & in_use and (group & ours or _is_stale(group))
        for name in _remove_if_free(group)
    ]


def remove_tracing_files(*, before: frozenset[str]) -> list[str]:
    """Remove the tracing library's files that were not there ``before`` and that nobody maps."""
    candidates = {name for name in names() - before if _TRACING.fullmatch(name)}
    if not candidates:
        return []
    return [name for name in sorted(candidates - files_of(all_pids())) if _unlink(name)]


def all_pids() -> list[int]:
    """Every process that there is now."""
    return [int(path.name) for path in PROC.iterdir() if path.name.isdigit()]


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


def _is_stale(group: set[str]) -> bool:
    """True when the files are old and complete: one without its lock file may be in use unseen."""
    try:
        newest = max((SHARED_MEMORY / name).stat().st_mtime for name in group)
    except OSError:
        return False
    has_lock = any(name.endswith(("_el", "_sl")) for name in group)
    return has_lock and time.time() - newest > STALE_AFTER_S


def _remove_if_free(group: set[str]) -> list[str]:
    """Remove a segment or port with all its files, unless its lock is held."""
    with ExitStack() as locks:
        for name in group:
            if name.endswith(("_el", "_sl")):
                try:
                    file = locks.enter_context((SHARED_MEMORY / name).open())
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    return []
        # The locks are held until all is gone, so that nobody takes up a half-removed segment.
        return [name for name in sorted(group) if _unlink(name)]


def _unlink(name: str) -> bool:
    try:
        (SHARED_MEMORY / name).unlink()
    except OSError:
        return False
    return True
