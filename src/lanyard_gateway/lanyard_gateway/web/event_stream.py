"""Server-sent events: for clients that cannot open a WebSocket.

One ``EventStream`` is one open response. Whoever has something for it wakes it, and it takes what
there is when the client takes it: what is to be taken then is not decided here. A client that takes
nothing for ten seconds is cut off; a stream whose key ends, or whose gateway stops, says so in an
event ``end`` and is over. Event loop's thread.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

from fastapi import Request
from fastapi.sse import format_sse_event
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Send
from starlette.types import Scope as AsgiScope

from lanyard_core.faults import BadInput
from lanyard_core.stream.channel import CloseCode
from lanyard_gateway.dispatch.waiting import news_within
from lanyard_gateway.web.farewell import on_farewell
from lanyard_gateway.web.http_connection import cut_of
from lanyard_gateway.web.open_sockets import OpenSockets

MEDIA_TYPE = "text/event-stream"
STALL_S = 10.0
KEEP_ALIVE_S = 10.0
"""How long a stream is silent at most: proxies cut connections that say nothing."""
RETRY_MS = 1000
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

Take = Callable[[], "bytes | None"]
"""The next chunk for the client; None when there is none now."""


def accepts_event_stream(request: Request) -> bool:
    """Whether a client asks for a stream by name; ``*/*`` is no such wish."""
    accepted = request.headers.get("accept", "").split(",")
    return any(each.partition(";")[0].strip().lower() == MEDIA_TYPE for each in accepted)


def require_event_stream(request: Request) -> None:
    """Raise BadInput (``not_acceptable``) when a client does not ask for a stream."""
    if not accepts_event_stream(request):
        raise BadInput(f"this is a stream; send `Accept: {MEDIA_TYPE}`", code="not_acceptable")


class EventStreamResponse(StreamingResponse):
    """A response that goes on, and is cut when its client takes nothing."""

    media_type = MEDIA_TYPE

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Send it, chunk by chunk."""
        cut = cut_of(scope)
        loop = asyncio.get_running_loop()

        async def guarded(message: Message) -> None:
            alarm = loop.call_later(STALL_S, cut)
            try:
                await send(message)
            finally:
                alarm.cancel()

        await super().__call__(scope, receive, guarded)


class EventStream:
    """One open stream. ``finish`` is called when it is over, whoever ended it."""

    def __init__(self, request: Request, take: Take, *, finish: Callable[[], None]) -> None:
        self._request = request
        self._take = take
        self._finish = finish
        self._something = asyncio.Event()
        self._ended: CloseCode | None = None

    def wake(self) -> None:
        """There may be something to take."""
        self._something.set()

    def end(self, code: CloseCode) -> None:
        """Say why, and be over."""
        self._ended = code
        self._something.set()

    def response(self) -> EventStreamResponse:
        """The response that carries the stream."""
        return EventStreamResponse(self._chunks(), headers=_HEADERS)

    async def _chunks(self) -> AsyncIterator[bytes]:
        sockets: OpenSockets = self._request.app.state.sockets
        entry = sockets.opened(self._request.scope, end=self.end)
        forget = on_farewell(self._request.scope, self.end)
        try:
            yield format_sse_event(retry=RETRY_MS)
            while self._ended is None:
                self._something.clear()
                chunk = self._take()
                if chunk is not None:
                    yield chunk
                elif not await news_within(KEEP_ALIVE_S, self._something):
                    yield format_sse_event(comment="")
            reason = {"code": int(self._ended), "reason": self._ended.reason}
            yield format_sse_event(event="end", data_str=json.dumps(reason))
        finally:
            forget()
            sockets.ended(entry)
            self._finish()
