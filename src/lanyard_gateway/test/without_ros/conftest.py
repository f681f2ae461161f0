"""The real application, a real SQLite file, and robots that live in memory."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
import waiting
from fastapi import FastAPI

from lanyard_core.access.keys import KeyRing, NewKey, make_key
from lanyard_core.access.scopes import Role
from lanyard_core.faults import Conflict, LanyardFault
from lanyard_core.port import (
    CancelReply,
    GoalOutcome,
    PauseReply,
    RobotListener,
    SafetyReply,
    TaskFeedback,
    TaskGoal,
    TaskResult,
    TaskServer,
)
from lanyard_core.safety.states import Cause, State, StopKind
from lanyard_core.task.built_in import BUILT_IN
from lanyard_core.task.model import TaskRecord
from lanyard_core.task.order import RobotTraits
from lanyard_core.task.run_state import RunState
from lanyard_core.task.supervision import Patience
from lanyard_core.telemetry.status import UNKNOWN_SAFETY, RobotStatus
from lanyard_gateway.dispatch.service import TaskService
from lanyard_gateway.dispatch.shop import DispatchSettings
from lanyard_gateway.doors.issuer_keys import IssuerKeys
from lanyard_gateway.doors.rates import Rates
from lanyard_gateway.doors.tokens import TokenDesk
from lanyard_gateway.events.hub import EventHub
from lanyard_gateway.store.task_store import SqlTaskStore
from lanyard_gateway.web.app import create_app
from lanyard_gateway.web.audit_sink import AuditSink, NoAudit
from lanyard_gateway.web.context import AppContext
from lanyard_gateway.web.settings import WebSettings

STOPPED = SafetyReply(
    success=True, state=State.SAFE_STOP, causes=Cause.STOP_REQUEST, message="", at_rest=True
)
TAKEN_IN = PauseReply(True, RunState.PAUSING)
RESET = SafetyReply(success=True, state=State.IDLE, causes=Cause.NONE, message="", at_rest=True)


@dataclass
class Goal:
    """A goal that the robot in memory has accepted."""

    goal: TaskGoal
    on_feedback: Callable[[TaskFeedback], None] | None
    on_result: Callable[[TaskResult], None] | None


@dataclass
class MemoryRobot:
    """A RobotPort without ROS: tests set what it says, and read what it was asked."""

    robot_id: str
    namespace: str
    known: RobotStatus
    goals: dict[UUID, Goal] = field(default_factory=dict)
    starts: list[TaskGoal] = field(default_factory=list)
    start_fault: LanyardFault | None = None
    takes_goal_before_fault: bool = False
    reattaches: list[UUID] = field(default_factory=list)
    reattach_fault: LanyardFault | None = None
    cancel_reply: CancelReply | LanyardFault = CancelReply.ACCEPTED
    cancels: list[UUID] = field(default_factory=list)
    pause_reply: PauseReply | LanyardFault = TAKEN_IN
    pauses: list[tuple[UUID, bool]] = field(default_factory=list)
    server: TaskServer | None = None
    is_served: bool = True
    stops: list[tuple[StopKind, str, str]] = field(default_factory=list)
    stop_reply: SafetyReply | LanyardFault = STOPPED
    reset_reply: SafetyReply | LanyardFault = RESET
    listeners: list[RobotListener] = field(default_factory=list)

    def status(self) -> RobotStatus:
        return self.known

    def listen(self, listener: RobotListener) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    async def acquire_lease(self, **_: object) -> None:
        raise Conflict("somebody else drives", code="lease_held")

    def task_server(self) -> TaskServer | None:
        return self.server

    def serves_tasks(self) -> bool:
        return self.is_served

    async def start_task(self, goal: TaskGoal, *, on_feedback, on_result) -> None:
        self.starts.append(goal)
        is_for_another = self.server is not None and goal.server_id not in (
            "",
            self.server.server_id,
        )
        if is_for_another and not self.server.keeps_journal:
            on_result(TaskResult(goal.goal_id, GoalOutcome.FAILED, error_code=103))
            return
        if self.start_fault is not None and not self.takes_goal_before_fault:
            raise self.start_fault
        self.goals[goal.goal_id] = Goal(goal, on_feedback, on_result)
        if self.start_fault is not None:
            raise self.start_fault

    async def reattach_task(self, goal_id: UUID, *, on_feedback, on_result) -> bool:
        self.reattaches.append(goal_id)
        if self.reattach_fault is not None:
            raise self.reattach_fault
        if goal_id not in self.goals:
            return False
        self.goals[goal_id].on_feedback = on_feedback
        self.goals[goal_id].on_result = on_result
        return True

    async def cancel_task(self, goal_id: UUID) -> CancelReply:
        self.cancels.append(goal_id)
        if isinstance(self.cancel_reply, LanyardFault):
            raise self.cancel_reply
        return self.cancel_reply

    async def pause_task(self, goal_id: UUID, *, pause: bool) -> PauseReply:
        self.pauses.append((goal_id, pause))
        if isinstance(self.pause_reply, LanyardFault):
            raise self.pause_reply
        return self.pause_reply

    async def request_stop(self, *, kind: StopKind, actor: str, reason: str) -> SafetyReply:
        self.stops.append((kind, actor, reason))
        return self._safety_reply(self.stop_reply)

    async def reset(self, *, request_id: int, actor: str, may_reset_severe: bool) -> SafetyReply:
        return self._safety_reply(self.reset_reply)

    @staticmethod
    def _safety_reply(reply: SafetyReply | LanyardFault) -> SafetyReply:
        if isinstance(reply, LanyardFault):
            raise reply
        return reply

    # What tests do to the robot.

    def presents(self, server_id: str, *, keeps_journal: bool = False, types: str = "[]") -> None:
        """A task server presents itself; one that was restarted has forgotten its goals."""
        if self.server is not None and self.server.server_id != server_id:
            self.goals.clear()
        self.server = TaskServer(server_id, keeps_journal, types)

    def becomes(self, state: State | None, *, online: bool = True, **safety: object) -> None:
        """Change what the robot says of itself, and tell whoever listens."""
        known = replace(self.known.safety, state=state, **safety)
        self.known = replace(self.known, online=online, safety=known)
        for listener in list(self.listeners):
            listener.safety_changed(self.known)

    def running(self) -> Goal:
        """The goal that was started last."""
        return self.goals[self.starts[-1].goal_id]

    def reports(
        self, phase: str, *, cancellable: bool = True, progress: float = 0.5, **told: object
    ) -> None:
        """Send feedback for the goal that was started last."""
        goal = self.running()
        goal.on_feedback(
            TaskFeedback(
                goal_id=goal.goal.goal_id,
                phase=phase,
                cancellable=cancellable,
                progress=progress,
                remaining_s=4.0,
                distance_m=1.5,
                **told,
            )
        )

    def ends(self, outcome: GoalOutcome = GoalOutcome.SUCCEEDED, **result: object) -> None:
        """End the goal that was started last."""
        goal = self.goals.pop(self.starts[-1].goal_id)
        goal.on_result(TaskResult(goal_id=goal.goal.goal_id, outcome=outcome, **result))


@dataclass
class House:
    """A running gateway without ROS, and a client of it."""

    app: FastAPI
    context: AppContext
    store: SqlTaskStore
    robot: MemoryRobot
    other: MemoryRobot
    keys: dict[Role, NewKey]
    client: httpx.AsyncClient

    def headers(self, role: Role = Role.OPERATOR) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[role].text}"}

    async def call(
        self, method: str, path: str, *, role: Role | None = Role.OPERATOR, **more: object
    ) -> httpx.Response:
        headers = dict(more.pop("headers", {}))  # type: ignore[call-overload]
        if role is not None:
            headers |= self.headers(role)
        return await self.client.request(method, path, headers=headers, **more)

    async def submit(self, **more: object) -> str:
        """Submit a task, and give its id."""
        answer = await self.call("POST", "/api/v1/tasks", json=ORDER | more)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["task_id"])

    async def task(self, task_id: str) -> dict:
        answer = await self.call("GET", f"/api/v1/tasks/{task_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def history(self, task_id: str) -> Sequence[TaskRecord]:
        return await self.store.history(task_id)

    async def events(self, task_id: str) -> list[str]:
        return [record.event for record in await self.store.history(task_id)]

    async def until_event(self, task_id: str, event: str) -> None:
        async def happened() -> bool:
            return event in [record.event for record in await self.history(task_id)]

        await waiting.eventually(happened)

    async def until_started(self, count: int = 1) -> None:
        await waiting.eventually(lambda: len(self.robot.starts) >= count)

    async def until_task(self, task_id: str, **expected: object) -> dict:
        """Wait until a task shows what is expected, and give it."""

        async def shows() -> dict | None:
            task = await self.task(task_id)
            return task if all(task[name] == value for name, value in expected.items()) else None

        return await waiting.eventually(shows)


ORDER = {
    "task_type": "pick_and_place",
    "robot_id": "arm-001",
    "parameters": {"pick": {"x_m": 1.0, "y_m": 0.0}, "place": {"x_m": 2.0, "y_m": 1.0}},
    "priority": 1,
}
READY = RobotStatus(
    robot_id="arm-001",
    online=True,
    age_s=0.02,
    safety=replace(UNKNOWN_SAFETY, state=State.IDLE, at_rest=True, age_s=0.02),
)


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], Awaitable[object]]:
    return waiting.eventually


@pytest.fixture
def order() -> dict:
    """The seed's body of a task."""
    return json.loads(json.dumps(ORDER))


