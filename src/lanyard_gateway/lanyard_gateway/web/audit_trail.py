"""Every request and socket as an entry of the audit log: who, what, from where, and how it went.

ASGI around the application, inside the envelope that gives requests their ids. Entries hold ids of
credentials, never a credential; no body, no query, and of a path nothing that looks like a secret.
What handlers know better than this layer (the robot, counts of a socket) they ``note``. Event
loop's thread; the log itself is written elsewhere.
"""

from __future__ import annotations

import re
import time
from typing import Any, cast

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lanyard_core.access.principal import Principal
from lanyard_gateway.web.audit_sink import AuditSink
from lanyard_gateway.web.scope_keys import API_PREFIX, CODE, COUNTS, PRINCIPAL, REQUEST_ID, ROBOT_ID

MAX_TEXT = 256
MAX_DETAIL = 512
_SHORTEST_SECRET = 40
_SECRET = re.compile(rf"[A-Za-z0-9_.~+-]{{{_SHORTEST_SECRET},}}")
_KEY = re.compile(r"lyd_([a-z2-7]{10})_[A-Za-z0-9_-]*")
_DENIED = frozenset({401, 403, 429})


def note_robot(connection: HTTPConnection, robot_id: str) -> None:
    """Say which robot a request is about, when its path does not."""
    connection.scope[ROBOT_ID] = robot_id


def note_counts(connection: HTTPConnection, **counts: float | None) -> None:
    """Say what a socket did; told with its end."""
    known = connection.scope.setdefault(COUNTS, {})
    known.update({name: value for name, value in counts.items() if value is not None})


def privileged(
    connection: HTTPConnection, sink: AuditSink, op: str, *, success: bool, detail: str = ""
) -> None:
    """Log something that only some may do, inside a socket."""
    scope = connection.scope
    sink.append(
        {"event": "op"} | _who(scope) | _where(scope)
        | {"op": op, "success": success, "detail": clean(detail, MAX_DETAIL)}
    )  # fmt: skip


def clean(text: str, length: int = MAX_TEXT) -> str:
    """``text`` without what looks like a credential, cut to ``length`` characters."""
    if len(text) < _SHORTEST_SECRET and "lyd_" not in text:
        return text  # neither pattern can match; this is said of every request, three times
    return _SECRET.sub("...", _KEY.sub(r"lyd_\1_...", text))[:length]


class AuditTrail:
    """Wraps the application; see the module's docstring."""

    def __init__(self, app: ASGIApp, *, sink: AuditSink) -> None:
        self._app = app
        self._sink = sink

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        began_s = time.perf_counter()
        status, bytes_in, bytes_out = 500, 0, 0

        async def taking() -> Message:
            nonlocal bytes_in
            message = await receive()
            bytes_in += len(message.get("body", b""))
            return message

        async def answering(message: Message) -> None:
            nonlocal status, bytes_out
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                bytes_out += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, taking, answering)
        finally:
            self._sink.append(
                {
                    "event": "request", **_who(scope), **_where(scope),
                    **_outcome(scope, status, began_s),
                    "bytes_in": bytes_in, "bytes_out": bytes_out,
                }
            )  # fmt: skip

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        began_s = time.perf_counter()
        status = 0
        close_code: int | None = None

        async def answering(message: Message) -> None:
            nonlocal status, close_code
            kind = message["type"]
            if not status and kind in _FIRST_ANSWERS:
                status = 101 if kind == "websocket.accept" else message.get("status", 403)
                self._opened(scope, status, began_s)
            elif kind == "websocket.close":
                close_code = message.get("code", 1000)
            await send(message)

        try:
            await self._app(scope, receive, answering)
        finally:
            if not status:
                self._opened(scope, 500, began_s)
            if status == 101:
                self._closed(scope, close_code, began_s)

    def _opened(self, scope: Scope, status: int, began_s: float) -> None:
        record = {"event": "socket.open"} | _who(scope) | _where(scope)
        self._sink.append(record | _outcome(scope, status, began_s))

    def _closed(self, scope: Scope, close_code: int | None, began_s: float) -> None:
        counts = dict(scope.get(COUNTS, {}))
        code = counts.pop("close_code", close_code)
        record = {"event": "socket.close"} | _who(scope) | _where(scope)
        record |= {"duration_s": round(time.perf_counter() - began_s, 3), "close_code": code}
        self._sink.append(record | {"counts": counts})


_FIRST_ANSWERS = ("websocket.accept", "websocket.close", "websocket.http.response.start")


def _who(scope: Scope) -> dict[str, object]:
    principal = cast("Principal | None", scope.get(PRINCIPAL))
    client: Any = scope.get("client")
    where_from = {
        "ip": client[0] if client else None,
        "request_id": clean(scope.get(REQUEST_ID, "")),
    }
    if principal is None:
        return {"actor": "anon", "key_id": None, "role": None, "tenant": None, **where_from}
    return {
        "actor": principal.kind,
        "key_id": principal.key_id,
        "role": principal.role,
        "tenant": principal.tenant,
        **where_from,
    }


def _where(scope: Scope) -> dict[str, object]:
    robot_id = scope.get(ROBOT_ID) or scope.get("path_params", {}).get("robot_id")
    return {
        "method": str(scope.get("method", "WS"))[:16],
        "endpoint": _endpoint(scope),
        "path": clean(str(scope["path"])),
        "robot_id": None if robot_id is None else clean(str(robot_id), 64),
    }


def _endpoint(scope: Scope) -> str | None:
    """The path of the route, without what all have in common."""
    path: str | None = getattr(scope.get("route"), "path", None)
    return None if path is None else path.removeprefix(API_PREFIX)


def _outcome(scope: Scope, status: int, began_s: float) -> dict[str, object]:
    return {
        "status": status,
        "decision": "deny" if status in _DENIED else "allow",
        "code": scope.get(CODE),
        "latency_ms": round((time.perf_counter() - began_s) * 1000.0, 3),
    }
