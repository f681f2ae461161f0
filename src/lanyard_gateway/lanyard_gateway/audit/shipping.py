"""Sends signed heads off the machine, so that whoever owns it cannot rewrite the past unseen.

Targets are written as ``file:/mnt/worm/heads.jsonl``, ``syslog:10.0.0.5:514`` (UDP, RFC 5424; with
``syslog+tcp:`` over TCP) and ``s3:bucket/prefix`` (Object Lock). Each has a thread of its own: one
that cannot be reached is tried again, after 1, 2, 4, ... up to 60 seconds, and holds up no other.
"""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import queue
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from lanyard_core.audit.heads import Head
from lanyard_core.faults import BadConfiguration

_log = logging.getLogger(__name__)

MAX_WAITING = 1_000
_LONGEST_WAIT_S = 60.0
_FAREWELL_S = 5.0
_SYSLOG_PORT = 514


class Target(Protocol):
    """One place to which heads go."""

    name: str

    def send(self, head: Head) -> None:
        """Send a head. Raises OSError when it may not have arrived."""


class FileTarget:
    """A file on another disk, such as a write-once mount. Appended to, one head per line."""

    def __init__(self, path: Path) -> None:
        self.name = f"file:{path}"
        self._path = path

    def send(self, head: Head) -> None:
        """Append a head."""
        with self._path.open("a", encoding="ascii") as file:
            file.write(head.line() + "\n")


class SyslogTarget:
    """A syslog server; each head is one message of facility ``audit`` (13)."""

    _FACILITY = 13

    def __init__(self, host: str, port: int, *, tcp: bool) -> None:
        self.name = f"syslog{'+tcp' if tcp else ''}:{host}:{port}"
        self._address = (host, port)
        self._kind = socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM

    def send(self, head: Head) -> None:
        """Send a head; over UDP nobody says whether it arrived."""
        handler = _SysLogHandler(
            self._address, facility=self._FACILITY, socktype=socket.SocketKind(self._kind)
        )
        handler.append_nul = False
        text = f"1 {head.ts} {socket.gethostname()} lanyard - audit-head - {head.line()}\n"
        record = logging.LogRecord("lanyard", logging.INFO, "", 0, text, None, None)
        try:
            handler.emit(record)
        finally:
            handler.close()


class _SysLogHandler(logging.handlers.SysLogHandler):
    """Tells when a message could not be sent, instead of printing that."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802  logging's name
        """Called while the error is being handled."""
        raise


def target_of(text: str) -> Target:
    """The target that ``text`` names. Raises BadConfiguration."""
    kind, _, place = text.partition(":")
    if kind == "file" and place.startswith("/"):
        return FileTarget(Path(place))
    if kind in ("syslog", "syslog+tcp") and place:
        host, _, port = place.rpartition(":")
        if not host:
            host, port = port, str(_SYSLOG_PORT)
        if port.isdigit():
            return SyslogTarget(host, int(port), tcp=kind.endswith("tcp"))
    if kind == "s3" and place:
        from lanyard_gateway.audit.s3 import S3Target  # only who uses it needs its library

        bucket, _, prefix = place.partition("/")
        return S3Target(bucket, prefix)
    raise BadConfiguration(
        [
            f"audit.head_targets: {text!r} is none; write file:/path, syslog:host:port,"
            " syslog+tcp:host:port or s3:bucket/prefix"
        ]
    )


class Shipper:
    """Sends heads to targets, from a thread of its own."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self._lines = [_Line(target) for target in targets]

    def start(self) -> None:
        """Begin to send."""
        for line in self._lines:
            line.start()

    def ship(self, head: Head) -> None:
        """Send a head as soon as it can be; of too many that wait, the oldest are dropped."""
        for line in self._lines:
            line.put(head)

    @property
    def trouble(self) -> str:
        """Which targets cannot be reached, for an operator; empty when all can."""
        return "; ".join(line.trouble for line in self._lines if line.trouble)

    def close(self) -> None:
        """Try to send what waits, for some seconds, and end."""
        for line in self._lines:
            line.end()
        for line in self._lines:
            line.join(_FAREWELL_S)


class _Line(threading.Thread):
    """The way to one target."""

    def __init__(self, target: Target) -> None:
        super().__init__(name=f"audit heads to {target.name}", daemon=True)
        self.trouble = ""
        self._target = target
        self._waiting: queue.Queue[Head | None] = queue.Queue(maxsize=MAX_WAITING)
        self._ending = threading.Event()

    def put(self, head: Head | None) -> None:
        while True:
            try:
                self._waiting.put_nowait(head)
                return
            except queue.Full:
                self._drop_one()

    def _drop_one(self) -> None:
        with contextlib.suppress(queue.Empty):
            self._waiting.get_nowait()

    def end(self) -> None:
        self._ending.set()
        self.put(None)

    def run(self) -> None:
        while (head := self._waiting.get()) is not None:
            self._send(lambda head=head: self._target.send(head))  # type: ignore[misc]

    def _send(self, send: Callable[[], None]) -> None:
        wait_s = 1.0
        while True:
            try:
                send()
            except Exception as error:  # noqa: BLE001  a target is another's code and network
                if not self.trouble:
                    _log.error("no heads of the audit log reach %s: %s", self._target.name, error)
                self.trouble = f"{self._target.name}: {error}"
            else:
                if self.trouble:
                    _log.warning("heads of the audit log reach %s again", self._target.name)
                self.trouble = ""
                return
            if self._ending.wait(wait_s):
                return
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