@pytest.fixture
def robots() -> dict[str, MemoryRobot]:
    """arm-001, which is ready, and amr-002, which is offline."""
    offline = replace(READY, robot_id="amr-002", online=False, age_s=None, safety=UNKNOWN_SAFETY)
    return {
        "arm-001": MemoryRobot("arm-001", "/arm_001", READY),
        "amr-002": MemoryRobot("amr-002", "/amr_002", offline),
    }


@pytest.fixture
def keys() -> dict[Role, NewKey]:
    """A key of each role."""
    return {
        role: make_key(
            id_entropy=bytes([number] * 7),
            secret_entropy=bytes([number] * 32),
            role=role,
            name=role.value,
            now_unix_s=0.0,
        )
        for number, role in enumerate(Role, start=1)
    }


@pytest.fixture
def traits() -> dict[str, RobotTraits]:
    """What selectors look at; nothing, unless a test says so."""
    return {}


@pytest.fixture
def dispatch_settings() -> DispatchSettings:
    """Short times, so that tests need not wait."""
    patience = Patience(after_timeout_s=0.8, after_cancel_s=0.8)
    return DispatchSettings(
        poll_s=0.02,
        retry_s=0.02,
        longest_rest_s=0.08,
        patience=patience,
        max_queued=50,
        presentation_s=0.2,
    )


