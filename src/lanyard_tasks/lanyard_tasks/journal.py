"""The journal: which goals a robot has had and how they ended, across restarts of the task server.

One file of JSON lines, appended to and synced: a goal is on disk before it is begun, and its end
before anybody is told. So a goal that is sent again is carried out once, whatever happened between:
one that ended is told as it ended, one that was under way as interrupted. The executor's thread
only; a write takes as long as the disk needs, and happens while the robot is at rest.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lanyard_core.faults import BadConfiguration
from lanyard_core.task.error_codes import ErrorCode
from lanyard_tasks.report import Ended, Outcome

MOST_GOALS = 20_000
"""Goals that are remembered; the oldest are forgotten."""

_INTERRUPTED = Ended(
    Outcome.ABORTED,
    error=ErrorCode.INTERRUPTED,
    message="the task server was ended while this task ran; how far it came is not known",
)


class Journal:
    """The goals of one robot. Raises BadConfiguration when its file cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines = 0
        self._is_torn = False  # a write failed; what it left behind must not be written on
        self._goals: dict[str, Ended | None] = {}  # None: begun, and no end was written
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(path.with_suffix(".lock"))
            for line in path.read_bytes().splitlines() if path.exists() else ():
                self._remember(line)
            self._file = self._rewritten()
        except OSError as error:
            raise BadConfiguration([f"journal {path}: {error.strerror or error}"]) from error

    def __contains__(self, goal: str) -> bool:
        return goal in self._goals

    def end_of(self, goal: str) -> Ended:
        """How a goal ended that is known; one of a run before this one may have been interrupted.

        Raises KeyError for a goal that this robot never had, as far as the journal goes back.
        """
        return self._goals[goal] or _INTERRUPTED

    def begins(self, goal: str) -> None:
        """Write that a goal is about to be begun; raises OSError when that is not on disk."""
        self._append({"goal": goal})
        self._goals[goal] = None

    def ends(self, goal: str, ended: Ended) -> None:
        """Write how a goal ended; raises OSError when that is not on disk."""
        self._goals[goal] = ended
        self._append({"goal": goal, "ended": _plain(ended)})
        if self._lines > 4 * MOST_GOALS:
            self._rewrite()

    def close(self) -> None:
        """Let another run of the task server have the file."""
        self._file.close()
        self._lock.close()

    def _append(self, record: dict[str, object]) -> None:
        if self._is_torn:
            self._rewrite()
        self._is_torn = True  # unless all of it reaches the disk
        line = _line(record)
        if self._file.write(line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fdatasync(self._file.fileno())
        self._is_torn = False
        self._lines += 1

    def _rewrite(self) -> None:
        fresh = self._rewritten()
        self._file.close()
        self._file, self._is_torn = fresh, False

    def _remember(self, line: bytes) -> None:
        try:
            record = json.loads(line)
            ended = record.get("ended")
            self._goals.pop(record["goal"], None)  # to the end of the order
            self._goals[record["goal"]] = None if ended is None else _ended(ended)
        except (ValueError, KeyError, TypeError, AttributeError):
            return  # a line that a crash cut short; what it was about was not begun, or not told

    def _rewritten(self) -> Any:
        """The file with one or two lines for each goal that is remembered, open for appending."""
        for goal in list(self._goals)[:-MOST_GOALS]:
            del self._goals[goal]
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.writelines(_lines_of(self._goals.items()))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._lines = len(self._goals)
        return self._path.open("ab", buffering=0)


def _locked(path: Path) -> Any:
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise BadConfiguration(
            [f"journal {path.with_suffix('')}: in use by another task server; give each robot its"
             " own namespace, or journal_folder"]
        ) from None  # fmt: skip
    return file


def _lines_of(goals: Iterable[tuple[str, Ended | None]]) -> Iterable[bytes]:
    for goal, ended in goals:
        yield _line({"goal": goal} | ({} if ended is None else {"ended": _plain(ended)}))


def _line(record: dict[str, object]) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def _plain(ended: Ended) -> dict[str, object]:
    plain = asdict(ended) | {"outcome": ended.outcome.value, "error": int(ended.error)}
    del plain["trace"]
    return plain


def _ended(plain: dict[str, Any]) -> Ended:
    return Ended(
        **plain | {"outcome": Outcome(plain["outcome"]), "error": ErrorCode(plain["error"])}
    )
