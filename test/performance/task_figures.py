"""What tasks over REST cost on one processor, with durability and the audit log on.

    python test/performance/task_figures.py [--stored 100 10000 100000] [--peer COMMAND]

For each number of stored tasks (of which at most 10,000 wait in the queue) a gateway of its own:
submits one by one, side by side and in batches, reading one task, listing. ``--peer`` is
the command ros2-http-gateway (``pip install ros2_http_gateway``): its status route is measured in
the same run, on the same processor, by the same client, its audit log going nowhere. The disk's own
time for a sync is told beside.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import functools
import hashlib
import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from gateway import Gateway, gateway
from plain_http import Request, one_by_one, side_by_side
from quantiles import in_words, quantiles

from lanyard_gateway.store.task_store import SqlTaskStore

PROCESSOR, CLIENTS_PROCESSOR = 0, 1
ROBOTS = 4
MOST_QUEUED = 10_000
SUBMITS, READS, LISTS, BATCHES = 400, 1000, 200, 20
SIDE_BY_SIDE = 16
_PEER_PATH = "/api/v1/status"
_PEER_KEY = "a token of this measurement"
_PEER_CONFIG = """
defaults: {roles: [viewer], stale_after_ms: 3000}
endpoints:
  /status: {topic: /status, type: std_msgs/msg/String}
auth:
  tokens:
    - {token_sha256: "%s", user: measurement, roles: [viewer]}
