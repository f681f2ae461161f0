"""The real application behind a real uvicorn on a free port, and a robot that lives in memory."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest
import pytest_asyncio
import uvicorn
import waiting
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect

from lanyard_core.access.keys import KeyRing, NewKey, make_key
from lanyard_core.access.scopes import Role
from lanyard_core.faults import Conflict
from lanyard_core.port import (
    CommandAck,
    LeaseGrant,
    MotionCommand,
    RobotListener,
    SafetyReply,
)
from lanyard_core.safety.states import AckStatus, Cause, Priority, State, StopKind
from lanyard_core.stream.channel import Channel, Encoding, subprotocol
from lanyard_core.stream.client_frames import write_client_frame
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.frames import Ack, Arm, Command, Hello, Ping, StateChange
from lanyard_core.stream.plain import FROM_SERVER
from lanyard_core.stream.server_frames import read_server_frame
from lanyard_core.telemetry.status import UNKNOWN_SAFETY, RobotStatus, Twist
from lanyard_gateway.doors.rates import Rates
from lanyard_gateway.web.app import create_app
from lanyard_gateway.web.audit_sink import AuditSink, NoAudit
from lanyard_gateway.web.context import AppContext
from lanyard_gateway.web.open_sockets import OpenSockets
from lanyard_gateway.web.serve import server_config, tune_listener
from lanyard_gateway.web.settings import WebSettings

DEADLINE_S = 10.0
NEUTRAL_MAX_AGE_S = 1.0
FORWARD = Twist((0.2, 0.0, 0.0))
FRAMES = ("base_link",)


class ControlledRobot:
    """A RobotPort with the rules of arming in small; acknowledges as late as a test wants."""

    def __init__(self, robot_id: str = "arm-001") -> None:
        self.robot_id = robot_id
        self.namespace = "/arm_001"
        self.ack_delay_s: float | None = 0.0
        self.commands: list[MotionCommand] = []
        self.heartbeats: list[int] = []
        self.stops: list[tuple[str, str]] = []
        self.released: list[int] = []
        self.resets: list[bool] = []
        self.grants = 0
        self.safety = replace(UNKNOWN_SAFETY, state=State.IDLE, at_rest=True)
        self.online = True
        self._neutral_at = float("-inf")
        self._listeners: list[RobotListener] = []

    @property
    def moving(self) -> bool:
        return self.safety.state is State.ACTIVE and any(self.commands[-1].twist.linear)

    def status(self) -> RobotStatus:
        return RobotStatus(
            self.robot_id, online=self.online, age_s=0.0, safety=self.safety, ages_s={"safety": 0.0}
        )

    def becomes(self, state: State | None = None, *, online: bool = True, **safety: object) -> None:
        self.online = online
        self.safety = replace(self.safety, **({"state": state} if state else {}), **safety)
        for listener in tuple(self._listeners):
            listener.safety_changed(self.status())

    def listen(self, listener: RobotListener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def send_command(self, command: MotionCommand) -> None:
        self.commands.append(command)
        active = self.safety.state is State.ACTIVE
        if not any(command.twist.linear) and not any(command.twist.angular):
            self._neutral_at = time.monotonic()
        status = AckStatus.OK if active else AckStatus.NOT_ARMED
        if command.session != self.safety.session:
            status = AckStatus.LEASE_LOST
        if self.ack_delay_s is not None:
            self._answer_later(CommandAck(command.session, command.seq, status, 0.0001))
        if active:
            self.becomes(at_rest=not any(command.twist.linear))

    def _answer_later(self, ack: CommandAck) -> None:
        loop = asyncio.get_running_loop()
        if self.ack_delay_s:
            loop.call_later(self.ack_delay_s, self._acknowledge, ack)
        else:  # as from another thread: it has arrived, and waits for the loop
            loop.call_soon(self._acknowledge, replace(ack, arrived_s=time.monotonic()))

    def _acknowledge(self, ack: CommandAck) -> None:
        for listener in tuple(self._listeners):
            listener.command_acknowledged(ack)

    def send_heartbeat(self, session: int) -> None:
        self.heartbeats.append(session)

    async def acquire_lease(
        self, *, holder: str, priority: Priority, take: bool, full_speed: bool = False
    ) -> LeaseGrant:
        if self.safety.session:
            raise Conflict("held", code="lease_held", extra={"holder": self.safety.holder})
        self.grants += 1
        self.becomes(session=1000 + self.grants, holder=holder, priority=int(priority))
        return LeaseGrant(self.safety.session, holder, int(priority), 3.0)

    async def release_lease(self, session: int) -> None:
        self.released.append(session)
        if self.safety.session == session:
            state = State.IDLE if self.safety.state is State.ACTIVE else self.safety.state
            self.becomes(state, session=0, holder="", priority=0)

    async def arm(self, session: int, *, arm: bool) -> SafetyReply:
        why = ""
        if self.safety.state is not State.IDLE:
            why = f"the robot is in {self.safety.state.name}: reset it first"
        elif time.monotonic() - self._neutral_at > NEUTRAL_MAX_AGE_S:
            why = "send neutral commands first"
        elif session not in self.heartbeats:
            why = "no heartbeat"
        if not why:
            self.becomes(State.ACTIVE)
        return self._reply(success=not why, message=why)

    async def request_stop(self, *, kind: StopKind, actor: str, reason: str) -> SafetyReply:
        self.stops.append((actor, reason))
        self.becomes(State.SAFE_STOP, at_rest=True, causes=Cause.STOP_REQUEST)
        return self._reply(success=True)

    async def reset(self, *, request_id: int, actor: str, may_reset_severe: bool) -> SafetyReply:
        self.resets.append(may_reset_severe)
        self.becomes(State.IDLE, causes=Cause.NONE)
        return self._reply(success=True)

    def _reply(self, *, success: bool, message: str = "") -> SafetyReply:
        return SafetyReply(success, self.safety.state, self.safety.causes, message, at_rest=True)


class NoTasks:
    """A task service that has nothing to do."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def current_task(self, robot_id: str) -> None:
        return None

    def queued(self, robot_id: str) -> int:
        return 0

    def has_room(self) -> bool:
        return True

    async def check(self) -> None: ...


