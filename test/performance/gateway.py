"""The gateway alone with any number of robots, none of which moves: what is measured is it."""

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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from ament_index_python.packages import get_package_prefix

_HERE = Path(__file__).parent
_START_DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that serves robots r0, r1 ...: where it is, and who may use it."""

    url: str
    key: str
    pid: int
    domain_id: int

    def socket_url(self, path: str) -> str:
        """The URL of one of its sockets."""
        return f"{self.url.replace('http', 'ws', 1)}{path}"


@contextlib.contextmanager
def gateway(
    robots: int,
    *,
    prepare: Callable[[Path], Sequence[str]] = lambda _folder: (),
    processor: int | None = None,
    present: int | None = None,
) -> Iterator[Gateway]:
    """Start so many robots and a gateway that sees all of them; end them with the block.

    ``prepare`` is handed the gateway's folder before it starts, and gives further parameters of it,
    each as name:=value. ``processor``: the only one that
    the gateway runs on. ``present``: how many of its robots are there; all unless it is said.
    """
    there = robots if present is None else present
    domain_id = random.randint(1, 100)
    environment = {**os.environ, "ROS_DOMAIN_ID": str(domain_id)}
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        stack.enter_context(
            process([sys.executable, str(_HERE / "many_robots.py"), str(there)], environment)
        )
        library = Path(get_package_prefix("lanyard_gateway"), "lib", "lanyard_gateway")
        key = subprocess.run(
            [library / "keys", "--file", f"{folder}/keys.json",
             "create", "--plain", "--name", "performance", "--role", "admin"],
            env=environment, capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip
        more = [word for each in prepare(Path(folder)) for word in ("-p", each)]
        pin = [] if processor is None else ["taskset", "--cpu-list", str(processor)]
        ready = Path(folder, "ready.json")
        names = ", ".join(f"r{number}=/r{number}" for number in range(robots))
        child = stack.enter_context(
            process(
                [
                    *pin,
                    str(library / "gateway"),
                    "--ros-args",
                    "-p",
                    "port:=0",
                    "-p",
                    f"state_dir:={folder}",
                    "-p",
                    f"ready_file:={ready}",
                    "-p",
                    f"robots:=[{names}]",
                    "-p",
                    'tf.frame_prefix:="{name}/"',
                    "-p",
                    "limits.max_connections:=1000",
                    "-p",
                    "limits.max_connections_per_address:=1000",
                    *more,
                ],
                environment,
            )
        )
        _until(ready.exists, "the gateway's ready file")
        found = Gateway(json.loads(ready.read_text())["url"], key, child.pid, domain_id)
        _until(lambda: _online(found) == there, f"{there} robots online")
        yield found


@contextlib.contextmanager
def process(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A child that is told to end with the block; what it says goes to our standard error."""
    child = subprocess.Popen(command, env=environment, stdout=sys.stderr)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(20.0)


def _online(found: Gateway) -> int:
    headers = {"Authorization": f"Bearer {found.key}"}
    answer = httpx.get(f"{found.url}/api/v1/robots", headers=headers)
    robots: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
    return sum(bool(robot["online"]) for robot in robots)


def _until(condition: Any, what: str) -> None:
    deadline = time.monotonic() + _START_DEADLINE_S
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {_START_DEADLINE_S:.0f} s: {what}")
        time.sleep(0.1)