@pytest.fixture
def web_settings() -> WebSettings:
    return WebSettings(cancel_wait_s=0.3)


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    return tmp_path / "tasks.sqlite3"


@pytest.fixture
def audit() -> AuditSink:
    """Where entries of the audit log go; tests that look at them have another."""
    return NoAudit()


@pytest.fixture
def rates(request: pytest.FixtureRequest) -> Rates | None:
    """Nobody is counted, except by tests that look at that and say how."""
    return Rates(**request.param) if hasattr(request, "param") else None


@pytest.fixture
def build(audit, rates, store_path, robots, traits, keys, dispatch_settings, web_settings):
    """Builds a gateway on the store's file; used as an async context manager."""

    @asynccontextmanager
    async def made(
        *,
        robot: str = "arm-001",
        tokens: TokenDesk | None = None,
        issuer_keys: IssuerKeys | None = None,
        **overrides: object,
    ) -> AsyncIterator[House]:
        store = SqlTaskStore.open(store_path)
        events = EventHub()
        tasks = TaskService(
            store=store,
            robots=robots,
            task_types=BUILT_IN,
            settings=dispatch_settings,
            traits=traits,
            publish=events.publish,
        )
        context = AppContext(
            robots=robots,
            keyring=KeyRing(key.record for key in keys.values()),
            tasks=tasks,
            settings=replace(web_settings, **overrides),
            version="1.2.3",
            ros_alive=lambda: True,
            events=events,
            audit=audit,
            rates=rates,
            tokens=tokens,
            issuer_keys=issuer_keys,
        )
        app = create_app(context)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        try:
            async with (
                app.router.lifespan_context(app),
                httpx.AsyncClient(transport=transport, base_url="http://gateway") as client,
            ):
                yield House(app, context, store, robots[robot], robots["amr-002"], keys, client)
        finally:
            store.close()

    return made


@pytest_asyncio.fixture
async def house(build) -> AsyncIterator[House]:
    async with build() as made:
        yield made
