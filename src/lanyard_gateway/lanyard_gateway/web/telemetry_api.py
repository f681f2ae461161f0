"""``GET /robots/{robot_id}/telemetry``: what the telemetry socket tells, as server-sent events.

For clients behind proxies that let no WebSocket through. Ten samples a second at most; a client
that reads slowly misses samples and sees that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.sse import format_sse_event

from lanyard_core.access.scopes import Scope
from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.codecs import CODECS
from lanyard_core.telemetry.reader import EncodedSample, Reader
from lanyard_core.telemetry.subscription import (
    DEFAULT_RATE_HZ,
    PARTS,
    Subscription,
    read_parts,
    read_rate,
)
from lanyard_gateway.web.auth import require
from lanyard_gateway.web.context import context_of
from lanyard_gateway.web.event_stream import (
    EventStream,
    EventStreamResponse,
    require_event_stream,
)
from lanyard_gateway.web.robots_api import RobotId
from lanyard_gateway.web.routing import ApiRoute
from lanyard_gateway.web.socket_audience import Audiences, Topic, audiences_of

router = APIRouter(
    tags=["robots"], route_class=ApiRoute, dependencies=[Depends(require(Scope.TELEMETRY_READ))]
)


@router.get("/robots/{robot_id}/telemetry", response_class=EventStreamResponse, response_model=None)
async def stream_telemetry(
    request: Request,
    robot_id: RobotId,
    fields: Annotated[
        str | None,
        Query(max_length=256, description=f"Some of {', '.join(PARTS)}; all if left out."),
    ] = None,
    rate_hz: float = DEFAULT_RATE_HZ,
) -> EventStreamResponse:
    """Follow a robot: an event `tlm` for each sample, as JSON. Send `Accept: text/event-stream`."""
    require_event_stream(request)
    parts = PARTS if fields is None else read_parts([name.strip() for name in fields.split(",")])
    subscription = Subscription(parts, read_rate(rate_hz, encoding=Encoding.JSON))
    robot = context_of(request).robot(robot_id)
    topic = Topic(robot.robot_id, Encoding.JSON, subscription)
    return _TelemetryStream(request, topic, audiences_of(request)).response()


class _TelemetryStream:
    """One client, with its place for the newest sample."""

    def __init__(self, request: Request, topic: Topic, audiences: Audiences) -> None:
        self._reader = Reader(CODECS[topic.encoding])
        self._topic = topic
        self._audiences = audiences
        self._stream = EventStream(request, self._take, finish=self._finish)
        self._leave: Callable[[], None] | None = None

    def response(self) -> EventStreamResponse:
        return self._stream.response()

    def _take(self) -> bytes | None:
        if self._leave is None:
            self._leave = self._audiences.join(self._topic, self._offer)
        message = self._reader.take_sample()
        if message is None:
            return None
        return format_sse_event(event="tlm", data_str=str(message))

    def _offer(self, sample: EncodedSample) -> None:
        self._reader.offer(sample)
        self._stream.wake()

    def _finish(self) -> None:
        if self._leave is not None:
            self._leave()
