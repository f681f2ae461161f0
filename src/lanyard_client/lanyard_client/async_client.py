"""AsyncClient: requests to a gateway, and the streams that it opens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from types import TracebackType

import httpx

from lanyard_client import task_watch
from lanyard_client.api import Api, quoted
from lanyard_client.command_stream import DEFAULT_RATE_HZ, CommandStream
from lanyard_client.endpoint import endpoint
from lanyard_client.events import Choice, Event, follow
from lanyard_client.models import (
    CancelOutcome,
    Identity,
    Readiness,
    Robot,
    RobotStatus,
    StopOutcome,
    Task,
    TaskType,
    identity_of,
    items,
    readiness_of,
    robot_of,
    robot_status_of,
    stop_outcome_of,
    task_of,
    task_type_of,
    text,
)
from lanyard_client.telemetry import DEFAULT_RATE_HZ as DEFAULT_TELEMETRY_HZ
from lanyard_client.telemetry import Interest, TelemetryFrame, watch
from lanyard_client.trust import Trust
from lanyard_core.stream.channel import Encoding

DEFAULT_LIMIT = 50
_LARGEST_PAGE = 500
_NOT_READY = 503


class AsyncClient:
    """A gateway, as a program with an event loop sees it. Use it with ``async with``.

    Every method raises Unreachable when there is no answer, and RequestFailed with the gateway's
    reason when it refuses.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str,
        trust: Trust | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """``url``: such as ``https://robot:8443``. ``trust``: authorities and pins for TLS.

        ``transport`` is for tests. Raises BadSettings when one of them cannot be used.
        """
        self.endpoint = endpoint(url, api_key=api_key, trust=trust)
        self._api = Api(self.endpoint, transport=transport)

    @property
    def url(self) -> str:
        """Where the gateway is."""
        return self.endpoint.base_url

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._api.close()

    # --- tasks

    async def submit_task(
        self,
        task_type: str,
        *,
        robot_id: str,
        parameters: Mapping[str, object],
        priority: int = 1,
        timeout_s: float | None = None,
        idempotency_key: str | None = None,
    ) -> Task:
        """Queue a task. With an ``idempotency_key`` the same call again makes no second task."""
        body = {
            "task_type": task_type,
            "robot_id": robot_id,
            "parameters": dict(parameters),
            "priority": priority,
        }
        if timeout_s is not None:
            body["timeout_s"] = timeout_s
        headers = {} if idempotency_key is None else {"Idempotency-Key": idempotency_key}
        return task_of(await self._api.call("POST", "/tasks", json=body, headers=headers))

    async def get_task(self, task_id: str) -> Task:
        """A task as it is now."""
        return task_of(await self._api.call("GET", f"/tasks/{quoted(task_id)}"))

    async def list_tasks(
        self,
        *,
        status: str | None = None,
        robot_id: str | None = None,
        task_type: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> list[Task]:
        """Tasks, newest first; at most ``limit``."""
        wanted = {"status": status, "robot_id": robot_id, "task_type": task_type}
        params = {name: value for name, value in wanted.items() if value is not None}
        found: list[Task] = []
        while len(found) < limit:
            params["limit"] = str(min(limit - len(found), _LARGEST_PAGE))
            page = await self._api.call("GET", "/tasks", params=params)
            found += [task_of(item) for item in items(page)]
            params["cursor"] = text(page, "next_cursor")
            if not params["cursor"]:
                break
        return found

    async def cancel_task(self, task_id: str, *, reason: str = "") -> CancelOutcome:
        """Cancel a task that waits or runs."""
        params = {"reason": reason} if reason else {}
        raw = await self._api.call("DELETE", f"/tasks/{quoted(task_id)}", params=params)
        return CancelOutcome(text(raw, "task_id"), text(raw, "status"))

    async def pause_task(self, task_id: str) -> Task:
        """Pause a task that waits or runs; one on a robot is ``paused`` once the robot rests.

        Raises ApiError: ``task_not_pausable`` for a type or in a phase that cannot be paused.
        """
        return task_of(await self._api.call("POST", f"/tasks/{quoted(task_id)}/pause"))

    async def resume_task(self, task_id: str) -> Task:
        """Let a task go on that was paused; one on a robot from where it was."""
        return task_of(await self._api.call("POST", f"/tasks/{quoted(task_id)}/resume"))

    def watch_task(self, task_id: str) -> AsyncGenerator[Task, None]:
        """A task as it is now, and each time it has changed, until it has ended."""
        return task_watch.watch_task(lambda: self.get_task(task_id))

    async def wait_for_task(self, task_id: str, *, timeout_s: float | None = None) -> Task:
        """The task, once it has ended. Raises TimeoutError when it has not in time."""
        try:
            return await asyncio.wait_for(self._until_ended(task_id), timeout_s)
        except asyncio.TimeoutError:  # another class than TimeoutError before Python 3.11
            raise TimeoutError(f"task {task_id} has not ended within {timeout_s} s") from None

    async def task_types(self) -> list[TaskType]:
        """Every kind of task that can be submitted."""
        return [task_type_of(item) for item in items(await self._api.call("GET", "/task-types"))]

    # --- robots

    async def robots(self) -> list[Robot]:
        """Every robot that the gateway serves."""
        return [robot_of(item) for item in items(await self._api.call("GET", "/robots"))]

    async def robot_status(self, robot_id: str) -> RobotStatus:
        """How a robot is now."""
        return robot_status_of(await self._api.call("GET", f"/robots/{quoted(robot_id)}/status"))

    async def stop(self, robot_id: str, *, reason: str = "") -> StopOutcome:
        """Stop a robot, latched. Not a safety-rated function."""
        path = f"/robots/{quoted(robot_id)}/stop"
        return stop_outcome_of(await self._api.call("POST", path, json={"reason": reason}))

    async def reset(self, robot_id: str) -> StopOutcome:
        """Clear the stops of a robot whose causes are gone. It never moves the robot."""
        return stop_outcome_of(await self._api.call("POST", f"/robots/{quoted(robot_id)}/reset"))

    def command_stream(
        self,
        robot_id: str,
        *,
        rate_hz: float = DEFAULT_RATE_HZ,
        encoding: Encoding = Encoding.MSGPACK,
        clear_safe_stop: bool = False,
    ) -> CommandStream:
        """A stream that drives the robot; see CommandStream."""
        return CommandStream(
            self.endpoint,
            quoted(robot_id),
            rate_hz=rate_hz,
            encoding=encoding,
            clear_safe_stop=clear_safe_stop,
        )

    def telemetry(
        self,
        *robot_ids: str,
        fields: Sequence[str] | None = None,
        rate_hz: float = DEFAULT_TELEMETRY_HZ,
        single_floats: bool = False,
        encoding: Encoding = Encoding.MSGPACK,
    ) -> AsyncGenerator[TelemetryFrame, None]:
        """Samples for ``async for``, of the robots named; of all of them when none is.

        ``fields`` None means every part; ``single_floats``: numbers in four bytes.
        """
        interest = Interest(robot_ids, fields, rate_hz, single_floats)
        return watch(self.endpoint, interest, encoding=encoding)

    def events(
        self,
        *,
        types: Sequence[str] | None = None,
        robots: Sequence[str] | None = None,
        tasks: Sequence[str] | None = None,
        since: str | None = None,
        encoding: Encoding = Encoding.MSGPACK,
    ) -> AsyncGenerator[Event, None]:
        """What happens, for ``async for``: to robots, tasks and the gateway, in order.

        ``types``: such as ``task.failed`` or ``robot.*``; None means any. ``since``: the id of the
        last event that was seen; without it, what comes from now on.
        """
        return follow(self.endpoint, Choice(types, robots, tasks), since=since, encoding=encoding)

    # --- the gateway itself

    async def readiness(self) -> Readiness:
        """Whether the gateway takes work in, and if not, which part does not work."""
        return readiness_of(await self._api.call("GET", "/readyz", answers=(_NOT_READY,)))

    async def version(self) -> str:
        """The version of the gateway."""
        return text(await self._api.call("GET", "/version"), "version")

    async def whoami(self) -> Identity:
        """Whom the gateway takes this key for, and what it may do."""
        return identity_of(await self._api.call("GET", "/whoami"))

    async def _until_ended(self, task_id: str) -> Task:
        async for task in self.watch_task(task_id):
            if task.ended:
                return task
        raise AssertionError("a watch ends with the task")