http: {bind: 127.0.0.1, port: %d, base_path: /api/v1}
audit: {sink: stderr}
"""
_PUBLISHER = """
import rclpy
from std_msgs.msg import String
rclpy.init()
node = rclpy.create_node("status")
publisher = node.create_publisher(String, "/status", 10)
node.create_timer(0.1, lambda: publisher.publish(String(data="running")))
rclpy.spin(node)
"""


def prepare(folder: Path, *, stored: int) -> list[str]:
    """A store with so many tasks, and a policy that lets one key ask as often as it can."""
    fill(folder, stored=stored)
    policy = Path(get_package_share_directory("lanyard_bringup"), "config", "policy.yaml")
    file = folder / "policy.yaml"
    file.write_text(policy.read_text().replace("requests_per_s: 100", "requests_per_s: 10000"))
    return [f"policy_file:={file}"]


def fill(folder: Path, *, stored: int) -> None:
    """A store with so many tasks: the newest wait, the others have succeeded."""
    path = folder / "tasks.sqlite3"
    SqlTaskStore.open(path).close()
    queued = min(MOST_QUEUED, stored // 2)
    rng = random.Random(1)
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        for seq in range(1, stored + 1):
            waits = seq > stored - queued
            robot, made = f"r{rng.randrange(ROBOTS)}", 1_780_000_000.0 + seq
            line = str(rng.randrange(8))
            database.execute(
                "INSERT INTO tasks (seq, task_id, task_type, robot_id, parameters_json, priority,"
                " timeout_s, labels_json, status, version, attempt, created_unix_s,"
                " finished_unix_s, assigned_robot_id, phase, distance_m, feedback_count)"
                " VALUES (?, ?, 'wait', ?, '{}', 1, 300, ?, ?, ?, 1, ?, ?, ?, '', 0, 0)",
                (
                    seq, f"t-{seq:026}", robot, json.dumps({"line": line}),
                    "queued" if waits else "succeeded", 1 if waits else 4, made,
                    None if waits else made + 60.0, robot,
                ),
            )  # fmt: skip
            database.execute(
                "INSERT INTO task_labels (seq, name, value, created_unix_s) VALUES (?,?,?,?)",
                (seq, "line", line, made),
            )
            database.execute(
                "INSERT INTO task_events (task_id, number, at_unix_s, event, status, detail)"
                " VALUES (?, 1, ?, 'submitted', 'queued', '')",
                (f"t-{seq:026}", made),
            )


def sync_times(folder: Path) -> list[float]:
    """How long this disk takes to sync 4 KiB, in s."""
    took = []
    with (folder / "probe").open("wb", buffering=0) as file:
        for _ in range(200):
            began = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began)
    return took


def _submits(found: Gateway, count: int, *, each: int = 1) -> list[Request]:
    one = {
        "task_type": "wait", "robot_id": "r0", "parameters": {"duration_s": 1.0},
        "labels": {"line": "7"},
    }  # fmt: skip
    path, body = ("/tasks", one) if each == 1 else ("/tasks:batch", {"tasks": [one] * each})
    text = json.dumps(body).encode()
    return [
        Request.of(
            "POST",
            f"{found.url}/api/v1{path}",
            found.key,
            body=text,
            status=201,
            more=f"Idempotency-Key: {os.urandom(8).hex()}\r\n",
        )
        for _ in range(count)
    ]


def _gets(found: Gateway, path: str, count: int) -> list[Request]:
    return [Request.of("GET", f"{found.url}/api/v1{path}", found.key)] * count


LISTED = {
    "list: the newest 10": "/tasks?limit=10",
    "list: queued": "/tasks?limit=10&status=queued",
    "list: of a robot": "/tasks?limit=10&robot_id=r1",
    "list: with a label": "/tasks?limit=10&label=line:7",
}


def measure(stored: int) -> dict[str, float]:
    """Medians in s, by what was asked; prints all of it."""
    medians: dict[str, float] = {}

    def tell(what: str, took: Sequence[float]) -> None:
        medians[what] = quantiles(took)["p50"]
        print(f"  {what}: {in_words(took, scale=1e3)} ms (p50 / p99 / p99.9 / max)", flush=True)

    def rate(what: str, per_s: float) -> None:
        print(f"  {what}: {per_s:,.0f}/s", flush=True)

    print(f"{stored:,} tasks in the store", flush=True)
    with gateway(
        ROBOTS, prepare=functools.partial(prepare, stored=stored), processor=PROCESSOR, present=0
    ) as found:
        url = found.url
        asyncio.run(one_by_one(_submits(found, 50), url))  # warm
        tell("submit", asyncio.run(one_by_one(_submits(found, SUBMITS), url)))
        task = f"/tasks/t-{max(1, stored // 3):026}"
        tell("status of a task", asyncio.run(one_by_one(_gets(found, task, READS), url)))
        robot = "/robots/r0/status"
        tell("status of a robot", asyncio.run(one_by_one(_gets(found, robot, READS), url)))
        for what, path in LISTED.items():
            tell(what, asyncio.run(one_by_one(_gets(found, path, LISTS), url)))
        submits = _submits(found, SUBMITS)
        rate(
            f"submits, {SIDE_BY_SIDE} clients",
            asyncio.run(side_by_side(submits, url, SIDE_BY_SIDE)),
        )
        batches = _submits(found, BATCHES, each=100)
        rate("tasks in batches of 100", 100 * asyncio.run(side_by_side(batches, url, 1)))
        reads = _gets(found, task, READS)
        rate(
            f"statuses of a task, {SIDE_BY_SIDE} clients",
            asyncio.run(side_by_side(reads, url, SIDE_BY_SIDE)),
        )
    return medians


@contextlib.contextmanager
def peer(command: Path) -> Iterator[str]:
    """ros2_http_gateway with one topic that is published ten times a second; its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "ROS_DOMAIN_ID": str(random.randint(1, 100))}
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        config = Path(folder, "peer.yaml")
        config.write_text(_PEER_CONFIG % (hashlib.sha256(_PEER_KEY.encode()).hexdigest(), port))
        # Not at our own real-time priority: it waits for itself in a loop when it starts.
        usual = ["chrt", "--other", "0"]
        pin = ["taskset", "--cpu-list", str(PROCESSOR)]
        for words in (
            [*usual, sys.executable, "-c", _PUBLISHER],
            [*usual, *pin, str(command), "--log-level", "error", str(config)],
        ):
            child = subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL)
            stack.callback(_end, child)
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 30.0
        while True:
            try:
                asyncio.run(
                    one_by_one([Request.of("GET", f"{url}{_PEER_PATH}", _PEER_KEY)] * 3, url)
                )
                break
            except (OSError, SystemExit, asyncio.IncompleteReadError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
        yield url


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(5.0)
    except subprocess.TimeoutExpired:  # the peer may wait for its connections
        child.kill()
        child.wait()


def measure_peer(command: Path) -> None:
    """The peer's status route: the latest sample of a topic, from its memory."""
    print("ros2_http_gateway, its status route (the latest sample of a topic)", flush=True)
    with peer(command) as url:
        requests = [Request.of("GET", f"{url}{_PEER_PATH}", _PEER_KEY)] * READS
        took = asyncio.run(one_by_one(requests, url))
        print(f"  status: {in_words(took, scale=1e3)} ms (p50 / p99 / p99.9 / max)")
        per_s = asyncio.run(side_by_side(requests, url, SIDE_BY_SIDE))
        print(f"  statuses, {SIDE_BY_SIDE} clients: {per_s:,.0f}/s", flush=True)


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stored", nargs="+", type=int, default=[100, 10_000, 100_000])
    parser.add_argument("--peer", type=Path)
    given = parser.parse_args()
    os.sched_setaffinity(0, {CLIENTS_PROCESSOR})
    with contextlib.suppress(PermissionError):  # or whoever else is busy is measured
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    with tempfile.TemporaryDirectory() as folder:
        print(f"sync of 4 KiB: {in_words(sync_times(Path(folder)), scale=1e3)} ms")
    medians = {stored: measure(stored) for stored in given.stored}
    least = medians[given.stored[0]]
    for stored, found in medians.items():
        ratios = ", ".join(f"{what} {found[what] / least[what]:.2f}" for what in found)
        print(f"{stored:,} stored, times the cost at {given.stored[0]:,}: {ratios}")
    if given.peer is not None:
        measure_peer(given.peer)


if __name__ == "__main__":
    main()
