"""The whole demo as a child, with the parameters that it ships with, but room for more clients."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_ROOMY_DEMO = Path(__file__).with_name("roomy_demo.py")
_START_DEADLINE_S = 60.0
_STOP_DEADLINE_S = 20.0


@dataclass(frozen=True, slots=True)
class Running:
    """A demo that is up: where it is, who may use it, and its processes by node."""

    url: str
    key: str
    robot_id: str
    domain_id: int
    pids: dict[str, int]

    @property
    def command_url(self) -> str:
        """The URL of the command socket."""
        return f"{self.url.replace('http', 'ws', 1)}/ws/command/{self.robot_id}"


@contextlib.contextmanager
def demo(*, state: Path | None = None) -> Iterator[Running]:
    """Start the demo on free ports and a domain of its own; end it with the block.

    ``state``: the folder in which it keeps what outlives it; a new one unless it is given.
    """
    domain_id = random.randint(1, 100)
    with tempfile.TemporaryDirectory(prefix="lanyard-performance-") as folder:
        ready = Path(folder, "ready.json")
        command = [
            sys.executable, str(_ROOMY_DEMO), "--port", "0", "--rosbridge-port", "0",
            "--domain-id", str(domain_id), "--state-dir", str(state or f"{folder}/state"),
            "--ready-file", str(ready),
        ]  # fmt: skip
        environment = {**os.environ, "ROS_DOMAIN_ID": str(domain_id)}
        with Path(folder, "demo.log").open("w") as log:
            child = subprocess.Popen(
                command, env=environment, stdout=log, stderr=subprocess.STDOUT, text=True
            )
        try:
            _wait(child, ready)
            facts = json.loads(ready.read_text())
            yield Running(
                facts["url"], facts["api_key"], facts["robot_id"], domain_id, dict(facts["pids"])
            )
        finally:
            child.send_signal(signal.SIGINT)
            child.wait(_STOP_DEADLINE_S)


def _wait(child: subprocess.Popen[str], ready: Path) -> None:
    deadline = time.monotonic() + _START_DEADLINE_S
    while not ready.exists():
        if child.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("the demo did not come up: run `make demo` to see why")
        time.sleep(0.1)
