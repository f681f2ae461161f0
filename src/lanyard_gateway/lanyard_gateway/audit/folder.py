"""The folder of the audit log: files that are only ever appended to, each named by its first entry.

    audit-000000000001.jsonl   closed, read-only
    audit-000000041873.jsonl   written to
    heads.jsonl                every signed head that was made (copies go off the machine)

The chain runs through all of the files. One process writes, which a lock on the folder ensures.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lanyard_core.audit.chain import START, ChainBroken, Link, read
from lanyard_core.faults import BadConfiguration

HEADS_FILE = "heads.jsonl"
_NAME = re.compile(r"audit-(\d{12})\.jsonl")
_LOCK = ".lock"
_TAIL_BYTES = 64 * 1024


def files(folder: Path) -> list[Path]:
    """The files of the log, oldest first."""
    found = [path for path in folder.glob("audit-*.jsonl") if _NAME.fullmatch(path.name)]
    return sorted(found, key=first_number)


def file_name(first: int) -> str:
    """The name of the file that begins with entry ``first``."""
    return f"audit-{first:012}.jsonl"


def first_number(path: Path) -> int:
    """The number of the entry that a file begins with, by its name."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise ValueError(f"{path.name} is no file of an audit log")
    return int(match.group(1))


def lines(folder: Path) -> Iterator[bytes]:
    """Every line of the log, oldest first, with its line end."""
    for path in files(folder):
        with path.open("rb") as file:
            yield from file


def newest_lines(folder: Path) -> Iterator[bytes]:
    """Every whole line of the log, newest first, without its line end."""
    for path in reversed(files(folder)):
        with path.open("rb") as file:
            yield from _backwards(file)


def _backwards(file: IO[bytes]) -> Iterator[bytes]:
    position = file.seek(0, os.SEEK_END)
    rest = b""
    while position > 0:
        step = min(_TAIL_BYTES, position)
        position = file.seek(position - step)
        first, *whole = (file.read(step) + rest).split(b"\n")
        rest = first
        yield from (line for line in reversed(whole) if line)
    if rest:
        yield rest


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Be the only one that writes to the folder. Raises BadConfiguration when somebody else is."""
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        lock = (folder / _LOCK).open("w")
    except OSError as error:
        problem = f"audit.folder: {folder} cannot be written to: {error.strerror}"
        raise BadConfiguration([problem]) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            problem = f"audit.folder: {folder} is in use by another gateway; give each its own"
            raise BadConfiguration([problem]) from None
        yield


def mend_end(folder: Path) -> int:
    """Cut off what a crash left of a line at the end of the log; how many bytes that were."""
    for path in files(folder)[-1:]:
        with path.open("rb+") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL_BYTES))
            tail = file.read()
            torn = len(tail) - (tail.rfind(b"\n") + 1)
            if torn:
                file.truncate(size - torn)
            return torn
    return 0


def end_of(folder: Path) -> Link:
    """The chain's end. Raises BadConfiguration when the last entry is not what it was."""
    for line in newest_lines(folder):
        try:
            link, _ = read(line, n=0)
        except ChainBroken as broken:
            problem = (
                f"audit.folder: the last entry in {folder} {broken.reason}; keep the folder for"
                " whoever looks into it, and give the gateway another one"
            )
            raise BadConfiguration([problem]) from broken
        return link
    return START
