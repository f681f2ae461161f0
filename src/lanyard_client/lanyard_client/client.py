"""Client: the same for scripts, without ``async``. An event loop runs in a thread of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TypeVar

from lanyard_client.async_client import DEFAULT_LIMIT, AsyncClient
from lanyard_client.command_stream import DEFAULT_RATE_HZ, CommandStream
from lanyard_client.events import Event
from lanyard_client.loop_thread import LoopThread
from lanyard_client.models import (
    CancelOutcome,
    Identity,
    Readiness,
    Robot,
    RobotStatus,
    StopOutcome,
    Task,
    TaskType,
)
from lanyard_client.pilot import LinkFigures
from lanyard_client.telemetry import DEFAULT_RATE_HZ as DEFAULT_TELEMETRY_HZ
from lanyard_client.telemetry import TelemetryFrame
from lanyard_client.trust import Trust
from lanyard_core.stream.channel import Encoding

T = TypeVar("T")


class Client:
    """A gateway, as a script sees it. Use it with ``with``; methods are those of AsyncClient.

    Every method waits for its answer. One thread at a time.
    """

    def __init__(self, url: str, *, api_key: str, trust: Trust | None = None) -> None:
        """``url``: such as ``https://robot:8443``; see AsyncClient. Raises BadSettings."""
        self._client = AsyncClient(url, api_key=api_key, trust=trust)
        self._loop = LoopThread()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection; the client cannot be used any more."""
        try:
            self._loop.run(self._client.__aexit__(None, None, None))
        finally:
            self._loop.close()

    def submit_task(
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
        return self._loop.run(
            self._client.submit_task(
                task_type,
                robot_id=robot_id,
                parameters=parameters,
                priority=priority,
                timeout_s=timeout_s,
                idempotency_key=idempotency_key,
            )
        )

    def get_task(self, task_id: str) -> Task:
        """A task as it is now."""
        return self._loop.run(self._client.get_task(task_id))

    def list_tasks(
        self,
        *,
        status: str | None = None,
        robot_id: str | None = None,
        task_type: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> list[Task]:
        """Tasks, newest first; at most ``limit``."""
        return self._loop.run(
            self._client.list_tasks(
                status=status, robot_id=robot_id, task_type=task_type, limit=limit
            )
        )

    def cancel_task(self, task_id: str, *, reason: str = "") -> CancelOutcome:
        """Cancel a task that waits or runs."""
        return self._loop.run(self._client.cancel_task(task_id, reason=reason))

    def pause_task(self, task_id: str) -> Task:
        """Pause a task that waits or runs; one on a robot is ``paused`` once the robot rests."""
        return self._loop.run(self._client.pause_task(task_id))

    def resume_task(self, task_id: str) -> Task:
        """Let a task go on that was paused; one on a robot from where it was."""
        return self._loop.run(self._client.resume_task(task_id))

    def watch_task(self, task_id: str) -> Iterator[Task]:
        """A task as it is now, and each time it has changed, until it has ended."""
        return self._each(self._client.watch_task(task_id))

    def wait_for_task(self, task_id: str, *, timeout_s: float | None = None) -> Task:
        """The task, once it has ended. Raises TimeoutError when it has not in time."""
        return self._loop.run(self._client.wait_for_task(task_id, timeout_s=timeout_s))

    def task_types(self) -> list[TaskType]:
        """Every kind of task that can be submitted."""
        return self._loop.run(self._client.task_types())

    def robots(self) -> list[Robot]:
        """Every robot that the gateway serves."""
        return self._loop.run(self._client.robots())

    def robot_status(self, robot_id: str) -> RobotStatus:
        """How a robot is now."""
        return self._loop.run(self._client.robot_status(robot_id))

    def stop(self, robot_id: str, *, reason: str = "") -> StopOutcome:
        """Stop a robot, latched. Not a safety-rated function."""
        return self._loop.run(self._client.stop(robot_id, reason=reason))

    def reset(self, robot_id: str) -> StopOutcome:
        """Clear the stops of a robot whose causes are gone. It never moves the robot."""
        return self._loop.run(self._client.reset(robot_id))

    def command_stream(
        self,
        robot_id: str,
        *,
        rate_hz: float = DEFAULT_RATE_HZ,
        encoding: Encoding = Encoding.MSGPACK,
        clear_safe_stop: bool = False,
    ) -> Drive:
        """Drive the robot within a ``with`` block."""
        stream = self._client.command_stream(
            robot_id, rate_hz=rate_hz, encoding=encoding, clear_safe_stop=clear_safe_stop
        )
        return Drive(self._loop, stream)

    def telemetry(
        self,
        *robot_ids: str,
        fields: Sequence[str] | None = None,
        rate_hz: float = DEFAULT_TELEMETRY_HZ,
        single_floats: bool = False,
        encoding: Encoding = Encoding.MSGPACK,
    ) -> Iterator[TelemetryFrame]:
        """Samples for ``for``, of the robots named; of all of them when none is."""
        return self._each(
            self._client.telemetry(
                *robot_ids,
                fields=fields,
                rate_hz=rate_hz,
                single_floats=single_floats,
                encoding=encoding,
            )
        )

    def events(
        self,
        *,
        types: Sequence[str] | None = None,
        robots: Sequence[str] | None = None,
        tasks: Sequence[str] | None = None,
        since: str | None = None,
        encoding: Encoding = Encoding.MSGPACK,
    ) -> Iterator[Event]:
        """What happens, for ``for``; see AsyncClient."""
        return self._each(
            self._client.events(
                types=types, robots=robots, tasks=tasks, since=since, encoding=encoding
            )
        )

    def readiness(self) -> Readiness:
        """Whether the gateway takes work in, and if not, which part does not work."""
        return self._loop.run(self._client.readiness())

    def version(self) -> str:
        """The version of the gateway."""
        return self._loop.run(self._client.version())

    def whoami(self) -> Identity:
        """Whom the gateway takes this key for, and what it may do."""
        return self._loop.run(self._client.whoami())

    def _each(self, values: AsyncGenerator[T, None]) -> Iterator[T]:
        try:
            while True:
                yield self._loop.run(_next(values))
        except StopAsyncIteration:
            return
        finally:
            self._loop.run(values.aclose())


class Drive:
    """A CommandStream for scripts: the same methods, without ``await``."""

    def __init__(self, loop: LoopThread, stream: CommandStream) -> None:
        self._loop = loop
        self._stream = stream

    def __enter__(self) -> Drive:
        self._loop.run(self._stream.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.run(self._stream.__aexit__(kind, error, trace))

    @property
    def armed(self) -> bool:
        """Whether the robot takes motion from this stream now."""
        return self._stream.armed

    @property
    def figures(self) -> LinkFigures:
        """How this connection has done so far."""
        return self._stream.figures

    def arm(self, *, clear_safe_stop: bool = False) -> None:
        """Arm again after a stop or a lost connection."""
        self._loop.run(self._stream.arm(clear_safe_stop=clear_safe_stop))

    def drive(
        self, linear: float = 0.0, angular: float = 0.0, *, for_s: float | None = None
    ) -> None:
        """Move with this velocity (m/s forward, rad/s to the left) until told otherwise.

        ``for_s``: come to rest by itself after so many seconds. Raises NotArmed or ConnectionLost.
        """
        self._loop.run(_drive(self._stream, linear, angular, for_s))

    def hold(self, seconds: float) -> None:
        """Go on as told for so long. Raises NotArmed or ConnectionLost when that cannot be."""
        self._loop.run(self._stream.hold(seconds))

    def stop(self, reason: str = "") -> None:
        """Stop the robot, latched."""
        self._loop.run(self._stream.stop(reason))


async def _drive(stream: CommandStream, linear: float, angular: float, for_s: float | None) -> None:
    """On the loop's thread, to which the stream belongs."""
    stream.drive(linear, angular, for_s=for_s)


async def _next(values: AsyncIterator[T]) -> T:
    return await values.__anext__()
