"""A WebSocket's connection itself: what ASGI does not show of it.

ASGI hides control frames, and whether the system takes what is sent or lets it pile up. The gateway
must know both: a ping of the protocol counts as a sign of life, and old telemetry must not pile up
before a slow client. So uvicorn's protocol is given a ``Line``, which a socket's handler finds
with ``line_of`` in the extensions of its scope. Everything on the event loop's thread.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
from collections.abc import Callable
from typing import cast

from starlette.requests import HTTPConnection
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame
from websockets.http11 import Request, Response

from lanyard_core.stream.channel import CloseCode
from lanyard_core.stream.plain import Wire

_EXTENSION = "lanyard.line"
_PROBE_BYTES = 8  # uvicorn's own pings carry four

MESSAGES_AT_ONCE = 16
"""Messages of one reading that ``on_message`` takes; the others wait for their turn, so that a
socket that is full does not hold the loop."""

SEND_BUFFER_BYTES = 32 * 1024
"""What the system may hold for a client that reads slowly: old telemetry is of no use to it."""

LINGER_S = 2.0
"""How long a client may take to read what it was sent and to answer the close frame."""


def _nothing() -> None:
    pass


class Line:
    """One connection. What is sent here goes out in order, at once, and never waits.

    ``on_ping``: a ping of the protocol came and was answered. ``on_answer``: the client answered a
    probe. ``on_clear``: the system takes again what is sent. ``on_message``, unless None: a message
    came, and need not wait until the handler's task has its turn; those that must come to the
    handler as ever, before any later one comes here.
    """

    def __init__(self, protocol: SocketProtocol) -> None:
        self.on_ping: Callable[[], None] = _nothing
        self.on_answer: Callable[[], None] = _nothing
        self.on_clear: Callable[[], None] = _nothing
        self.on_message: Callable[[Wire], None] | None = None
        self._protocol = protocol
        self._prefix = secrets.token_bytes(_PROBE_BYTES)
        self._room_bytes = SEND_BUFFER_BYTES

    def forget(self) -> None:
        """Tell nobody anything any more."""
        self.on_ping = self.on_answer = self.on_clear = _nothing
        self.on_message = None

    @property
    def is_clear(self) -> bool:
        """Whether the system took all that was sent: nothing of it piles up in this process."""
        return self._protocol.writable.is_set()

    @property
    def piled_bytes(self) -> int:
        """How much of what was sent the system has not taken yet."""
        return self._protocol.transport.get_write_buffer_size()

    @property
    def is_over(self) -> bool:
        """Whether nothing that is sent now reaches the client any more."""
        protocol = self._protocol
        return protocol.close_sent or protocol.disconnected or protocol.transport.is_closing()

    def send(self, message: Wire, *, probing: bool = False) -> None:
        """Send a message of an accepted socket. Nothing happens when it is over.

        ``probing``: with a ``probe`` behind it, in one piece.
        """
        if self.is_over:
            return
        connection = self._protocol.conn
        try:
            if isinstance(message, str):
                connection.send_text(message.encode())
            else:
                connection.send_binary(message)
            if probing:
                connection.send_ping(self._prefix)
        except InvalidState:  # the client's close frame is here, and not yet handled
            return
        self._protocol.flush()

    def send_packed(self, frame: bytes) -> None:
        """Send a WebSocket frame that is whole, head and all, as it is made once for many."""
        if self.is_over:
            return
        if len(frame) > self._room_bytes:
            self._make_room(len(frame))
        self._protocol.transport.write(frame)

    def _make_room(self, size: int) -> None:
        """Let the system hold a large frame as a whole, or as much of it as it allows.

        In a small buffer the frame goes segment by segment, each waiting for the client's delayed
        acknowledgement (40 ms).
        """
        self._room_bytes = size
        kept: socket.socket | None = self._protocol.transport.get_extra_info("socket")
        if kept is not None:
            kept.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)

    def probe(self) -> None:
        """Send a ping that the client answers once it has read all before it."""
        if self.is_over:
            return
        try:
            self._protocol.conn.send_ping(self._prefix)
        except InvalidState:
            return
        self._protocol.flush()

    def close(self, code: CloseCode) -> None:
        """Close: what was sent before goes out first. A client that does not read is cut off."""
        protocol = self._protocol
        if self.is_over:
            return
        reason = code.reason
        try:
            protocol.conn.send_close(int(code), reason)
        except InvalidState:
            return
        protocol.flush()
        protocol.closing(code, linger_s=LINGER_S)

    def answered(self, payload: bytes) -> bool:
        """A pong came; whether it belongs to a probe of ours."""
        if payload != self._prefix:
            return False
        self.on_answer()
        return True


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol with a line of its own; ``on_lost`` is told of its end."""

    line: Line
    problem_base: str
    on_lost: Callable[[], None] = staticmethod(_nothing)
    room = MESSAGES_AT_ONCE
    _is_served = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        super().connection_made(transport)
        # What the system does not take piles up no further: whoever sends is told at once.
        self.transport.set_write_buffer_limits(high=0)
        self.line = Line(self)
        reject = self.conn.reject
        self.conn.reject = lambda *told: _as_problem(  # type: ignore[method-assign]
            reject(*told), self.problem_base
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        super().connection_lost(exc)
        on_lost, self.on_lost = self.on_lost, _nothing
        on_lost()
        if not self._is_served:
            self._untie()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """The application is done with it."""
        super().on_task_complete(task)
        self._is_served = False
        if self.disconnected:
            self._untie()

    def _untie(self) -> None:
        """The last thing: let go of what refers back to this.

        So a connection is freed when it ends, with all that it held. The garbage collector would
        come late: it counts objects, not bytes.
        """
        vars(self.conn).clear()  # its parser and its error hold its frames, and these hold it
        self.line.forget()
        for name in ("line", "scope"):
            vars(self).pop(name, None)

    def cut(self, owes: object) -> None:  # noqa: ARG002  a socket owes nothing
        """End the connection."""
        self.transport.abort()

    def is_read(self) -> bool:
        """Sockets judge slow readers themselves."""
        return True

    def data_received(self, data: bytes) -> None:
        """Something was read."""
        self.room = MESSAGES_AT_ONCE
        super().data_received(data)

    def send_receive_event_to_app(self) -> None:
        """A message is whole: hand it on at once, or let it wait for its turn."""
        take = self.line.on_message
        if take is None or not self.room or self.close_sent or not self.queue.empty():
            super().send_receive_event_to_app()
            return
        data = b"".join(self.frames)
        try:
            message = data.decode() if self.curr_msg_data_type == "text" else data
        except UnicodeDecodeError:
            super().send_receive_event_to_app()
            return
        self.frames = []
        self.room -= 1
        take(message)

    def handle_connect(self, event: Request) -> None:
        """The client asks for the upgrade."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions = cast("dict[str, object]", self.scope["extensions"])
            extensions[_EXTENSION] = self.line
            self._is_served = True

    def handle_ping(self) -> None:
        """A ping came, and the pong is ready."""
        super().handle_ping()
        self.line.on_ping()

    def handle_pong(self, event: Frame) -> None:
        """A pong came."""
        if not self.line.answered(bytes(event.data)):
            super().handle_pong(event)

    def keepalive_timeout(self) -> None:
        """The client did not answer the server's own ping: it is gone, or reads nothing."""
        super().keepalive_timeout()
        self.loop.call_later(LINGER_S, self.transport.abort)

    def resume_writing(self) -> None:
        """The system takes again what is sent."""
        super().resume_writing()
        self.line.on_clear()

    def flush(self) -> None:
        """Hand what the connection has made to the system."""
        self.transport.write(b"".join(self.conn.data_to_send()))

    def closing(self, code: CloseCode, *, linger_s: float) -> None:
        """The close frame is out: tell the application, and wait for the client's."""
        self.close_sent = True
        self.queue.put_nowait(
            {"type": "websocket.disconnect", "code": int(code), "reason": code.reason}
        )
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(linger_s, self.transport.abort)


def _as_problem(response: Response, problem_base: str) -> Response:
    """What the library itself refuses, such as a malformed upgrade, in the shape of all else."""
    status = response.status_code
    code = {400: "bad_request", 403: "forbidden"}.get(status, "internal")
    body = {
        "type": problem_base + code,
        "title": response.reason_phrase,
        "status": status,
        "code": code,
        "detail": response.body.decode().strip() if status == 400 else response.reason_phrase,
        "retryable": False,
    }
    response.body = json.dumps(body).encode()
    for name in ("Content-Type", "Content-Length"):
        del response.headers[name]
    response.headers["Content-Type"] = "application/problem+json"
    response.headers["Content-Length"] = str(len(response.body))
    return response


def socket_protocol(*, problem_base: str) -> type[SocketProtocol]:
    """The protocol of a server whose problems have types that begin like this."""
    return type("SocketProtocol", (SocketProtocol,), {"problem_base": problem_base})


def line_of(connection: HTTPConnection) -> Line:
    """The line of a socket; it is served by ``SocketProtocol``."""
    return cast(Line, connection.scope["extensions"][_EXTENSION])
