"""Ways in that other packages bring to the gateway: found by entry point, started and stopped here.

A side door adds a router to the gateway's application, so that its sockets pass the same checks as
all others, and may have a listener of its own, on which nothing but that door is served. The
gateway runs as well where the package is not installed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from importlib.metadata import entry_points
from typing import Protocol, cast

from fastapi import APIRouter
from starlette.types import Receive, Scope, Send

from lanyard_core.faults import BadConfiguration
from lanyard_gateway import listening
from lanyard_gateway.server import serve_beside
from lanyard_gateway.settings import GatewaySettings
from lanyard_gateway.web.connections import ConnectionLimits
from lanyard_gateway.web.farewell import Farewell
from lanyard_gateway.web.serve import server_config, tune_listener
from lanyard_gateway.web.settings import WebSettings

GROUP = "lanyard.side_doors"
ROSBRIDGE = "rosbridge"
_log = logging.getLogger(__name__)
# For those that are told to try later.
_SPARE_CONNECTIONS = 32


class SideDoor(Protocol):
    """A way in. ``start`` and ``stop`` are called on the event loop's thread."""

    router: APIRouter
    path: str
    max_message_bytes: int

    def start(self) -> None:
        """Begin to serve."""

    def stop(self) -> None:
        """End, with all that was made."""


class OpenSideDoor(Protocol):
    """What the entry point names."""

    def __call__(self, settings: GatewaySettings) -> SideDoor:
        """The door. Raises BadConfiguration."""


def rosbridge_door(settings: GatewaySettings) -> SideDoor | None:
    """The rosbridge door, if it is wanted. Raises BadConfiguration when it is not installed."""
    if not settings.rosbridge.enabled:
        return None
    found = entry_points(group=GROUP, name=ROSBRIDGE)
    for entry_point in found:
        return cast(OpenSideDoor, entry_point.load())(settings)
    raise BadConfiguration(
        ["rosbridge.enabled: the package lanyard_rosbridge is not installed; install it, or set"
         " rosbridge.enabled to false"]
    )  # fmt: skip


@contextlib.asynccontextmanager
async def open_door(
    door: SideDoor | None,
    settings: GatewaySettings,
    web: WebSettings,
    app: Farewell,
    *,
    tls: ssl.SSLContext | None,
) -> AsyncIterator[str | None]:
    """Serve the door as long as the block runs; the URL of its own listener, if it has one."""
    if door is None:
        yield None
        return
    door.start()
    try:
        if not settings.rosbridge.listen:
            yield None
            return
        with _listener(settings) as listener:
            url = listening.url_of(listener, scheme="ws" if tls is None else "wss")
            _log.info("serving rosbridge at %s", url)
            web = dataclasses.replace(web, connections=room_for(settings.rosbridge.max_clients))
            config = server_config(Only(app, door.path), web, tls=tls)
            config.ws_max_size = door.max_message_bytes
            config.lifespan = "off"  # the application's runs with the gateway's own listener
            async with serve_beside(config, tune_listener(listener), farewell=app):
                yield url
    finally:
        door.stop()


def room_for(clients: int) -> ConnectionLimits:
    """Limits of a listener for so many sockets, which may come from one address: a page's proxy."""
    most = clients + _SPARE_CONNECTIONS
    return ConnectionLimits(most=most, most_per_address=most)


class Only:
    """ASGI: of an application nothing but one path, whatever path a socket asks for.

    Requests are served at the paths in ``requests``, as a rule nowhere.
    """

    def __init__(self, app: Farewell, path: str, *, requests: frozenset[str] = frozenset()) -> None:
        self._app = app
        self._path = path
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket or request."""
        if scope["type"] == "websocket":
            there = {"path": self._path, "raw_path": self._path.encode()}
            await self._app({**scope, **there}, receive, send)
        elif scope["type"] == "http" and scope["path"] not in self._requests:
            body = b"this port speaks the rosbridge protocol over WebSockets, and nothing else\n"
            head = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
            await send({"type": "http.response.start", "status": 426, "headers": head})
            await send({"type": "http.response.body", "body": body})
        else:
            await self._app(scope, receive, send)


def _listener(settings: GatewaySettings) -> contextlib.closing[socket.socket]:
    try:
        return contextlib.closing(
            listening.bind(settings.rosbridge.host or settings.host, settings.rosbridge.port)
        )
    except BadConfiguration as error:
        raise BadConfiguration([f"rosbridge.{problem}" for problem in error.problems]) from None
