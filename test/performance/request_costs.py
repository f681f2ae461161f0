"""Requests per second of one core, with each layer of the doors more, and those of a peer beside.

    python test/performance/request_costs.py --seconds 5 -- ros2-http-gateway {config}

The server has one core and the clients (wrk, 8 connections) the other. What is told is requests for
each second of processor time that the server used, which is what a core serves that has nothing
else to do. The request is the status of a robot: small, from memory. The command starts the peer,
ros2_http_gateway, with the newest sample of a topic as its request, its own token check and its own
log. Rounds are mixed, because the machine changes.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from processes import Usage

_HERE = Path(__file__).parent
_SERVER_CORE, _CLIENT_CORE = "0", "1"
_LAYERS = ([], ["auth"], ["auth", "limit"], ["auth", "limit", "audit"])
_TOKEN = "a-token-for-measuring"
_STATUS = "/api/v1/robots/arm-001/status"
_PEER = """
endpoints:
  /status: {{topic: /measured, type: nav_msgs/msg/Odometry, roles: [viewer], stale_after_ms: 60000}}
auth:
  tokens: [{{token_sha256: "{digest}", user: measuring, roles: [viewer]}}]
http: {{bind: 127.0.0.1, port: {port}, base_path: /api/v1}}
audit: {{sink: file, path: {folder}/audit.jsonl}}
"""
_PUBLISHER = """
import rclpy
from nav_msgs.msg import Odometry
rclpy.init()
node = rclpy.create_node("measured")
publisher = node.create_publisher(Odometry, "/measured", 10)
node.create_timer(0.1, lambda: publisher.publish(Odometry()))
rclpy.spin(node)
"""


def main() -> int:
    """Measure; a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="for each round of each row")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("command", nargs="*", help="starts the peer; {config} is its file")
    options = parser.parse_args()
    rows: dict[str, list[float]] = {}
    for _ in range(options.rounds):
        for layers in _LAYERS:
            name = " + ".join(["no layer", *layers])
            with _ours(layers) as (pid, port, keys):
                rows.setdefault(name, []).append(_load(pid, port, _STATUS, keys, options.seconds))
        if options.command:
            with _peer(options.command) as (pid, port):
                found = _load(pid, port, "/api/v1/status", [_TOKEN], options.seconds)
                rows.setdefault("peer", []).append(found)
    bare = statistics.median(rows["no layer"])
    print("| | requests/s of a core, median | least / most | of no layer |\n|---|---|---|---|")
    for name, found in rows.items():
        middle = statistics.median(found)
        spread = f"{min(found):.0f} / {max(found):.0f}"
        print(f"| {name} | {middle:.0f} | {spread} | {middle / bare:.0%} |")
    return 0


@contextlib.contextmanager
def _ours(layers: list[str]) -> Iterator[tuple[int, int, list[str]]]:
    port = _free_port()
    command = [sys.executable, str(_HERE / "request_server.py"), str(port), *layers]
    with _on_core(command, stdout=subprocess.PIPE) as child:
        keys: list[str] = []
        assert child.stdout is not None
        while line := child.stdout.readline().decode().strip():
            keys.append(line)
        _until_open(port)
        yield child.pid, port, keys


@contextlib.contextmanager
def _peer(command: list[str]) -> Iterator[tuple[int, int]]:
    port, digest = _free_port(), hashlib.sha256(_TOKEN.encode()).hexdigest()
    environment = {**os.environ, "ROS_DOMAIN_ID": str(random.randint(1, 100))}
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "peer.yaml")
        config.write_text(_PEER.format(digest=digest, port=port, folder=folder))
        filled = [part.replace("{config}", str(config)) for part in command]
        publisher = [sys.executable, "-c", _PUBLISHER]
        with (
            _on_core(publisher, env=environment, core=_CLIENT_CORE),
            _on_core(filled, env=environment) as child,
        ):
            _until_open(port)
            time.sleep(2.0)  # until it has heard the topic
            yield child.pid, port


@contextlib.contextmanager
def _on_core(
    command: list[str], *, core: str = _SERVER_CORE, **options: object
) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(["taskset", "-c", core, *command], **options)  # type: ignore[call-overload]
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(5.0)
        except subprocess.TimeoutExpired:  # the peer may wait for its connections
            child.kill()
            child.wait()


def _load(pid: int, port: int, path: str, keys: list[str], seconds: float) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        listed = ", ".join(f'"{key}"' for key in keys)
        script.write(
            f"local keys = {{{listed}}}\nlocal at = 0\n"
            "request = function()\n  at = at % #keys + 1\n"
            '  return wrk.format("GET", nil, {Authorization = "Bearer " .. keys[at]})\nend\n'
        )
        script.flush()
        before = Usage.of(pid)
        told = subprocess.run(
            ["taskset", "-c", _CLIENT_CORE, "wrk", "-t1", "-c8", f"-d{seconds:.0f}s",
             "-s", script.name, f"http://127.0.0.1:{port}{path}"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
    if "Non-2xx" in told:
        raise SystemExit(f"not every request was served:\n{told}")
    found = re.search(r"(\d+) requests in", told)
    assert found is not None, told
    return int(found[1]) / (Usage.of(pid).processor_s - before.processor_s)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_open(port: int) -> None:
    deadline = time.monotonic() + 30.0
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        if time.monotonic() > deadline:
            raise SystemExit("the server did not come up")
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
