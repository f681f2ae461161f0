"""The bridge as a process, a ROS peer in this one, and clients: bare, roslibpy and roslib."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import random
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
import rclpy
import yaml
from lanyard_msgs.action import ExecuteTask
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from lanyard_core.access.keys import ID_BYTES, SECRET_BYTES, make_key
from lanyard_core.access.scopes import Scope
from lanyard_dashboard.node import npm_command
from lanyard_dashboard.testing import node_command
from lanyard_gateway.doors import key_file

DEADLINE_S = 20.0
SCENARIOS = Path(__file__).parent / "javascript"
ALL = ["**"]
POLICY = {
    "version": 1,
    "roles": {
        "panel": {
            "scopes": [scope.value for scope in Scope],
            "robots": ALL,
            "requests_per_s": 1000,
            "topics": {"subscribe": ALL, "publish": [*ALL, "/cmd_vel"]},
            "services": {"call": ALL, "advertise": ALL},
            "actions": {"send_goal": ALL, "advertise": ALL},
            "params": {"read": ALL, "write": ALL},
        },
        "looker": {"scopes": ["rosbridge", "ros:read"], "topics": {"subscribe": ["/chatter"]}},
        "stranger": {"scopes": ["robots:read"], "robots": ALL},
        "seldom": {"scopes": ["rosbridge"], "robots": ALL, "requests_per_s": 1},
    },
}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("filterwarnings", "ignore:module 'sre_:DeprecationWarning")


class Peer:
    """Another node of the graph, which a thread of its own spins."""

    def __init__(self, domain_id: int) -> None:
        # A context of its own: the process's one belongs to the tests of other folders.
        self._context = Context()
        rclpy.init(
            context=self._context,
            domain_id=domain_id,
            signal_handler_options=SignalHandlerOptions.NO,
        )
        self.node = Node("peer", context=self._context)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._spin, daemon=True)
        self._thread.start()

    def _spin(self) -> None:
        executor = SingleThreadedExecutor(context=self._context)
        executor.add_node(self.node)
        while not self._stop.is_set():
            executor.spin_once(timeout_sec=0.05)
        executor.remove_node(self.node)
        executor.shutdown()

    def hear(self, kind: Any, topic: str) -> list[Any]:
        """What comes on a topic from now on."""
        heard: list[Any] = []
        self.node.create_subscription(kind, topic, heard.append, 100)
        return heard

    def close(self) -> None:
        self._stop.set()
        self._thread.join(DEADLINE_S)
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)


class Site:
    """The site of a page with roslib, as somebody's web server is: files, and a ticket.

    It has the key; its pages never do.
    """

    def __init__(self) -> None:
        self._server: Server | None = None
        self._proxy_url = ""
        handler = functools.partial(_SiteHandler, self, directory=str(SCENARIOS))
        self._web = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self._web.serve_forever, daemon=True).start()

    @property
    def origin(self) -> str:
        """As a browser says it."""
        return f"http://127.0.0.1:{self._web.server_address[1]}"

    def lead_to(self, server: Server, *, proxy_url: str) -> None:
        """From now on its pages connect there."""
        self._server, self._proxy_url = server, proxy_url

    def address_with_ticket(self) -> str:
        """Where a page may connect, once."""
        assert self._server is not None
        answer = httpx.post(
            self._server.url.replace("ws:", "http:", 1) + "/api/v1/ws-tickets",
            json={"purpose": "rosbridge"},
            headers={"Authorization": f"Bearer {self._server.keys['panel']}"},
            trust_env=False,
        )
        return f"{self._proxy_url}/?ticket={answer.raise_for_status().json()['ticket']}"

    def close(self) -> None:
        self._web.shutdown()
        self._web.server_close()


class _SiteHandler(SimpleHTTPRequestHandler):
    extensions_map: ClassVar = {
        ".html": "text/html",
        ".js": "text/javascript",
        ".mjs": "text/javascript",
    }

    def __init__(self, site: Site, *arguments: Any, **named: Any) -> None:
        self._site = site
        super().__init__(*arguments, **named)

    def do_GET(self) -> None:
        if self.path != "/ticket":
            super().do_GET()
            return
        body = json.dumps({"url": self._site.address_with_ticket()}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: a test says what went wrong."""


