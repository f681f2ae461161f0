"""Tells every open socket and stream that the gateway goes away, before the server lets go of them.

Plain ASGI around the application. To each socket it looks as if it had been closed: it ends what it
does, stops the robot that it drove and gives its lease back. The client gets close code 1001, which
says that coming back later is worth while. A stream of events has to say with ``on_farewell`` how
it is ended. Event loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lanyard_core.stream.channel import CloseCode

# A client that does not read cannot be told.
TELL_TIMEOUT_S = 0.5

End = Callable[[CloseCode], None]
"""Ends a stream for the reason that the code names; returns at once."""

_EXTENSION = "lanyard.farewell"
_CLOSE: Message = {
    "type": "websocket.close",
    "code": int(CloseCode.GOING_AWAY),
    "reason": CloseCode.GOING_AWAY.reason,
}


class Farewell:
    """The application, with a way to close all its sockets."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._sockets: set[_Socket] = set()
        self._streams: set[End] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] == "http":
            scope.setdefault("extensions", {})[_EXTENSION] = self._streams
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        outgoing = _Socket(send)
        self._sockets.add(outgoing)
        try:
            await self._app(scope, receive, outgoing.send)
        finally:
            self._sockets.discard(outgoing)

    async def say(self) -> None:
        """Close every open socket and stream. Does not wait for what the application then does."""
        for end in tuple(self._streams):
            end(CloseCode.GOING_AWAY)
        telling = [asyncio.ensure_future(outgoing.close()) for outgoing in self._sockets]
        if telling:
            _, untold = await asyncio.wait(telling, timeout=TELL_TIMEOUT_S)
            for each in untold:
                each.cancel()


class _Socket:
    """The outgoing half of one socket."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._is_open = False
        self._is_over = False

    async def send(self, message: Message) -> None:
        """Pass a message on; what comes after the close is dropped."""
        if self._is_over:
            return
        kind = message["type"]
        if kind == "websocket.accept":
            self._is_open = True
        elif kind == "websocket.close":
            self._is_over = True
        await self._send(message)

    async def close(self) -> None:
        """Close it, if it is open. The server then reports the disconnection to the application."""
        if self._is_open and not self._is_over:
            self._is_over = True
            with contextlib.suppress(OSError):  # a client that went first
                await self._send(_CLOSE)


def on_farewell(scope: Scope, end: End) -> Callable[[], None]:
    """Have a stream ended when the gateway goes away; the returned function takes it off again."""
    streams = cast("set[End]", scope.get("extensions", {}).get(_EXTENSION, set()))
    streams.add(end)
    return lambda: streams.discard(end)
