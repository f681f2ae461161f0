"""The whole robot as processes: sim, control, tasks and gateway on a domain of their own.

``Stack`` starts the installed console scripts as a launch file would, waits until the gateway says
that it is ready and the robot is heard, and stops everything in order. Tests talk to it as any
client does, over HTTP and WebSockets.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import random
import re
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

import cbor2
import httpx
import msgpack
import pytest
import real_time
import websockets
from ament_index_python.packages import get_package_prefix
from waiting import eventually, wait_for

NAMESPACE = "/arm_001"
ROBOT_ID = "arm-001"
START_DEADLINE_S = 60.0
STOP_DEADLINE_S = 15.0
CLIENT_DEADLINE_S = 30.0
ASKED_EVERY_S = 0.05
"""A condition may ask the gateway, and a key may ask it 100 times a second."""
OVERRUN = re.compile("raised .*OVERRUN")


def executable(node: str) -> Path:
    """The installed console script of a node."""
    package = f"lanyard_{node}"
    return Path(get_package_prefix(package)) / "lib" / package / node


class Process:
    """One node as a process, with its output in a file."""

    def __init__(self, node: str, arguments: list[str], env: dict[str, str], log: Path) -> None:
        self.node = node
        self.log = log
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                [executable(node), *arguments], env=env, stdout=output, stderr=subprocess.STDOUT
            )

    @property
    def pid(self) -> int:
        return self._child.pid

    def is_running(self) -> bool:
        return self._child.poll() is None

    def text(self) -> str:
        """What it has printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """End it as a crash would."""
        self._child.kill()
        self.wait()

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self._child.send_signal(number)

    def wait(self) -> int:
        """Wait until it has ended; the exit code."""
        return self._child.wait(STOP_DEADLINE_S)

    def stop(self) -> int:
        """End it as an operator would; the exit code."""
        if self.is_running():
            self._child.terminate()
        try:
            return self._child.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