class Server:
    """The bridge in a process of its own."""

    def __init__(self, folder: Path, domain_id: int, *, origin: str) -> None:
        self.folder = folder
        self._origin = origin
        self.keys: dict[str, str] = {}
        self._ready = folder / "ready.json"
        (folder / "policy.yaml").write_text(yaml.safe_dump(POLICY), encoding="utf-8")
        for role in POLICY["roles"]:
            self.keys[role] = self.make_key(role)
        self.environment = {**os.environ, "ROS_DOMAIN_ID": str(domain_id), "PYTHONUNBUFFERED": "1"}
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def make_key(self, role: str) -> str:
        """A new key of a role."""
        new = make_key(
            id_entropy=secrets.token_bytes(ID_BYTES),
            secret_entropy=secrets.token_bytes(SECRET_BYTES),
            role=role, name=secrets.token_hex(4), now_unix_s=time.time(),
        )  # fmt: skip
        key_file.change(self.folder / "keys.json", lambda known: [*known, new.record])
        return new.text

    @property
    def pid(self) -> int:
        """The id of its process."""
        assert self._process is not None
        return self._process.pid

    def memory_bytes(self) -> int:
        """What its process holds now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    @property
    def log(self) -> str:
        """What it has printed."""
        return (self.folder / "server.log").read_text(encoding="utf-8")

    def start(self, port: int = 0) -> None:
        """Start it and wait until it serves."""
        parameters = {
            "port": port, "state_dir": self.folder, "policy_file": self.folder / "policy.yaml",
            "ready_file": self._ready, "allowed_origins": f'["{self._origin}"]',
        }  # fmt: skip
        arguments = [word for item in parameters.items() for word in ("-p", "{}:={}".format(*item))]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "lanyard_rosbridge.main", "--ros-args", *arguments],
                env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + 2 * DEADLINE_S
        while not self._ready.exists():
            assert self._process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.02)
        self.url = json.loads(self._ready.read_text())["rosbridge_url"]

    def stop(self) -> int:
        """Stop it as an operator would; its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(DEADLINE_S)

    def come_back(self) -> None:
        """Start it again where it was."""
        self.start(port=int(self.url.rpartition(":")[2]))

    def lets_in(self, headers: dict[str, str]) -> bool:
        """Whether a client with these headers may connect."""
        try:
            with connect(self.url, additional_headers=headers, proxy=None):
                return True
        except InvalidStatus:
            return False

    def connect(self, role: str = "panel", **options: Any) -> ClientConnection:
        """A bare WebSocket to it."""
        headers = {"Authorization": f"Bearer {self.keys[role]}"}
        return connect(
            self.url,
            additional_headers=headers,
            compression=None,
            proxy=None,
            max_size=None,
            **options,
        )


@pytest.fixture(scope="session")
def domain_id() -> int:
    return random.randint(1, 99)


@pytest.fixture(scope="session")
def peer(domain_id: int) -> Iterator[Peer]:
    made = Peer(domain_id)
    yield made
    made.close()


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture(scope="session")
def server(
    tmp_path_factory: pytest.TempPathFactory, domain_id: int, site: Site
) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("rosbridge"), domain_id, origin=site.origin)
    made.start()
    yield made
    assert made.stop() == 0
    print(made.log)
    assert "Traceback" not in made.log


class Client:
    """A bare client: operations as keyword arguments, frames as they come."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def say(self, **op: Any) -> None:
        self.socket.send(json.dumps(op))

    def hear(self, timeout_s: float = DEADLINE_S) -> Any:
        frame = self.socket.recv(timeout=timeout_s)
        return json.loads(frame) if isinstance(frame, str) else frame

    def call(self, service: str, args: Any = None, **more: Any) -> Any:
        """The answer to a call."""
        self.say(op="call_service", id="call", service=service, args=args or {}, **more)
        while (answer := self.hear()).get("id") != "call":
            pass
        return answer

    def type_of(self, topic: str) -> str:
        """The type of a topic, empty when it is not known."""
        found: str = self.call("/rosapi/topic_type", {"topic": topic})["values"]["type"]
        return found

    def answer(self, asked: Any, **more: Any) -> None:
        """Answer a call of this client's service."""
        self.say(op="service_response", id=asked["id"], service=asked["service"], **more)


@pytest.fixture
def client(server: Server, peer: Peer) -> Iterator[Client]:
    with server.connect() as socket:
        yield Client(socket)


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], object]:
    """Waits until a condition gives something true, or fails at a deadline."""

    def wait(condition: Callable[[], object]) -> object:
        deadline = time.monotonic() + DEADLINE_S
        while not (value := condition()):
            assert time.monotonic() < deadline, "the condition was not met in time"
            time.sleep(0.01)
        return value

    return wait


class Proxy:
    """Stands before the bridge, and can be cut. Shows a key for clients that cannot."""

    def __init__(self, server: Server, key: str | None = None) -> None:
        self._server = server
        self._key = key
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._is_open = True
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        """Drop every connection, and take none until ``mend``."""
        self._is_open = False
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def mend(self) -> None:
        self._is_open = True

    def close(self) -> None:
        self.cut()
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if not self._is_open:
                    near.close()
                    continue
                host, port = self._server.url.removeprefix("ws://").split(":")
                far = socket.create_connection((host, int(port)))
                self._open += [near, far]
                far.sendall(self._with_key(near.recv(65536)))
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _with_key(self, request: bytes) -> bytes:
        if self._key is None:
            return request
        head, _, rest = request.partition(b"\r\n")
        return head + b"\r\nAuthorization: Bearer " + self._key.encode() + b"\r\n" + rest

    @staticmethod
    def _pass_on(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)


