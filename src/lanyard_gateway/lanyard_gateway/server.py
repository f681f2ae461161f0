"""The HTTP server in our process: uvicorn without its signal handling, on the fastest loop.

uvicorn ends a process with the signal that stopped it, and drops its sockets as for a restart. A
robot's process ends in our order and with our exit code, and tells its clients that it goes away.
Everything here runs in the main thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AbstractContextManager
from typing import Any, cast

import uvicorn

from lanyard_gateway.doors.tls import HANDSHAKE_TIMEOUT_S
from lanyard_gateway.web.farewell import Farewell


class Server(uvicorn.Server):
    """Serves one application until ``stop``."""

    def __init__(
        self, config: uvicorn.Config, *, farewell: Farewell, while_up: AbstractContextManager[None]
    ) -> None:
        """``while_up`` is entered when requests are served, and left as soon as that ends."""
        super().__init__(config)
        self._farewell = farewell
        self._while_up = while_up
        self._entered = contextlib.ExitStack()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        await super().startup(sockets=sockets)
        self._entered.enter_context(self._while_up)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End in good order: sockets are told, no new connections, open requests finish."""
        self._entered.close()
        await self._farewell.say()
        await super().shutdown(sockets=sockets)

    def stop(self) -> None:
        """Have ``serve`` end; asked again, at once."""
        if self.should_exit:
            self.force_exit = True
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are ours; see ``stop_on_signals``."""
        yield

    def install_signal_handlers(self) -> None:
        """The same, as uvicorn called it before 0.29."""


@contextlib.asynccontextmanager
async def serve_beside(
    config: uvicorn.Config, listener: socket.socket, *, farewell: Farewell
) -> AsyncIterator[None]:
    """Serve one more listener on the running loop, as long as the block runs."""
    server = Server(config, farewell=farewell, while_up=contextlib.nullcontext())
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.stop()
        await serving


def stop_on_signals(server: Server) -> None:
    """Have SIGTERM and SIGINT stop the server. On the running loop, in the main thread."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)


def run_loop(work: Coroutine[object, object, None]) -> None:
    """Run ``work`` to its end on a new event loop."""
    loop = _new_loop()
    try:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(work)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        loop.close()


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return _with_handshake_deadline(asyncio.SelectorEventLoop)()
    return _with_handshake_deadline(uvloop.Loop)()


def _with_handshake_deadline(
    loop: type[asyncio.AbstractEventLoop],
) -> type[asyncio.AbstractEventLoop]:
    """A loop whose servers do not wait a minute for a TLS handshake; uvicorn cannot be told."""

    class Loop(loop):  # type: ignore[misc, valid-type]
        async def create_server(self, *args: Any, **options: Any) -> asyncio.AbstractServer:
            if options.get("ssl") is not None:
                options.setdefault("ssl_handshake_timeout", HANDSHAKE_TIMEOUT_S)
            return cast(asyncio.AbstractServer, await super().create_server(*args, **options))

    return Loop
