"""An HTTP connection with bounds: how long it may take, how much it may send, and a way to cut it.

Like ``socket_line`` for WebSockets: uvicorn's protocol is given what it does not have. A place
among the ``Connections``, whose deadlines it reports to; a bound on the head of a request; problem
documents where uvicorn answers in plain text; and for streams that nobody reads, a cut.
"""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import cast

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lanyard_gateway.web.connections import Connections, Owes, Place
from lanyard_gateway.web.socket_line import SocketProtocol

_EXTENSION = "lanyard.cut"
MAX_HEAD_BYTES = 16 * 1024

_LATE = {
    Owes.HEAD: "the head of the request took too long",
    Owes.BODY: "the body of the request took too long",
}


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol; ``connections`` and ``problem_base`` are set in a subclass."""

    known: Connections
    problem_base: str
    _place: Place | None = None
    _head_bytes = 0
    _refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The connection is there."""
        super().connection_made(transport)
        address = self.client[0] if self.client else "unknown"
        self._place = self.known.enter(address, self)
        if self._place is None:
            self._refuse(503, "too_many_connections", "there are too many connections; close some")

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """The client sent something."""
        if self._refused:
            return
        place = self._place
        if place is not None and place.owes is Owes.NOTHING and self._is_resting():
            self.known.owes(place, Owes.HEAD, now=self.loop.time())
        super().data_received(data)
        if place is not None and place.owes is Owes.HEAD and not self._refused:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse_head()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._head_bytes = 0
        if self._place is not None:
            self._place.rests = True
        cast("dict[str, object]", self.scope)["extensions"] = {_EXTENSION: self.transport.abort}

    def on_headers_complete(self) -> None:
        """The head of a request is there."""
        size = len(self.url)
        for name, value in self.headers:
            size += len(name) + len(value) + 4
        if size > MAX_HEAD_BYTES:
            self._refuse_head()
        if self._refused:
            return
        if self._place is not None:
            self.known.owes(self._place, Owes.BODY, now=self.loop.time())
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body is there."""
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is there."""
        if self._refused:
            return
        if self._place is not None:
            self.known.owes(self._place, Owes.NOTHING, now=self.loop.time())
            self._place.rests = self._is_resting()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The request is answered."""
        super().on_response_complete()
        place = self._place
        if place is not None and not self.pipeline:
            place.rests = True
            if place.owes is Owes.NOTHING:
                place.since_s = self.loop.time()

    def handle_websocket_upgrade(self) -> None:
        """The connection goes on as a WebSocket, at the same place."""
        if self._refused:
            return
        place, self._place = self._place, None
        super().handle_websocket_upgrade()
        self.parser = None  # type: ignore[assignment]  # it refers back: without it, both are freed
        protocol = cast(SocketProtocol, self.transport.get_protocol())
        if place is None:
            return
        self.known.owes(place, Owes.NOTHING, now=self.loop.time())
        place.rests, place.connection = False, protocol
        protocol.on_lost = functools.partial(self.known.leave, place)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  said in other words
        """What came is no HTTP."""
        if not self._refused:
            self._refuse(400, "bad_request", "this is not a request of HTTP/1.1")

    def cut(self, owes: Owes) -> None:
        """End the connection; whoever was late is told, if he was in the middle of a request."""
        self._place = None
        if self.transport.is_closing():
            return
        if owes in _LATE and (self._is_resting() or not self.cycle.response_started):
            self._forget_request()
            self._refuse(408, "request_timeout", _LATE[owes])
        else:
            self.transport.abort()

    def is_read(self) -> bool:
        """Whether the client takes what it is sent."""
        return not self.flow.write_paused

    def _is_resting(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _forget_request(self) -> None:
        """Whoever waits for the rest of it is told that the client has gone."""
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _leave(self) -> None:
        if self._place is not None:
            self.known.leave(self._place)
            self._place = None

    def _refuse_head(self) -> None:
        detail = f"the head of a request may have {MAX_HEAD_BYTES} bytes"
        self._refuse(431, "headers_too_large", detail)

    def _refuse(self, status: int, code: str, detail: str) -> None:
        """Answer without the application, and close."""
        self._refused = True
        body = json.dumps(
            {
                "type": self.problem_base + code,
                "title": HTTPStatus(status).phrase,
                "status": status,
                "code": code,
                "detail": detail,
                "retryable": status in (408, 503),
            }
        ).encode()
        head = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            "content-type: application/problem+json",
            f"content-length: {len(body)}",
            "x-content-type-options: nosniff",
            "cache-control: no-store",
            "connection: close",
        ]
        if status == 503:
            head.append("retry-after: 1")
        self.transport.write("\r\n".join([*head, "", ""]).encode() + body)
        self.transport.close()


def http_protocol(connections: Connections, *, problem_base: str) -> type[HttpProtocol]:
    """The protocol of a server that has these connections."""

    class _Protocol(HttpProtocol):
        known = connections

    _Protocol.problem_base = problem_base
    return _Protocol


def cut_of(scope: Scope) -> Callable[[], None]:
    """What cuts the connection of a request at once."""
    return cast("Callable[[], None]", scope["extensions"][_EXTENSION])