class Teleop:
    """A client of the command socket that sends and reads frames, and nothing by itself."""

    def __init__(self, connection: ClientConnection, encoding: Encoding) -> None:
        self.connection = connection
        self.codec = CODECS[encoding]
        self.seq = 0
        self.seen: list[object] = []

    async def send(self, make: Callable[..., object], *args: object, **more: object) -> int:
        self.seq += 1
        frame = make(self.seq, round(time.time() * 1e6), *args, **more)
        await self.connection.send(self.codec.encode(write_client_frame(frame, frames=FRAMES)))
        return self.seq

    async def drive(self, twist: Twist = FORWARD, **more: object) -> int:
        return await self.send(Command, twist, **more)

    async def next(self) -> object:
        message = await asyncio.wait_for(self.connection.recv(), DEADLINE_S)
        frame = read_server_frame(self.codec.decode(message, limits=FROM_SERVER))
        self.seen.append(frame)
        return frame

    async def until(self, kind: type, **expected: object) -> object:
        """The next frame of a kind that has the expected values; others are passed by."""
        while True:
            frame = await self.next()
            if isinstance(frame, kind) and all(getattr(frame, k) == v for k, v in expected.items()):
                return frame

    async def arm(self, *, clear: bool = False) -> Hello:
        """Go through the whole of arming."""
        hello = await self.until(Hello)
        await self.send(Ping)
        await self.drive(Twist())
        await self.send(Arm, hello.session, clear_safe_stop=clear)
        await self.until(StateChange, armed=True)
        return hello

    async def drive_and_ack(self, twist: Twist = FORWARD, **more: object) -> Ack:
        return await self.until(Ack, ack=await self.drive(twist, **more))

    async def end(self) -> tuple[int, str]:
        """Read until the server closes; gives close code and reason."""
        with contextlib.suppress(Exception):
            while True:
                await self.next()
        await asyncio.wait_for(self.connection.wait_closed(), DEADLINE_S)
        return self.connection.close_code, self.connection.close_reason