class Scenario:
    """A client as a process, which says what it sees as lines of JSON."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment
        )

    def says(self, *expected: Any) -> list[Any]:
        """Wait for the next thing that it says; gives what it says besides the expected."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1][-3000:]
        told: list[Any] = json.loads(line)
        assert told[: len(expected)] == list(expected), told
        return told[len(expected) :]

    def tell(self) -> None:
        """Let it go on."""
        assert self.process.stdin is not None
        self.process.stdin.write("go on\n")
        self.process.stdin.flush()

    def close(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def start() -> Iterator[Callable[..., Scenario]]:
    """Starts clients; they are ended with the test."""
    started: list[Scenario] = []

    def begin(*command: str, **environment: str) -> Scenario:
        made = Scenario([*command], {**os.environ, **environment})
        started.append(made)
        return made

    yield begin
    for each in started:
        each.close()


class _Breath:
    """Lets the executor do something else."""

    def __await__(self) -> Any:
        yield


async def _work(goal: Any) -> Any:
    """Works for a moment or, when the task is long, until it is cancelled."""
    ends = time.monotonic() + (DEADLINE_S if goal.request.task_type == "long" else 0.2)
    told = 0.0
    while time.monotonic() < ends:
        if time.monotonic() > told + 0.05:
            told = time.monotonic()
            goal.publish_feedback(ExecuteTask.Feedback(phase="working"))
        if goal.is_cancel_requested:
            goal.canceled()
            return ExecuteTask.Result(error_message="cancelled")
        await _Breath()
    goal.succeed()
    return ExecuteTask.Result(error_message="done")


@pytest.fixture
def worker(peer: Peer) -> Iterator[None]:
    """An action server of the graph, ``/work``; it refuses tasks of the type "reject"."""

    def judge(goal: Any) -> GoalResponse:
        return GoalResponse.REJECT if goal.task_type == "reject" else GoalResponse.ACCEPT

    made = ActionServer(
        peer.node, ExecuteTask, "/work", _work, goal_callback=judge,
        cancel_callback=lambda _: CancelResponse.ACCEPT,
    )  # fmt: skip
    yield
    made.destroy()


@pytest.fixture(scope="session")
def libraries() -> None:
    """The two versions, from npm, as the lock file has them."""
    if not (SCENARIOS / "node_modules").exists():
        subprocess.run([*npm_command(), "ci", "--ignore-scripts"], cwd=SCENARIOS, check=True)


class PageScenario:
    """The same in a page of a browser."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._wrong: list[str] = []
        page.on("pageerror", lambda error: self._wrong.append(str(error)))
        page.on("console", lambda said: said.type == "error" and self._wrong.append(said.text))

    def open(self, address: str) -> None:
        self._page.goto(address)
        self._page.wait_for_function("Boolean(globalThis.nextTold)")

    def says(self, *expected: Any) -> list[Any]:
        """Wait for the next thing that it says; gives what it says besides the expected."""
        told = self._page.evaluate("nextTold", DEADLINE_S * 1000)
        assert told is not None, f"it said nothing; what went wrong in it: {self._wrong}"
        assert told[: len(expected)] == list(expected), told
        more: list[Any] = told[len(expected) :]
        return more

    def tell(self) -> None:
        """Let it go on."""
        self._page.evaluate("goOn")

    def close(self) -> None:
        """Close its page, as a person does."""
        self._page.close()


@pytest.fixture(params=["Node", "Chromium"])
def place(request: pytest.FixtureRequest) -> str:
    """Where roslib runs."""
    return str(request.param)


@pytest.fixture
def me(version: str, place: str) -> str:
    """What a scenario calls itself in the names of what it serves."""
    return f"roslib_{version}_in_{place}"


@pytest.fixture
def proxy(server: Server, site: Site, place: str) -> Iterator[Proxy]:
    """What stands between roslib and the bridge: it can be cut."""
    made = Proxy(server, key=server.keys["panel"] if place == "Node" else None)
    site.lead_to(server, proxy_url=made.url)
    yield made
    made.close()


@pytest.fixture
def roslib(
    request: pytest.FixtureRequest,
    libraries: None,
    version: str,
    place: str,
    me: str,
    site: Site,
    proxy: Proxy,
    peer: Peer,
) -> Iterator[Callable[[str], Scenario | PageScenario]]:
    """Starts a scenario of roslib, version 1 (1.4.1) or 2 (2.1.0), in Node or in a browser."""
    script = str(SCENARIOS / "scenario.mjs")
    with contextlib.ExitStack() as pages:

        def in_node(name: str) -> Scenario:
            command = [*node_command(), "--no-warnings", script, version, me, proxy.url, name]
            made: Scenario = request.getfixturevalue("start")(*command)
            return made

        def in_chromium(name: str) -> PageScenario:
            context = request.getfixturevalue("browser").new_context()
            pages.callback(context.close)
            made = PageScenario(context.new_page())
            made.open(f"{site.origin}/page.html?version={version}&me={me}&name={name}")
            return made

        yield in_node if place == "Node" else in_chromium
