"""Children of a measurement, and what a process uses."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from demo import Running

_HERE = Path(__file__).parent
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_OTHER_PRIORITY = 30  # the gateway has 20, a control node 80
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used until a moment: processor time in s, memory in bytes."""

    processor_s: float
    memory_bytes: int

    @staticmethod
    def of(pid: int) -> Usage:
        """The usage of a process now."""
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        ticks = int(fields[11]) + int(fields[12])
        return Usage(ticks / _TICKS_PER_S, pages * _PAGE_BYTES)


def stand_for_another_computer() -> None:
    """Have this process wait for nothing that is measured, where that is allowed.

    In the field clients and robots have computers of their own; here they share two processors with
    the gateway, which goes before ordinary programs.
    """
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_OTHER_PRIORITY))


@dataclass(frozen=True, slots=True)
class Readers:
    """Telemetry readers that were started."""

    child: subprocess.Popen[str]

    def wait_connected(self) -> None:
        """Until every one of them has its socket."""
        assert self.child.stdout is not None
        if self.child.stdout.readline().strip() != "connected":
            raise SystemExit("the readers could not connect")

    def frames(self) -> list[int]:
        """How many frames each healthy one got; waits until they end."""
        assert self.child.stdout is not None
        found: list[int] = json.loads(self.child.stdout.readline())
        return found


@contextlib.contextmanager
def telemetry_readers(
    running: Running,
    count: int,
    *,
    seconds: float,
    encoding: str,
    stalled: int = 0,
    fields: str = "",
) -> Iterator[Readers]:
    """So many readers of the demo's robot at 10 Hz, of which the first ``stalled`` never read.

    ``fields``: the parts to ask for, separated by commas; else all.
    """
    url = f"{running.url.replace('http', 'ws', 1)}/ws/telemetry/{running.robot_id}"
    command = [
        sys.executable, str(_HERE / "readers.py"), str(count), str(stalled), str(seconds),
        f"lanyard.telemetry.v1+{encoding}", running.key, url, fields,
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield Readers(child)
        finally:
            child.kill()
