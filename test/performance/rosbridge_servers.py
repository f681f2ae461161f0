"""Rosbridge servers to be measured: ours with everything open to one key, and others by command."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from lanyard_core.access.keys import ID_BYTES, SECRET_BYTES, make_key
from lanyard_core.access.scopes import Scope
from lanyard_gateway.doors import key_file

_START_WITHIN_S = 20.0
_END_WITHIN_S = 10.0
_CONNECTIONS_PER_S = 1000
_NAMES = {
    "topics": {"subscribe": ["**"], "publish": ["**"]},
    "services": {"call": ["**"]},
}


@dataclass(frozen=True)
class Target:
    """A server that is up."""

    name: str
    url: str
    pid: int
    headers: dict[str, str]


@contextlib.contextmanager
def our_server(domain: int) -> Iterator[Target]:
    """Lanyard's bridge, alone in its process."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        scopes = [scope.value for scope in Scope]
        role = {"scopes": scopes, "robots": ["**"], "requests_per_s": _CONNECTIONS_PER_S, **_NAMES}
        (state / "policy.yaml").write_text(yaml.safe_dump({"version": 1, "roles": {"all": role}}))
        key = make_key(
            id_entropy=secrets.token_bytes(ID_BYTES),
            secret_entropy=secrets.token_bytes(SECRET_BYTES),
            role="all",
            name="all",
            now_unix_s=time.time(),
        )
        key_file.change(state / "keys.json", lambda known: [*known, key.record])
        ready = state / "ready.json"
        given = {
            "port": 0,
            "state_dir": state,
            "policy_file": state / "policy.yaml",
            "ready_file": ready,
        }
        arguments = [word for name, value in given.items() for word in ("-p", f"{name}:={value}")]
        command = [sys.executable, "-m", "lanyard_rosbridge.main", "--ros-args", *arguments]
        with ros_process(command, domain) as child:
            deadline = time.monotonic() + _START_WITHIN_S
            while not ready.exists():
                _still_wait(child, deadline, "lanyard")
            url = json.loads(ready.read_text())["rosbridge_url"]
            yield Target("lanyard", url, child.pid, {"Authorization": f"Bearer {key.text}"})


@contextlib.contextmanager
def other_server(name: str, command: str, domain: int) -> Iterator[Target]:
    """Another server, without authentication; ``{port}`` in its command is the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with ros_process(shlex.split(command.replace("{port}", str(port))), domain) as child:
        deadline = time.monotonic() + _START_WITHIN_S
        while not _listens(port):
            _still_wait(child, deadline, name)
        yield Target(name, f"ws://127.0.0.1:{port}", child.pid, {})


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
        return True
    return False


def _still_wait(child: subprocess.Popen[bytes], deadline: float, name: str) -> None:
    if child.poll() is not None or time.monotonic() > deadline:
        raise SystemExit(f"{name} did not start")
    time.sleep(0.05)


@contextlib.contextmanager
def ros_process(command: list[str], domain: int) -> Iterator[subprocess.Popen[bytes]]:
    """A child on that ROS domain, ended with the block; what it prints is not shown."""
    environment = {**os.environ, "ROS_DOMAIN_ID": str(domain)}
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(_END_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