@dataclass
class Gateway:
    """A gateway that is being served, and what stands behind it."""

    url: str
    robot: ControlledRobot
    keys: dict[Role, NewKey]
    server: uvicorn.Server
    app: FastAPI
    _open: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    @property
    def keyring(self) -> KeyRing:
        return self.app.state.context.keyring

    @property
    def sockets(self) -> OpenSockets:
        return self.app.state.sockets

    @property
    def http_url(self) -> str:
        return self.url.replace("ws://", "http://")

    def headers(self, role: Role | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[role].text}"} if role else {}

    async def connect(
        self,
        path: str = "/ws/command/arm-001",
        *,
        role: Role | None = Role.OPERATOR,
        subprotocols: list[str] | None = None,
        **more: object,
    ) -> ClientConnection:
        """Open a socket; it is closed when the test ends."""
        headers = self.headers(role) | dict(more.pop("headers", {}))
        return await self._open.enter_async_context(
            connect(
                self.url + path,
                subprotocols=subprotocols,
                additional_headers=headers,
                close_timeout=1,
                **more,
            )
        )

    async def connect_with(
        self, path: str, headers: list[tuple[str, str]], subprotocols: list[str]
    ) -> ClientConnection:
        """Open a socket with just these headers; one may stand twice."""
        opening = connect(self.url + path, subprotocols=subprotocols, additional_headers=headers)
        return await self._open.enter_async_context(opening)

    async def teleop(self, encoding: Encoding = Encoding.MSGPACK, **more: object) -> Teleop:
        wanted = [subprotocol(Channel.COMMAND, encoding)]
        return Teleop(await self.connect(subprotocols=wanted, **more), encoding)

    async def close(self) -> None:
        await self._open.aclose()


def _key(number: int, role: Role) -> NewKey:
    return make_key(
        id_entropy=bytes([number] * 7),
        secret_entropy=bytes([number] * 32),
        role=role,
        name=role.value,
        now_unix_s=0.0,
    )


@pytest.fixture
def robot() -> ControlledRobot:
    return ControlledRobot()


@pytest.fixture
def robots(robot: ControlledRobot) -> dict[str, ControlledRobot]:
    """The robots that the gateway serves."""
    return {robot.robot_id: robot}


@pytest.fixture
def other_robot(robots: dict[str, ControlledRobot]) -> ControlledRobot:
    """A second robot."""
    other = robots["amr-002"] = ControlledRobot("amr-002")
    return other


@pytest.fixture
def ack_miss_limit() -> int:
    """Generous, so that a busy computer fails no test that is about something else."""
    return 50


@pytest.fixture
def bare_twists() -> bool:
    """Whether a TwistStamped is taken without a frame around it."""
    return False


@pytest.fixture
def web_settings(ack_miss_limit: int, bare_twists: bool) -> WebSettings:
    return WebSettings(
        port=0,
        allowed_origins=("https://panel.example.org",),
        ack_deadline_s=0.1,
        ack_miss_limit=ack_miss_limit,
        bare_twists=bare_twists,
    )


@pytest.fixture
def audit() -> AuditSink:
    """Where entries of the audit log go; tests that look at them have another."""
    return NoAudit()


@pytest.fixture
def rates(request: pytest.FixtureRequest) -> Rates | None:
    """Nobody is counted, except by tests that look at that and say how."""
    return Rates(**request.param) if hasattr(request, "param") else None


@pytest_asyncio.fixture
async def gateway(
    robot: ControlledRobot,
    robots: dict[str, ControlledRobot],
    web_settings: WebSettings,
    audit: AuditSink,
    rates: Rates | None,
) -> AsyncIterator[Gateway]:
    keys = {role: _key(number, role) for number, role in enumerate(Role)}
    context = AppContext(
        robots=robots,
        keyring=KeyRing(key.record for key in keys.values()),
        tasks=NoTasks(),
        settings=web_settings,
        version="1.2.3",
        ros_alive=lambda: True,
        audit=audit,
        rates=rates,
    )
    listener = tune_listener(socket.socket())
    listener.bind(("127.0.0.1", 0))
    app = create_app(context)
    server = uvicorn.Server(server_config(app, web_settings))
    serving = asyncio.get_running_loop().create_task(server.serve(sockets=[listener]))
    await waiting.eventually(lambda: server.started)
    made = Gateway(f"ws://127.0.0.1:{listener.getsockname()[1]}", robot, keys, server, app)
    yield made
    await made.close()
    server.should_exit = True
    await asyncio.wait_for(serving, DEADLINE_S)
    listener.close()


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], Awaitable[object]]:
    return waiting.eventually
