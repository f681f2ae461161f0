"""`make demo` in a process of its own, on free ports and a ROS domain of its own."""

from __future__ import annotations

import json
import pathlib
import random
import subprocess
import sys

from waiting import wait_for

DEADLINE_S = 90.0


class RunningDemo:
    """A demo that is up; whoever starts one ends it."""

    def __init__(
        self,
        folder: pathlib.Path,
        *,
        program: tuple[str, ...] = ("-m", "lanyard_runner.demo"),
        robots: int = 1,
    ) -> None:
        self.state_dir = folder / "state"
        self.domain_id = random.randint(1, 99)
        self.ready_file = folder / "ready.json"
        self.log = folder / "demo.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, *program, f"--robots={robots}", "--port=0"),
                    *("--rosbridge-port=0", f"--domain-id={self.domain_id}"),
                    *(f"--state-dir={self.state_dir}", f"--ready-file={self.ready_file}"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_for(
            lambda: self.ready_file.exists() or self.process.poll() is not None,
            "the demo to be up",
            within_s=DEADLINE_S,
            told=lambda: self.output,
        )
        assert self.process.poll() is None, self.output
        self.ready = json.loads(self.ready_file.read_text())
        self.pids: dict[str, int] = self.ready["pids"]

    @property
    def output(self) -> str:
        """What it has printed."""
        return self.log.read_text()

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def wait(self) -> int:
        """The exit code."""
        return self.process.wait(DEADLINE_S)

    def alive(self) -> set[str]:
        """Names of the nodes whose processes are there."""
        return {name for name, pid in self.pids.items() if is_running(pid)}


def is_running(pid: int) -> bool:
    """False also for one that has ended and was not waited for."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")
