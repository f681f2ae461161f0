"""How well a gateway serves: times of requests, telemetry and commands. Moves nothing.

A command's acknowledgement is measured with neutral commands of a session that never arms: they go
to the control node and back like any other.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from itertools import pairwise

from lanyard_client.api import quoted
from lanyard_client.async_client import AsyncClient
from lanyard_client.conversation import converse
from lanyard_client.endpoint import Endpoint
from lanyard_client.errors import LanyardError
from lanyard_client.news import News, end
from lanyard_client.pilot import Pilot
from lanyard_client.sockets import open_socket
from lanyard_core.stream.channel import Channel, Encoding
from lanyard_core.stream.frames import Ack, Hello, Pong, ServerFrame

REQUESTS = 10
COMMANDS = 50
COMMAND_RATE_HZ = 50.0
SAMPLES = 10
SAMPLE_RATE_HZ = 10.0
_PATIENCE_S = 5.0
_RATE_TOLERANCE = 0.3


@dataclass(frozen=True, slots=True)
class Measurement:
    """One thing that was measured: whether it is as it should be, and how long it took."""

    name: str
    good: bool
    detail: str = ""
    count: int = 0
    p50_ms: float | None = None
    p99_ms: float | None = None
    worst_ms: float | None = None

    def as_json(self) -> dict[str, object]:
        """The measurement as plain values."""
        return asdict(self)


def measured(
    name: str, times_s: Sequence[float], *, limit_ms: float | None = None, trouble: str = ""
) -> Measurement:
    """Times as a measurement; good without trouble, and when the worst is within the limit."""
    ordered = sorted(round(1000.0 * time_s, 3) for time_s in times_s)
    if not ordered:
        return Measurement(name, good=False, detail=trouble or "no answer")
    late = sum(time_ms > limit_ms for time_ms in ordered) if limit_ms is not None else 0
    detail = trouble or (f"{late} of {len(ordered)} later than {limit_ms:g} ms" if late else "")
    return Measurement(
        name,
        good=not detail,
        detail=detail,
        count=len(ordered),
        p50_ms=_quantile(ordered, 0.50),
        p99_ms=_quantile(ordered, 0.99),
        worst_ms=ordered[-1],
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def measure_requests(
    client: AsyncClient, robot_id: str, *, limit_ms: float
) -> list[Measurement]:
    """Whether the gateway is ready, the key good, and the robot online; how fast that is told."""

    async def ready() -> str:
        readiness = await client.readiness()
        told = [f"{name}: {check}" for name, check in readiness.checks.items() if check != "ok"]
        return "" if readiness.ready else "not ready: " + "; ".join(told)

    async def known() -> str:
        await client.whoami()
        return ""

    async def online() -> str:
        return "" if (await client.robot_status(robot_id)).online else f"{robot_id} is offline"

    asked = (("ready", ready), ("key", known), ("robot status", online))
    return [await _measure_request(name, ask, limit_ms=limit_ms) for name, ask in asked]


async def _measure_request(
    name: str, ask: Callable[[], Awaitable[str]], *, limit_ms: float
) -> Measurement:
    times: list[float] = []
    trouble = ""
    for _ in range(REQUESTS):
        began = time.monotonic()
        try:
            trouble = await ask() or trouble
        except LanyardError as error:
            return measured(f"REST {name}", times, trouble=str(error))
        times.append(time.monotonic() - began)
    return measured(f"REST {name}", times, limit_ms=limit_ms, trouble=trouble)


async def measure_telemetry(client: AsyncClient, robot_id: str) -> Measurement:
    """Do samples come at the rate that was asked for? Times are those between two samples."""
    name = "WS telemetry interval"
    seen: list[float] = []
    try:
        async with aclosing(client.telemetry(robot_id, rate_hz=SAMPLE_RATE_HZ)) as frames:
            while len(seen) <= SAMPLES:
                await asyncio.wait_for(frames.__anext__(), _PATIENCE_S)
                seen.append(time.monotonic())
    except asyncio.TimeoutError:
        return Measurement(name, good=False, detail=f"no sample for {_PATIENCE_S:g} s")
    except LanyardError as error:
        return Measurement(name, good=False, detail=str(error))
    gaps = [after - before for before, after in pairwise(seen)]
    rate_hz = len(gaps) / sum(gaps)
    is_right = abs(rate_hz / SAMPLE_RATE_HZ - 1.0) <= _RATE_TOLERANCE
    trouble = "" if is_right else f"{rate_hz:.1f} Hz instead of {SAMPLE_RATE_HZ:g}"
    return measured(name, gaps, trouble=trouble)


async def measure_commands(
    client: AsyncClient, robot_id: str, *, limit_ms: float
) -> list[Measurement]:
    """Acknowledgements of the control node as the gateway times them, and round trips from here.

    Takes the lease of the robot for as long as it measures, if that is free, and never arms.
    """
    answers = _Answers()
    try:
        await _ask_for_answers(client.endpoint, robot_id, answers)
    except LanyardError as error:
        return [Measurement("WS command", good=False, detail=str(error))]
    if answers.hello is not None and not answers.hello.lease_is_yours:
        holder = answers.hello.lease_holder or "somebody else"
        told = f"{holder} commands the robot: acknowledgements were not measured"
        return [
            Measurement("WS acknowledgement", good=True, detail=told),
            measured("WS ping", answers.pings),
        ]
    missing = COMMANDS - len(answers.control)
    trouble = f"{missing} of {COMMANDS} were not acknowledged" if missing > 0 else ""
    return [
        measured("WS acknowledgement", answers.control, limit_ms=limit_ms, trouble=trouble),
        measured("WS command round trip", answers.round_trips),
        measured("WS ping", answers.pings),
    ]


class _Answers:
    """Times of what came back, in seconds."""

    def __init__(self) -> None:
        self.hello: Hello | None = None
        self.control: list[float] = []
        self.round_trips: list[float] = []
        self.pings: list[float] = []
        self.done = News()

    @property
    def enough(self) -> bool:
        measures_pings_only = self.hello is not None and not self.hello.lease_is_yours
        return bool(self.pings) if measures_pings_only else len(self.control) >= COMMANDS

    def take(self, frame: ServerFrame, round_trip_s: float | None) -> None:
        """A frame came, and the pilot knows how long ago its cause was sent."""
        if isinstance(frame, Hello):
            self.hello = frame
        elif isinstance(frame, Ack) and frame.ctl_us > 0:
            self.control.append(frame.ctl_us / 1e6)
            self.round_trips.append(round_trip_s or 0.0)
        elif isinstance(frame, Pong):
            self.pings.append(round_trip_s or 0.0)
        self.done.send()


async def _ask_for_answers(endpoint: Endpoint, robot_id: str, answers: _Answers) -> None:
    path, encoding = f"/ws/command/{quoted(robot_id)}", Encoding.MSGPACK
    now = time.monotonic()
    pilot = Pilot(now=now, unix_offset_s=time.time() - now, rate_hz=COMMAND_RATE_HZ)
    async with open_socket(
        endpoint, path, channel=Channel.COMMAND, encoding=encoding
    ) as connection:
        talk = asyncio.get_running_loop().create_task(
            converse(
                connection,
                pilot,
                encoding=encoding,
                wake=News(),
                heard=lambda frame: answers.take(frame, pilot.figures.round_trip_s),
            )
        )
        talk.add_done_callback(lambda _: answers.done.send())
        try:
            await answers.done.until(
                lambda: answers.enough or talk.done(), deadline=time.monotonic() + _PATIENCE_S
            )
            if talk.done():
                talk.result()
        finally:
            await end(talk)
