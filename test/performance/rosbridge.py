"""The bridge's figures, and those of another rosbridge server in the same run.

    python test/performance/rosbridge.py
    python test/performance/rosbridge.py --peer /path/to/rosbridge_server_rs_jazzy

Servers run one after the other on a ROS domain of their own, with the same peer node, the same
clients and the same messages. Latencies in ms (p50 / p99), processor time of the server alone. The
peer is started with ``--port``, or with what ``--peer-arguments`` says, in which {port} is put in.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
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

import websockets
import yaml
from processes import Usage
from quantiles import quantiles

SECONDS = 3.0
_LINES = ("rtt", "fan_out", "image", "image_raw", "services", "connect", "stalled")


@dataclass(frozen=True)
class Target:
    """A server that is up."""

    name: str
    url: str
    pid: int
    headers: dict[str, str]


@contextlib.contextmanager
def our_server(domain: int) -> Iterator[Target]:
    """Lanyard's bridge, with everything open to one key."""
    from lanyard_core.access.keys import ID_BYTES, SECRET_BYTES, make_key
    from lanyard_core.access.scopes import Scope
    from lanyard_gateway.doors import key_file

    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        every = ["**"]
        lists = {
            "topics": {"subscribe": every, "publish": every},
            "services": {"call": every},
        }
        role = {"scopes": [scope.value for scope in Scope], "robots": every, **lists}
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
        with _process(command, domain) as child:
            while not ready.exists():
                time.sleep(0.05)
            url = json.loads(ready.read_text())["rosbridge_url"]
            yield Target("lanyard", url, child.pid, {"Authorization": f"Bearer {key.text}"})


