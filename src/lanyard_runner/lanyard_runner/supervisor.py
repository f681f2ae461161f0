"""Starts processes, relays what they print, notices who ends, and stops them in order.

One thread, no helper processes: a pid here is the node's own. Every process gets a session of its
own, so that Ctrl-C in the terminal reaches the supervisor alone; and a request to end from the
kernel should the supervisor be killed, so that none is left behind.
"""

from __future__ import annotations

import ctypes
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping

from lanyard_runner.command import Command
from lanyard_runner.output import LinePrinter
from lanyard_runner.stop_order import Ending, StopOrder

READ_BYTES = 65536
LONGEST_LINE_BYTES = 16384
POLL_S = 0.05
PR_SET_PDEATHSIG = 1

_SIGNALS = {Ending.REQUEST: signal.SIGTERM, Ending.KILL: signal.SIGKILL}
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int) -> Callable[[], None]:
    """What a child does before it becomes the node: ask for SIGTERM when ``parent`` is gone."""

    def ask() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it went while we were being started
            os.kill(os.getpid(), signal.SIGTERM)

    return ask


class Supervisor:
    """Runs commands side by side. Use from the main thread; always end with ``stop``."""

    def __init__(self, printer: LinePrinter) -> None:
        self._printer = printer
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._selector = selectors.DefaultSelector()
        self._partial: dict[str, bytes] = {}

    def start(self, command: Command) -> None:
        """Start one process; what it prints appears with ``pump``."""
        self._printer.add(command.name)
        process = subprocess.Popen(  # noqa: S603 (the launch file says what to run)
            command.arguments,
            env=dict(command.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(os.getpid()),
        )
        self._processes[command.name] = process
        self._partial[command.name] = b""
        assert process.stdout is not None  # noqa: S101 (stdout=PIPE)
        os.set_blocking(process.stdout.fileno(), False)
        self._selector.register(process.stdout, selectors.EVENT_READ, command.name)

    def pids(self) -> Mapping[str, int]:
        """The pid of every process started, by name."""
        return {name: process.pid for name, process in self._processes.items()}

    def running(self) -> frozenset[str]:
        """Names of the processes that have not ended."""
        return frozenset(n for n, process in self._processes.items() if process.poll() is None)

    def ended(self) -> Mapping[str, int]:
        """Exit codes by name, of those that have ended (negative: the signal that ended it)."""
        codes = {name: process.poll() for name, process in self._processes.items()}
        return {name: code for name, code in codes.items() if code is not None}

    def pump(self, timeout_s: float = POLL_S) -> None:
        """Relay what has been printed, waiting for it no longer than ``timeout_s``."""
        if not self._selector.get_map():
            time.sleep(timeout_s)
            return
        for key, _events in self._selector.select(timeout_s):
            try:
                data = os.read(key.fd, READ_BYTES)
            except BlockingIOError:
                continue
            if not data:
                self._selector.unregister(key.fileobj)
                data = b"\n" if self._partial[key.data] else b""
            self._relay(key.data, data)

    def _relay(self, name: str, data: bytes) -> None:
        *lines, rest = (self._partial[name] + data).split(b"\n")
        if len(rest) > LONGEST_LINE_BYTES:
            lines, rest = [*lines, rest], b""
        self._partial[name] = rest
        for line in lines:
            self._printer.line(name, line.decode("utf-8", "replace").rstrip("\r"))

    def stop(self, order: StopOrder) -> None:
        """Stop everything in ``order`` and wait for it. Returns when no process is left.

        Nothing can be started afterwards; a second call does nothing.
        """
        while running := self.running():
            for name, ending in order.step(now=time.monotonic(), running=running):
                self._processes[name].send_signal(_SIGNALS[ending])
                if ending is Ending.KILL:
                    self._printer.plain(f"demo: {name} did not end when asked: killed")
            self.pump()
        while self._selector.get_map() and self._selector.select(0):  # their last words
            self.pump(0)
        for process in self._processes.values():
            if process.stdout is not None:
                process.stdout.close()
        self._selector.close()
