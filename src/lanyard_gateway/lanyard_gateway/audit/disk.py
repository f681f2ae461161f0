"""The file that the audit log writes to: whole lines or nothing, with space kept in reserve.

A disk that fills up would leave half a line, and no room for what was promised a moment ago. So a
line that cannot be written whole is taken back, and a reserve of space is given up then: what is
under way still gets written, while new changes are refused. One thread.
"""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path

from lanyard_gateway.audit.folder import file_name, files

_log = logging.getLogger(__name__)

_RESERVE = ".reserve"
_FILE_MODE = 0o640
_CLOSED_MODE = 0o440


class Disk:
    """The open file of a log's folder, and its reserve."""

    def __init__(self, folder: Path, *, next_number: int, reserve_bytes: int) -> None:
        """Raises OSError when the file cannot be opened."""
        self._folder = folder
        self._reserve_bytes = reserve_bytes
        last = files(folder)[-1:]
        self.path = last[0] if last else folder / file_name(next_number)
        self._file = self._open()
        self.size = os.fstat(self._file).st_size
        self._is_synced = False
        self.has_reserve = self.restore_reserve()

    def write(self, data: bytes) -> None:
        """Append whole lines. Raises OSError; then nothing of them is in the file."""
        try:
            self._append(data)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT) or not self._give_up_reserve():
                raise
            self._append(data)

    def sync(self) -> None:
        """Have the system put what was written onto the disk. Raises OSError."""
        if self._is_synced:  # a disk would be woken all the same
            return
        os.fdatasync(self._file)
        self._is_synced = True

    def rotate(self, *, next_number: int) -> None:
        """Close this file for good, and go on in a new one. Raises OSError."""
        path = self._folder / file_name(next_number)
        before, self.path = self.path, path
        try:
            opened = self._open()
        except OSError:
            self.path = before
            raise
        os.fdatasync(self._file)
        os.close(self._file)
        before.chmod(_CLOSED_MODE)
        self._file, self.size = opened, 0

    def restore_reserve(self) -> bool:
        """Take the reserve (again); whether there is room for it."""
        path = self._folder / _RESERVE
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            self.has_reserve = False
            return False
        try:
            os.posix_fallocate(descriptor, 0, self._reserve_bytes)
            self.has_reserve = True
        except OSError:
            self.has_reserve = False
        finally:
            os.close(descriptor)
        return self.has_reserve

    def close(self) -> None:
        """Close the file; a later ``Disk`` appends to it."""
        os.close(self._file)

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        return os.open(self.path, flags, _FILE_MODE)

    def _append(self, data: bytes) -> None:
        self._is_synced = False
        done = 0
        try:
            while done < len(data):
                done += os.write(self._file, data[done:])
        except OSError:
            if done:
                os.ftruncate(self._file, self.size)
            raise
        self.size += len(data)

    def _give_up_reserve(self) -> bool:
        if not self.has_reserve:
            return False
        self.has_reserve = False
        try:
            os.truncate(self._folder / _RESERVE, 0)
        except OSError:
            return False
        _log.error("the disk of the audit log is full: its reserve is in use")
        return True