class Stack:
    """One robot and its gateway."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state_dir = folder / "state"
        self.ready_file = folder / "ready.json"
        self.processes: dict[str, Process] = {}
        # A test machine is no real-time computer: one late acknowledgement is no reason to stop.
        self.gateway_arguments = ["command.ack_miss_limit:=50"]
        self.tasks_parameters: list[str] = []
        self.key = ""
        self.url = ""
        self.env = {
            **os.environ,
            "ROS_DOMAIN_ID": str(random.randint(1, 99)),
            "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
            "PYTHONUNBUFFERED": "1",
        }

    def start(self) -> None:
        """Start every node and wait until the robot is at rest and online."""
        self.key = self.make_key("maintainer")
        for node in ("sim", "control"):
            self.start_node(node)
        self.start_node("tasks", *self.tasks_parameters)
        self.start_gateway()
        wait_for(
            self._robot_is_idle,
            "the robot online and idle",
            within_s=START_DEADLINE_S,
            every_s=ASKED_EVERY_S,
        )

    def start_node(self, node: str, *parameters: str) -> Process:
        """Start one of the robot's nodes in the robot's namespace."""
        arguments = ["--ros-args", "-r", f"__ns:={NAMESPACE}"]
        for parameter in parameters:
            arguments += ["-p", parameter]
        return self._start(node, arguments)

    def start_gateway(self, *parameters: str) -> Process:
        """Start the gateway on a free port and wait until it serves."""
        process = self._start("gateway", self.gateway_command(*parameters))
        ready = wait_for(
            lambda: self.ready_file.exists() or not process.is_running(),
            what="the gateway's ready file",
            within_s=START_DEADLINE_S,
        )
        assert ready
        assert process.is_running(), process.text()
        self.url = json.loads(self.ready_file.read_text())["url"]
        return process

    def gateway_command(self, *parameters: str) -> list[str]:
        """Arguments of the gateway with this stack's files, and a free port unless one is given."""
        arguments = ["--ros-args"]
        given = ("port:=0", f"state_dir:={self.state_dir}", f"ready_file:={self.ready_file}")
        for parameter in (*given, *self.gateway_arguments, *parameters):
            arguments += ["-p", parameter]
        return arguments

    def make_key(self, role: str) -> str:
        """A new API key, made with the command that an operator uses."""
        keys = executable("gateway").with_name("keys")
        command = [
            keys, "--file", self.state_dir / "keys.json",
            "create", "--plain", "--name", f"test-{secrets.token_hex(4)}", "--role", role,
        ]  # fmt: skip
        made = subprocess.run(command, env=self.env, capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    def executable(self, node: str) -> Path:
        """The installed console script of a node."""
        return executable(node)

    def fault(self, *arguments: str) -> None:
        """Break or mend the simulated robot with its own command."""
        command = [executable("sim").with_name("fault"), "--wait", "20", *arguments]
        subprocess.run(command, env=self.env, capture_output=True, text=True, check=True)

    def client(self, key: str | None = None) -> httpx.Client:
        """An HTTP client that shows a key."""
        headers = {"Authorization": f"Bearer {key or self.key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=15.0)

    def status(self) -> dict:
        """``GET /robots/arm-001/status``."""
        with self.client() as client:
            return client.get(f"/robots/{ROBOT_ID}/status").raise_for_status().json()

    def stop(self) -> dict[str, int]:
        """Stop the gateway first and the robot last; exit codes by node."""
        order = ("gateway", "tasks", "control", "sim")
        return {node: self.processes[node].stop() for node in order if node in self.processes}

    def logs(self) -> str:
        """The end of what every node printed, for a failed test."""
        return "\n".join(
            f"--- {node}\n{process.text()[-3000:]}" for node, process in self.processes.items()
        )

    def overruns(self) -> int:
        """How often the control node has said that the machine held up its loop: a fault."""
        control = self.processes.get("control")
        return len(OVERRUN.findall(control.text())) if control else 0

    def _start(self, node: str, arguments: list[str]) -> Process:
        log = self.folder / f"{node}.log"
        self.processes[node] = Process(node, arguments, self.env, log)
        return self.processes[node]

    def _robot_is_idle(self) -> bool:
        for process in self.processes.values():
            assert process.is_running(), f"{process.node} ended:\n{process.text()}"
        status = self.status()
        return bool(status["online"] and status["joints"] and status["pose"]) and (
            status["safety"]["state"] == "ready"
        )


class Driver:
    """A teleop client on the command socket, in MessagePack or JSON."""

    RATE_HZ = 50.0

    def __init__(self, socket: websockets.ClientConnection, encoding: str) -> None:
        self.socket = socket
        self.hello: dict = {}
        self.acks: dict[int, dict] = {}
        self.states: list[dict] = []
        self.errors: list[dict] = []
        self._codec = {"json": json, "msgpack": msgpack, "cbor": cbor2}[encoding]
        self._seq = 0
        self._reading = asyncio.ensure_future(self._read())

    async def send(self, kind: str, **fields: object) -> int:
        """Send one frame; its sequence number."""
        self._seq += 1
        head = {"v": 1, "t": kind, "seq": self._seq, "ts_us": time.time_ns() // 1000}
        frame = {**head, **fields}
        await self.socket.send(self.encode(frame))
        return self._seq

    async def send_made_at(self, ts_us: int, kind: str, **fields: object) -> int:
        """Send a frame that was made at another time; its sequence number."""
        return await self.send(kind, ts_us=ts_us, **fields)

    async def command(self, linear_x: float, angular_z: float = 0.0) -> int:
        """Send one velocity command."""
        twist = {
            "linear": {"x": linear_x, "y": 0.0, "z": 0.0},
            "angular": {"x": 0.0, "y": 0.0, "z": angular_z},
        }
        return await self.send("cmd", twist=twist)

    def is_armed(self) -> bool:
        """The newest state says that this session may move the robot."""
        return bool(self.states and self.states[-1]["armed"])

    async def drive(self, linear_x: float, *, until: Callable[[], object], what: str) -> list[int]:
        """Command a speed at 50 Hz until a condition holds; the numbers that may have moved it.

        Arms, and arms again when the robot was stopped because the computer was held up: a test
        machine is no real-time computer.
        """
        sent: list[int] = []
        end = time.monotonic() + CLIENT_DEADLINE_S
        for count in itertools.count():
            if self.is_armed() and until():
                return sent
            self._check(end, what)
            if count % 25 == 0:
                await self.send("ping")
            if self.is_armed():
                sent.append(await self.command(linear_x))
            else:
                await self.command(0.0)
                if count % 25 == 5:
                    await self.send("arm", session=self.hello["session"], clear_safe_stop=True)
            await asyncio.sleep(1.0 / self.RATE_HZ)
        return sent

    async def until(
        self, condition: Callable[[], object], *, what: str, or_closed: bool = False
    ) -> None:
        """Wait with pings and no commands."""
        end = time.monotonic() + CLIENT_DEADLINE_S
        for count in itertools.count():
            if condition() or (or_closed and self._reading.done()):
                return
            self._check(end, what)
            if count % 50 == 49:
                await self.send("ping")
            await asyncio.sleep(0.01)

    async def until_closed(self) -> None:
        """Wait, sending nothing, until the server closes the socket."""
        await asyncio.wait_for(asyncio.shield(self._reading), CLIENT_DEADLINE_S)

    async def send_packed(self, axes: list[float]) -> int:
        """Send one packed command; its sequence number."""
        self._seq += 1
        await self.socket.send(self.encode([1, self._seq, time.time_ns() // 1000, axes]))
        return self._seq

    def encode(self, frame: object) -> bytes | str:
        """A frame as this socket carries it."""
        return self._codec.dumps(frame)

    async def close(self) -> None:
        """Close the socket as a client that has done."""
        await self.socket.close()
        await self._reading

    def _check(self, end: float, what: str) -> None:
        if self._reading.done():
            self._reading.result()
            pytest.fail(f"{what}: the socket was closed: {self.socket.close_code}")
        assert time.monotonic() < end, f"{what}: not in time; {self.errors} {self.states[-1:]}"

    async def _read(self) -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                self._take(await self.socket.recv())

    def _take(self, data: bytes | str) -> None:
        frame = self._codec.loads(data)
        if isinstance(frame, list):
            frame = {"t": "ack", "ack": frame[3], "st": frame[4], "packed": True}
        kind = frame["t"]
        if kind == "hello":
            self.hello = frame
        elif kind == "ack":
            self.acks[frame["ack"]] = frame
        elif kind == "state":
            self.states.append(frame)
        elif kind == "err":
            self.errors.append(frame)


class Watch:
    """The robot's status, looked at ten times a second."""

    def __init__(self, stack: Stack) -> None:
        self.latest = stack.status()
        self._stack = stack

    @property
    def position(self) -> tuple[float, float]:
        """Where the base is, in metres on the map."""
        return self.latest["pose"]["x_m"], self.latest["pose"]["y_m"]

    @property
    def state(self) -> str:
        """The safety state in the words of the API."""
        return self.latest["safety"]["state"]

    @property
    def speed(self) -> float:
        """How fast the base moves, in m/s, by its odometry."""
        return abs(self.latest["twist"]["linear"]["x"])

    async def run(self) -> None:
        """Look until cancelled."""
        headers = {"Authorization": f"Bearer {self._stack.key}"}
        more = {"headers": headers, "timeout": CLIENT_DEADLINE_S}
        async with httpx.AsyncClient(base_url=self._stack.url, **more) as client:
            while True:
                response = await client.get(f"/robots/{ROBOT_ID}/status")
                self.latest = response.raise_for_status().json()
                await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def watching(stack: Stack) -> AsyncIterator[Watch]:
    """A watch that looks while the ``with`` block runs."""
    watch = Watch(stack)
    running = asyncio.ensure_future(watch.run())
    try:
        yield watch
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


@contextlib.asynccontextmanager
async def connected(
    stack: Stack, path: str, subprotocol: str, *, key: str | None = None
) -> AsyncIterator[websockets.ClientConnection]:
    """A WebSocket to the gateway, which is shown a key."""
    async with websockets.connect(
        f"{stack.url.replace('http', 'ws', 1)}{path}",
        subprotocols=[websockets.Subprotocol(subprotocol)],
        additional_headers={"Authorization": f"Bearer {key or stack.key}"},
        proxy=None,
    ) as socket:
        yield socket


@contextlib.asynccontextmanager
async def driving(stack: Stack, encoding: str = "msgpack") -> AsyncIterator[Driver]:
    """A driver that has been greeted."""
    path, subprotocol = f"/ws/command/{ROBOT_ID}", f"lanyard.command.v1+{encoding}"
    async with connected(stack, path, subprotocol) as socket:
        driver = Driver(socket, encoding)
        await driver.until(lambda: driver.hello, what="hello")
        try:
            yield driver
        finally:
            await driver.close()


@pytest.fixture
def drive() -> Callable[..., contextlib.AbstractAsyncContextManager[Driver]]:
    """``async with drive(stack, "json") as driver``: a client on the command socket."""
    return driving


@pytest.fixture
def watch() -> Callable[..., contextlib.AbstractAsyncContextManager[Watch]]:
    """``async with watch(stack) as robot``: the robot's status, always fresh."""
    return watching


@pytest.fixture
def connect() -> Callable[..., contextlib.AbstractAsyncContextManager]:
    """``async with connect(stack, path, subprotocol) as socket``."""
    return connected


# One for each file of tests, so that no stack runs beside the tests of other files.
@pytest.fixture(scope="module")
def shared_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    made = Stack(tmp_path_factory.mktemp("stack"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def stack(shared_stack: Stack) -> Iterator[Stack]:
    """The running robot, shared by tests that leave it at rest; its logs when one fails."""
    before = shared_stack.overruns()
    yield shared_stack
    print(shared_stack.logs())
    if shared_stack.overruns() > before:
        real_time.tell(real_time.HELD_UP_S)


@pytest.fixture
def ready_stack(stack: Stack) -> Stack:
    """The running robot, with any stop of an earlier test cleared."""
    with stack.client() as client:
        wait_for(
            lambda: client.post(f"/api/v1/robots/{ROBOT_ID}/reset").status_code == 200,
            "the robot is reset",
            every_s=ASKED_EVERY_S,
        )
        wait_for(
            lambda: stack.status()["safety"]["state"] == "ready",
            "the robot is ready",
            every_s=ASKED_EVERY_S,
        )
    return stack


@pytest.fixture
def wait_until() -> Callable[..., Awaitable[None]]:
    """``await wait_until(condition, "what it means")``, without holding up other coroutines."""
    return partial(eventually, every_s=ASKED_EVERY_S)


@pytest.fixture
def client_that_drives() -> Iterator[Callable[[Stack], subprocess.Popen]]:
    """Starts a teleop client as a process, which drives until it is killed."""
    started: list[subprocess.Popen] = []

    def start(stack: Stack) -> subprocess.Popen:
        uri = f"{stack.url.replace('http', 'ws', 1)}/ws/command/{ROBOT_ID}"
        script = Path(__file__).with_name("client_that_drives.py")
        child = subprocess.Popen(
            [sys.executable, script, uri, stack.key],
            env=stack.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(child)
        return child

    yield start
    for child in started:
        child.kill()
        child.wait(STOP_DEADLINE_S)


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[Stack]:
    """A robot of the test's own, not started yet, for tests that end or break processes."""
    made = Stack(tmp_path)
    try:
        yield made
    finally:
        print(made.logs())
        if made.overruns():
            real_time.tell(real_time.HELD_UP_S)
        made.stop()
