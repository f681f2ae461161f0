"""The WebSocket endpoint: who may come in, and the loop that takes what a client sends.

The checks are the gateway's: Origin, credential, the scope ``rosbridge``. A refusal is an HTTP
status before the upgrade, with a reason to read.
"""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Send
from starlette.types import Scope as ASGIScope
from starlette.websockets import WebSocket, WebSocketDisconnect

from lanyard_core.access.scopes import Scope
from lanyard_core.faults import Overloaded
from lanyard_gateway.web.audit_trail import note_counts
from lanyard_gateway.web.credentials import offered_protocols
from lanyard_gateway.web.socket_admission import admit_caller
from lanyard_gateway.web.socket_line import line_of
from lanyard_rosbridge.protocol.told import Level
from lanyard_rosbridge.serve.bridge import Bridge
from lanyard_rosbridge.serve.link import Link

PATH = "/rosbridge"
PURPOSE = "rosbridge"
_NO_STATUS = "autobahn"
"""roslibpy's WebSocket library: roslibpy takes an unasked ``status`` for an error of its own."""


def rosbridge_router(bridge: Bridge) -> APIRouter:
    """The router with the endpoint."""
    router = APIRouter()
    router.routes.append(WebSocketRoute(PATH, _Endpoint(bridge)))
    return router


class _Endpoint:
    """The endpoint as a plain application.

    What FastAPI would put around it stays as long as a socket does, and each client pays for it.
    """

    path = PATH

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        """Speak the rosbridge protocol."""
        scope["route"] = self  # where the audit log reads the path
        websocket, bridge = WebSocket(scope, receive, send), self._bridge
        principal = admit_caller(websocket, PURPOSE, Scope.ROSBRIDGE, None)
        if bridge.clients >= bridge.settings.max_clients:
            raise Overloaded(f"{bridge.clients} clients of rosbridge are connected: try later")
        offered = offered_protocols(websocket)
        await websocket.accept(subprotocol=offered[0] if offered else None)
        is_roslibpy = _NO_STATUS in websocket.headers.get("user-agent", "").lower()
        told_from = None if is_roslibpy else Level.ERROR
        link = Link(bridge, line_of(websocket), principal, told_from=told_from)
        await _serve(bridge, websocket, link)


async def _serve(bridge: Bridge, websocket: WebSocket, link: Link) -> None:
    line = line_of(websocket)
    received = 0

    def take(message: str | bytes) -> None:
        nonlocal received
        received += 1
        link.received(message)

    bridge.joined(websocket)
    line.on_message = take  # what comes is dealt with at once, and need not wait for this task
    try:
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                break
            text = message.get("text")
            take(message["bytes"] if text is None else text)
            await asyncio.sleep(0)  # a socket with a full buffer must not hold the loop
    except WebSocketDisconnect:
        pass  # the client is gone; that is how most connections end
    finally:
        line.on_message = None
        link.close()
        bridge.left(websocket)
        note_counts(websocket, frames_in=received, frames_out=link.sent)
