"""AsyncClient: requests to a gateway, and the streams that it opens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from types import TracebackType
from urllib.parse import quote

import httpx

from lanyard_client.command_stream import DEFAULT_RATE_HZ, CommandStream
from lanyard_client.endpoint import endpoint
from lanyard_client.errors import RequestFailed, problem_of
from lanyard_client.models import (
    CancelOutcome,
    RobotStatus,
    StopOutcome,
    Task,
    robot_status_of,
    stop_outcome_of,
    task_of,
    text,
)
from lanyard_client.telemetry import TelemetryFrame, watch
from lanyard_client.trust import Trust
from lanyard_core.stream.channel import Encoding

REQUEST_TIMEOUT_S = 10.0
POLL_S = 0.25
_API = "/api/v1"


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
        self._endpoint = endpoint(url, api_key=api_key, trust=trust)
        self._http = httpx.AsyncClient(
            base_url=self._endpoint.base_url,
            headers=self._endpoint.headers,
            timeout=REQUEST_TIMEOUT_S,
            trust_env=False,
            verify=self._endpoint.tls or True,
            transport=transport,
        )

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def submit_task(
        self,
        task_type: str,
        *,
        robot_id: str,
        parameters: Mapping[str, object],
        priority: int = 1,
        idempotency_key: str | None = None,
    ) -> Task:
        """Queue a task. With an ``idempotency_key`` the same call again makes no second task."""
        body = {
            "task_type": task_type,
            "robot_id": robot_id,
            "parameters": dict(parameters),
            "priority": priority,
        }
        headers = {} if idempotency_key is None else {"Idempotency-Key": idempotency_key}
        return task_of(await self._call("POST", "/tasks", json=body, headers=headers))

    async def get_task(self, task_id: str) -> Task:
        """A task as it is now."""
        return task_of(await self._call("GET", f"/tasks/{_quoted(task_id)}"))

    async def cancel_task(self, task_id: str, *, reason: str = "") -> CancelOutcome:
        """Cancel a task that waits or runs."""
        params = {"reason": reason} if reason else {}
        raw = await self._call("DELETE", f"/tasks/{_quoted(task_id)}", params=params)
        return CancelOutcome(text(raw, "task_id"), text(raw, "status"))

    async def wait_for_task(self, task_id: str, *, timeout_s: float | None = None) -> Task:
        """The task, once it has ended. Raises TimeoutError when it has not in time."""
        try:
            return await asyncio.wait_for(self._until_ended(task_id), timeout_s)
        except asyncio.TimeoutError:  # another class than TimeoutError before Python 3.11
            raise TimeoutError(f"task {task_id} has not ended within {timeout_s} s") from None

    async def robot_status(self, robot_id: str) -> RobotStatus:
        """How a robot is now."""
        return robot_status_of(await self._call("GET", f"/robots/{_quoted(robot_id)}/status"))

    async def stop(self, robot_id: str, *, reason: str = "") -> StopOutcome:
        """Stop a robot, latched. Not a safety-rated function."""
        path = f"/robots/{_quoted(robot_id)}/stop"
        return stop_outcome_of(await self._call("POST", path, json={"reason": reason}))

    async def reset(self, robot_id: str) -> StopOutcome:
        """Clear the stops of a robot whose causes are gone. It never moves the robot."""
        return stop_outcome_of(await self._call("POST", f"/robots/{_quoted(robot_id)}/reset"))

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
            self._endpoint,
            _quoted(robot_id),
            rate_hz=rate_hz,
            encoding=encoding,
            clear_safe_stop=clear_safe_stop,
        )

    def telemetry(
        self,
        robot_id: str,
        *,
        fields: Sequence[str] | None = None,
        rate_hz: float = 10.0,
        encoding: Encoding = Encoding.MSGPACK,
    ) -> AsyncGenerator[TelemetryFrame, None]:
        """Samples of a robot, for ``async for``; ``fields`` None means all of them."""
        return watch(
            self._endpoint, _quoted(robot_id), fields=fields, rate_hz=rate_hz, encoding=encoding
        )

    async def _until_ended(self, task_id: str) -> Task:
        task = await self.get_task(task_id)
        while not task.ended:
            await asyncio.sleep(POLL_S)
            task = await self.get_task(task_id)
        return task

    async def _call(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, object] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Mapping[str, object]:
        try:
            response = await self._http.request(
                method, _API + path, json=json, params=params, headers=headers
            )
        except httpx.TransportError as error:
            raise self._endpoint.trouble(error) from error
        if response.is_error:
            raise RequestFailed(response.status_code, problem_of(response.content))
        return problem_of(response.content)


def _quoted(part: str) -> str:
    return quote(part, safe="")