@contextlib.contextmanager
def other_server(program: str, arguments: str, domain: int) -> Iterator[Target]:
    """Another server, without authentication."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [*shlex.split(program), *shlex.split(arguments.format(port=port))]
    with _process(command, domain) as child:
        deadline = time.monotonic() + 20.0
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield Target("peer", f"ws://127.0.0.1:{port}", child.pid, {})


@contextlib.contextmanager
def _process(command: list[str], domain: int) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(command, env={**os.environ, "ROS_DOMAIN_ID": str(domain)})
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextlib.contextmanager
def ros_peer(domain: int, *arguments: str) -> Iterator[None]:
    """The far side on the ROS graph: echoes commands, publishes, serves."""
    with _process([sys.executable, __file__, "--ros-peer", *arguments], domain):
        time.sleep(1.5)
        yield


class Client:
    """A WebSocket that speaks rosbridge."""

    def __init__(self, target: Target) -> None:
        self._target = target

    async def __aenter__(self) -> Client:
        target = self._target
        self.socket = await websockets.connect(
            target.url,
            additional_headers=target.headers,
            compression=None,
            proxy=None,
            max_size=None,
            max_queue=64,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()

    async def say(self, **op: object) -> None:
        """Send an operation."""
        await self.socket.send(json.dumps(op))


def _in_ms(values: list[float]) -> str:
    found = quantiles(values)
    return f"{found['p50'] * 1e3:.2f} / {found['p99'] * 1e3:.2f}"


async def rtt(target: Target) -> str:
    """A TwistStamped at 100 Hz, published, echoed by a ROS node, and read back."""
    kind = "geometry_msgs/TwistStamped"
    async with Client(target) as client:
        await client.say(op="advertise", topic="/ping", type=kind)
        await client.say(op="subscribe", topic="/pong", type=kind)
        await asyncio.sleep(2.0)
        trips: list[float] = []
        count = int(SECONDS * 100)
        for number in range(count):
            began = time.monotonic()
            message = {"header": {"frame_id": str(number)}, "twist": {"linear": {"x": 0.1}}}
            await client.say(op="publish", topic="/ping", msg=message)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(client.socket.recv(), 0.2)
                trips.append(time.monotonic() - began)
            await asyncio.sleep(max(0.0, 0.01 - (time.monotonic() - began)))
        return f"{_in_ms(trips)} ms, {count - len(trips)} of {count} lost"


async def _read(target: Target, topic: str, kind: str, readers: int, **more: object) -> str:
    """Readers of a topic: how much they got, what it cost, and how late it was."""
    got = [0] * readers
    sizes = [0] * readers

    async def read(index: int) -> None:
        async with Client(target) as client:
            await client.say(op="subscribe", topic=topic, type=kind, **more)
            async for frame in client.socket:
                got[index] += 1
                sizes[index] += len(frame)

    tasks = [asyncio.ensure_future(read(index)) for index in range(readers)]
    await asyncio.sleep(2.0)
    before, start = Usage.of(target.pid), time.monotonic()
    first = sum(got), sum(sizes)
    await asyncio.sleep(SECONDS)
    used, took = Usage.of(target.pid), time.monotonic() - start
    count, size = sum(got) - first[0], sum(sizes) - first[1]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    cpu = used.processor_s - before.processor_s
    each = 1e6 * cpu / count if count else float("nan")
    return (
        f"{count / took:.0f} delivered/s, {size / took / 1e6:.1f} MB/s,"
        f" {each:.0f} us of processor for each, {100 * cpu / took:.0f} % of a processor"
    )


async def fan_out(target: Target) -> str:
    """JointState of 7 joints at 500 Hz as JSON to 20 readers."""
    return await _read(target, "/joints", "sensor_msgs/JointState", 20)


async def image(target: Target) -> str:
    """A picture of 921,600 bytes at 30 Hz as JSON to 4 readers."""
    return await _read(target, "/picture", "sensor_msgs/Image", 4)


async def image_raw(target: Target) -> str:
    """The same as cbor-raw."""
    return await _read(target, "/picture", "sensor_msgs/Image", 4, compression="cbor-raw")


async def services(target: Target) -> str:
    """std_srvs/Trigger, one after the other, and from 8 clients at once."""

    async def call(trips: list[float], until: float) -> None:
        async with Client(target) as client:
            while time.monotonic() < until:
                began = time.monotonic()
                await client.say(
                    op="call_service", id="1", service="/trigger", type="std_srvs/Trigger", args={}
                )
                await asyncio.wait_for(client.socket.recv(), 5.0)
                trips.append(time.monotonic() - began)

    await call([], time.monotonic() + 1.0)
    alone: list[float] = []
    await call(alone, time.monotonic() + SECONDS / 2)
    together: list[float] = []
    until = time.monotonic() + SECONDS / 2
    await asyncio.gather(*(call(together, until) for _ in range(8)))
    return f"{_in_ms(alone)} ms; with 8 clients {len(together) / (SECONDS / 2):.0f} calls/s"


async def connect(target: Target) -> str:
    """200 clients connect, subscribe and get a message."""
    before = Usage.of(target.pid)

    async def one() -> Client:
        client = await Client(target).__aenter__()
        await client.say(op="subscribe", topic="/joints", type="sensor_msgs/JointState")
        await client.socket.recv()
        return client

    start = time.monotonic()
    clients = await asyncio.gather(*(one() for _ in range(200)))
    took = time.monotonic() - start
    grown = (Usage.of(target.pid).memory_bytes - before.memory_bytes) / 200
    await asyncio.gather(*(client.socket.close() for client in clients))
    return f"{took:.2f} s, {grown / 1000:.0f} kB each"


async def stalled(target: Target) -> str:
    """Two readers of the picture as JSON beside one that never reads: what the two get."""
    host, port = target.url.removeprefix("ws://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = [
        "GET / HTTP/1.1", f"Host: {host}:{port}", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
        *(f"{name}: {value}" for name, value in target.headers.items()), "", "",
    ]  # fmt: skip
    writer.write("\r\n".join(lines).encode())
    await reader.readuntil(b"\r\n\r\n")
    op = json.dumps({"op": "subscribe", "topic": "/picture", "type": "sensor_msgs/Image"}).encode()
    mask = b"\0\0\0\0"
    writer.write(bytes([0x81, 0x80 | len(op)]) + mask + op)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    before = Usage.of(target.pid).memory_bytes
    found = await _read(target, "/picture", "sensor_msgs/Image", 2)
    grown = (Usage.of(target.pid).memory_bytes - before) / 1e6
    writer.close()
    return f"{found.split(',')[0]} of 60; memory grew by {grown:.0f} MB"


def measure(target: Target, domain: int, lines: tuple[str, ...]) -> dict[str, str]:
    """Every line of the table."""
    found: dict[str, str] = {}
    needs = {
        "rtt": "echo", "fan_out": "joints", "connect": "joints", "image": "picture",
        "image_raw": "picture", "stalled": "picture", "services": "services",
    }  # fmt: skip
    for name in lines:
        with ros_peer(domain, needs[name]):
            try:
                found[name] = asyncio.run(globals()[name](target))
            except Exception as error:  # noqa: BLE001 - a server that fails has no figure
                found[name] = f"failed: {error!r}"
        print(f"{target.name:8} {name:10} {found[name]}", flush=True)
    return found


def be_ros_peer(what: str) -> None:
    """The far side's process."""
    from lanyard_node_support.run import init_ros, make_executor

    init_ros([])
    import rclpy
    from geometry_msgs.msg import TwistStamped
    from sensor_msgs.msg import Image, JointState
    from std_srvs.srv import Trigger

    from lanyard_node_support.clock import steady_timer

    node = rclpy.create_node("far_side")
    executor = make_executor()
    executor.add_node(node)
    if what == "echo":
        back = node.create_publisher(TwistStamped, "/pong", 10)
        node.create_subscription(TwistStamped, "/ping", back.publish, 10, raw=True)
    elif what == "joints":
        out = node.create_publisher(JointState, "/joints", 10)
        joints = JointState(
            name=[f"joint_{n}" for n in range(7)], position=[0.1] * 7, velocity=[0.2] * 7,
            effort=[0.3] * 7,
        )  # fmt: skip
        steady_timer(node, 0.002, lambda: out.publish(joints))
    elif what == "picture":
        pictures = node.create_publisher(Image, "/picture", 2)
        picture = Image(width=640, height=480, encoding="rgb8", step=1920, data=bytes(921_600))
        steady_timer(node, 1 / 30, lambda: pictures.publish(picture))
    else:
        node.create_service(Trigger, "/trigger", lambda _, response: response)
    while rclpy.ok():
        executor.spin_once(timeout_sec=0.1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", help="program of another rosbridge server")
    parser.add_argument("--peer-arguments", default="--port {port}")
    parser.add_argument("--only", choices=_LINES, action="append")
    parser.add_argument("--ros-peer", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.ros_peer:
        be_ros_peer(given.ros_peer)
        return
    domain = random.randint(1, 99)
    lines = tuple(given.only or _LINES)
    with our_server(domain) as target:
        measure(target, domain, lines)
    if given.peer:
        with other_server(given.peer, given.peer_arguments, domain) as target:
            measure(target, domain, lines)


if __name__ == "__main__":
    main()
