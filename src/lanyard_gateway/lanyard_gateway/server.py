"""The HTTP server in our process: uvicorn without its signal handling, on the fastest loop.

uvicorn ends a process with the signal that stopped it; a robot's process ends in our order and with
our exit code. Everything here runs in the main thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Coroutine, Iterator
from contextlib import AbstractContextManager

import uvicorn
from fastapi import FastAPI

# More than any frame of ours; each channel has its own, smaller limit.
MAX_SOCKET_MESSAGE_BYTES = 65_536
# The newest of uvicorn's WebSocket implementations is the fastest; older uvicorns have the other.
_FAST_SOCKETS = "websockets-sansio"


class Server(uvicorn.Server):
    """Serves one application until ``stop``."""

    def __init__(
        self, app: FastAPI, *, while_up: AbstractContextManager[None], shutdown_timeout_s: float
    ) -> None:
        """``while_up`` is entered when requests are served, and left as soon as that ends."""
        self._while_up = while_up
        self._entered = contextlib.ExitStack()
        super().__init__(
            uvicorn.Config(
                app,
                ws=_sockets(),
                ws_max_size=MAX_SOCKET_MESSAGE_BYTES,
                ws_per_message_deflate=False,
                lifespan="on",
                log_config=None,
                log_level=logging.WARNING,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=max(1, round(shutdown_timeout_s)),
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        await super().startup(sockets=sockets)
        self._entered.enter_context(self._while_up)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End in good order: no new connections, open ones finish."""
        self._entered.close()
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
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _sockets() -> str:
    from uvicorn.config import WS_PROTOCOLS

    return _FAST_SOCKETS if _FAST_SOCKETS in WS_PROTOCOLS else "websockets"
