"""A disk that loses its power: what is on it at a point of a recording. Pure.

What was synced is there. Of what was not, any part may be: each sector of each write by itself, and
names (created, renamed, removed) up to some point of their order. So a program that relies on more
than it has synced is found out.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePath

SECTOR = 512
_NAMELESS = " (deleted)"
_NO_FILE = -1  # a folder
_HEAD = struct.Struct("=cHQQI")


@dataclass(frozen=True, slots=True)
class Op:
    """One record; kinds are write, truncate, sync, rename and unlink, by their first letters."""

    kind: str
    path: str
    inode: int
    offset: int
    data: bytes


def read_log(log: bytes) -> Iterator[Op]:
    """The records of a recording, in order."""
    at = 0
    while at < len(log):
        kind, path_length, inode, offset, length = _HEAD.unpack_from(log, at)
        at += _HEAD.size
        path = log[at : at + path_length].decode()
        at += path_length
        yield Op(kind.decode(), path, inode, offset, log[at : at + length])
        at += length


@dataclass(slots=True)
class Disk:
    """Files by number, names of files, and for both what is not synced yet.

    A file's number is ours: the inode of a file that was removed may be another's soon after.
    """

    files: dict[int, bytearray] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    unsynced: dict[int, list[Op]] = field(default_factory=dict)
    unsynced_names: list[Op] = field(default_factory=list)
    _file_of: dict[int, int] = field(default_factory=dict)  # by inode, of files that have a name
    _inode_of: dict[str, int] = field(default_factory=dict)  # by name, as the program sees it
    _count: int = 0

    def take(self, op: Op) -> None:
        """Let one operation happen."""
        if op.path.endswith(_NAMELESS):
            return
        if op.kind in "ru":
            self._rename(op)
        elif op.kind == "s":
            self._sync(replace(op, inode=self._file_of.get(op.inode, _NO_FILE)))
        else:
            if op.inode not in self._file_of:
                self._count += 1
                self._file_of[op.inode] = self._count
                self._inode_of[op.path] = op.inode
                self.unsynced_names.append(Op("c", op.path, self._count, 0, b""))
            number = self._file_of[op.inode]
            self.unsynced.setdefault(number, []).append(replace(op, inode=number))

    def after_power_loss(self, rng: random.Random) -> dict[str, bytes]:
        """What is found when the power is back: contents by path."""
        names = dict(self.names)
        for op in self.unsynced_names[: rng.randint(0, len(self.unsynced_names))]:
            _name(names, op)
        keep = rng.choice((0.0, 0.5, 0.9, 1.0))
        return {path: bytes(self._file(inode, rng, keep)) for path, inode in names.items()}

    def _rename(self, op: Op) -> None:
        self.unsynced_names.append(op)
        inode = self._inode_of.pop(op.path, None)
        if op.kind == "r" and inode is not None:
            gone = self._inode_of.get(op.data.decode())
            self._inode_of[op.data.decode()] = inode
            inode = gone
        if inode is not None:
            self._file_of.pop(inode, None)

    def _sync(self, op: Op) -> None:
        for pending in self.unsynced.pop(op.inode, ()):
            _write(self.files.setdefault(op.inode, bytearray()), pending, pending.data, 0)
        left = []
        for pending in self.unsynced_names:
            # Syncing a folder settles its names; syncing a new file settles that it is there.
            of_folder = str(PurePath(pending.path).parent) == op.path
            if of_folder or (pending.kind == "c" and pending.inode == op.inode):
                _name(self.names, pending)
            else:
                left.append(pending)
        self.unsynced_names = left

    def _file(self, inode: int, rng: random.Random, keep: float) -> bytearray:
        content = bytearray(self.files.get(inode, b""))
        for op in self.unsynced.get(inode, ()):
            if op.kind == "t":
                if rng.random() < keep:
                    _write(content, op, b"", 0)
                continue
            for start in range(0, len(op.data), SECTOR):
                if rng.random() < keep:
                    _write(content, op, op.data[start : start + SECTOR], start)
        return content


def _write(content: bytearray, op: Op, data: bytes, start: int) -> None:
    if op.kind == "t":
        del content[op.offset :]
        content.extend(bytes(op.offset - len(content)))
        return
    at = op.offset + start
    content.extend(bytes(max(0, at - len(content))))
    content[at : at + len(data)] = data


def _name(names: dict[str, int], op: Op) -> None:
    if op.kind == "c":
        names[op.path] = op.inode
    elif op.kind == "u":
        names.pop(op.path, None)
    elif op.path in names:
        names[op.data.decode()] = names.pop(op.path)
