"""A WebSocket client that costs little: frames go straight from and to the transport.

A client in a measurement shares its processors with what is measured; queues and tasks of its own
would be in the figures.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import cast

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

_CLOSE_WITHIN_S = 2.0
_OPEN_WITHIN_S = 10.0


class LeanSocket(asyncio.Protocol):
    """One connection; ``over`` is set when it has ended."""

    def __init__(self, protocol: ClientProtocol, headers: Headers) -> None:
        self._early: list[bytes] = []
        self._on_message: Callable[[bytes], None] = self._early.append
        self.over = asyncio.Event()
        self._opened = asyncio.Event()
        self._protocol = protocol
        self._headers = headers

    @property
    def close_code(self) -> int | None:
        """With which code the other side has ended it; None while it has not."""
        return self._protocol.close_code if self.over.is_set() else None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self._transport = cast(asyncio.Transport, transport)
        request = self._protocol.connect()
        request.headers.update(self._headers)
        self._protocol.send_request(request)
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Take in what came."""
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Response):
                self._opened.set()
            elif isinstance(event, Frame) and event.opcode is Opcode.BINARY:
                self._on_message(bytes(event.data))
        self._flush()
        if self._protocol.close_expected():
            self.over.set()

    def connection_lost(self, _: Exception | None) -> None:
        """It is over."""
        self.over.set()

    def listen(self, on_message: Callable[[bytes], None]) -> None:
        """Have binary messages taken, also those that came before."""
        self._on_message = on_message
        for message in self._early:
            on_message(message)

    def put(self, message: bytes) -> None:
        """Send a binary message; nothing happens when it is over."""
        if not self.over.is_set():
            self._protocol.send_binary(message)
            self._flush()

    async def opened(self) -> None:
        """Wait until the other side has answered; raises what it refused with."""
        await asyncio.wait_for(self._opened.wait(), _OPEN_WITHIN_S)
        if self._protocol.handshake_exc is not None:
            raise self._protocol.handshake_exc

    async def close(self) -> None:
        """Say goodbye and end."""
        if not self.over.is_set():
            self._protocol.send_close(1000)
            self._flush()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.over.wait(), _CLOSE_WITHIN_S)
        self._transport.abort()

    def _flush(self) -> None:
        self._transport.write(b"".join(self._protocol.data_to_send()))


async def connect(
    url: str, *, subprotocol: str | None = None, authorization: str = ""
) -> LeanSocket:
    """A connection to ``url`` that is open."""
    where = parse_uri(url)
    wanted = None if subprotocol is None else [Subprotocol(subprotocol)]
    headers = Headers(Authorization=authorization) if authorization else Headers()
    socket = LeanSocket(ClientProtocol(where, subprotocols=wanted), headers)
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: socket, where.host, where.port)
    await socket.opened()
    return socket
