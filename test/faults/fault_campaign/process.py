"""One process of the campaign: started, killed, paused, continued, started again."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from lanyard_runner.supervisor import die_with_parent

END_WITHIN_S = 10.0


class Process:
    """A command that may run several times, one run at a time.

    Its output goes to ``log`` (with .log); when it ``talks``, its standard input and output are
    pipes, and only its errors go there.
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        *,
        talks: bool = False,
    ) -> None:
        self.name = name
        self._log = log.with_suffix(".log")
        self._arguments = list(arguments)
        self._environment = dict(environment)
        self._talks = talks
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; the one before must have ended."""
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                self._arguments,
                env=self._environment,
                stdin=subprocess.PIPE if self._talks else subprocess.DEVNULL,
                stdout=subprocess.PIPE if self._talks else log,
                stderr=log,
                preexec_fn=die_with_parent(os.getpid()),
            )

    @property
    def child(self) -> subprocess.Popen[bytes]:
        """The run that was started last."""
        assert self._child is not None, f"{self.name} was not started"
        return self._child

    @property
    def pid(self) -> int:
        return self.child.pid

    @property
    def output(self) -> IO[bytes]:
        """What it says, when it ``talks``."""
        assert self.child.stdout is not None
        return self.child.stdout

    @property
    def runs(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; returns at once."""
        self.child.send_signal(number)

    def end(self) -> None:
        """End it as an operator would, or as a crash would when it does not end."""
        if not self.runs:
            return
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            self.reap()
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.reap()

    def reap(self) -> None:
        """Wait until it has ended. Its output is closed by whoever reads it."""
        self.child.wait(END_WITHIN_S)
        if self.child.stdin is not None:
            with suppress(BrokenPipeError):
                self.child.stdin.close()

    def last_words(self) -> str:
        """The end of its log."""
        return self._log.read_text("utf-8", "replace")[-2000:]
