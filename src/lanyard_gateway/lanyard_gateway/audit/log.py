"""The audit log: takes records from the event loop, and writes them from a thread of its own.

``append`` never waits and never raises. Whether the log can be relied on is ``is_healthy``: who is
about to change something asks that first, and refuses when it is not. What could not be taken
in is counted, and the count is an entry of the log itself as soon as it can be written (``gap``).
A robot's safety never depends on this log.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from lanyard_core.audit.chain import Link, append
from lanyard_core.audit.heads import Head
from lanyard_core.moments import rfc3339
from lanyard_gateway.audit import folder as folders
from lanyard_gateway.audit.disk import Disk
from lanyard_gateway.audit.signing import Signer

_log = logging.getLogger(__name__)

Record = Mapping[str, object]
Ship = Callable[[Head], None]
"""Takes a signed head for sending off the machine; returns at once."""


@dataclass(frozen=True, slots=True)
class LogSettings:
    """Times in seconds, sizes in bytes; the meaning of each is in ``parameters.yaml``."""

    folder: Path
    max_file_bytes: int = 64 * 1024 * 1024
    max_file_age_s: float = 86_400.0
    keep_files: int = 366
    head_every_s: float = 60.0
    head_every_entries: int = 1_000
    reserve_bytes: int = 1024 * 1024
    queue_size: int = 10_000
    write_every_s: float = 0.05
    sync_every_s: float = 1.0


class AuditLog:
    """The log of one process. ``start`` raises BadConfiguration when the folder is of no use."""

    def __init__(self, settings: LogSettings, signer: Signer, *, ship: Ship) -> None:
        self._settings = settings
        self._signer = signer
        self._ship = ship
        self._queue: deque[Record] = deque(maxlen=settings.queue_size)
        self._lost = 0
        self._failing = ""
        self._stopping = threading.Event()
        self._held = ExitStack()
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
        self._link = Link()
        self._head_n = 0
        self._head_at_s = self._synced_at_s = self._opened_at_s = 0.0

    @property
    def is_healthy(self) -> bool:
        """Whether what happens now will be in the log."""
        room = len(self._queue) < self._settings.queue_size * 4 // 5
        return not self._failing and room and self._thread.is_alive()

    @property
    def trouble(self) -> str:
        """What is wrong, for an operator; empty when nothing is."""
        if self._failing or self.is_healthy:
            return self._failing
        return "records come in faster than they are written"

    @property
    def last_number(self) -> int:
        """The number of the last entry that was written."""
        return self._link.n

    def start(self) -> None:
        """Open the folder and begin to write."""
        self._held.enter_context(folders.locked(self._settings.folder))
        torn = folders.mend_end(self._settings.folder)
        self._link = folders.end_of(self._settings.folder)
        self._head_n = self._link.n
        self._disk = Disk(
            self._settings.folder,
            next_number=self._link.n + 1,
            reserve_bytes=self._settings.reserve_bytes,
        )
        self._failing = "" if self._disk.has_reserve else "there is no room on its disk"
        now = time.monotonic()
        self._head_at_s = self._synced_at_s = self._opened_at_s = now
        if torn:
            self.append({"event": "audit.recovered", "torn_bytes": torn})
        self.append({"event": "audit.start", "signing_key": self._signer.key_id})
        self._thread.start()

    def append(self, record: Record) -> None:
        """Take a record in. Its time is now. Any thread."""
        if len(self._queue) >= self._settings.queue_size:
            self._lost += 1
            return
        self._queue.append({"ts": rfc3339(time.time()), **record})

    def close(self) -> None:
        """Write what is left, seal it with a head, and end."""
        if not self._thread.is_alive():
            return
        self.append({"event": "audit.stop"})
        self._stopping.set()
        self._thread.join(timeout=10.0)
        self._disk.close()
        self._held.close()

    def _run(self) -> None:
        try:
            while not self._stopping.wait(self._settings.write_every_s):
                self._turn()
            self._turn()
            self._seal(time.monotonic(), at_once=True)
        except Exception:  # noqa: BLE001  the thread's top level: without it nothing is healthy
            _log.critical("the audit log has ended; restart the gateway", exc_info=True)

    def _turn(self) -> None:
        """Write what has come; what cannot be written stays for the next turn."""
        now = time.monotonic()
        try:
            self._write_waiting()
            if now - self._synced_at_s >= self._settings.sync_every_s:
                self._synced_at_s = now
                self._disk.sync()
                self._mend()
            self._rotate(now)
        except OSError as error:
            self._fails(f"it cannot be written: {error.strerror}")
        self._seal(now)

    def _write_waiting(self) -> None:
        while self._queue:
            count = min(len(self._queue), 256)
            link, written = self._link, []
            for record in [self._queue[index] for index in range(count)]:
                line, link = append(link, record)
                written.append(line)
            self._disk.write(b"".join(written))
            self._link = link
            for _ in range(count):
                self._queue.popleft()
            if not self._disk.has_reserve:
                self._fails("its disk is full")
        if self._lost and not self._failing:
            lost, self._lost = self._lost, 0
            self.append({"event": "audit.gap", "lost": lost})

    def _mend(self) -> None:
        """After trouble: healthy again once there is a reserve."""
        if self._failing and (self._disk.has_reserve or self._disk.restore_reserve()):
            _log.warning("the audit log is written again")
            self._failing = ""

    def _fails(self, why: str) -> None:
        if not self._failing:
            _log.error("the audit log: %s; changes are refused until it can, stops are not", why)
        self._failing = why

    def _rotate(self, now: float) -> None:
        settings = self._settings
        is_old = now - self._opened_at_s >= settings.max_file_age_s
        if not self._disk.size or not (is_old or self._disk.size >= settings.max_file_bytes):
            return
        self._seal(now, at_once=True)
        self._disk.rotate(next_number=self._link.n + 1)
        self._opened_at_s = now
        for path in folders.files(settings.folder)[: -settings.keep_files]:
            path.unlink()

    def _seal(self, now: float, *, at_once: bool = False) -> None:
        """Sign the chain's end when it is time to, keep the head, and send it off."""
        settings = self._settings
        new = self._link.n - self._head_n
        due = new >= settings.head_every_entries or now - self._head_at_s >= settings.head_every_s
        if not new or not (due or at_once):
            return
        self._head_n, self._head_at_s = self._link.n, now
        head = self._signer.sign(self._link, ts=rfc3339(time.time()))
        try:
            with (settings.folder / folders.HEADS_FILE).open("a", encoding="ascii") as file:
                file.write(head.line() + "\n")
        except OSError as error:
            self._fails(f"its heads cannot be kept: {error.strerror}")
        self._ship(head)
