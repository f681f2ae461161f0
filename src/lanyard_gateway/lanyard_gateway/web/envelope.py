"""The outermost layer of every request: its id, security headers, body limit, and the last catch.

Plain ASGI, because it sees every answer, also those of the layers within. What those want to stand
in its head they leave in the scope, so that each need not wrap it for itself.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import cast

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lanyard_gateway.web.scope_keys import ANSWER_HEADERS, REQUEST_ID

_log = logging.getLogger(__name__)

HSTS = "max-age=31536000; includeSubDomains"
"""Tells browsers to come over TLS only, for a year."""

_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")

_UNLESS_THERE = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)
"""Headers of every answer that does not say otherwise itself."""

BodyLimit = Callable[[Scope], int]
"""How many bytes of body a request may carry."""
LastResort = Callable[[HTTPConnection], Response]
"""Makes the answer to a request whose handler raised something that nobody expected."""


def request_id_of(connection: HTTPConnection) -> str:
    """The id of this request: the caller's X-Request-ID when it is usable, else one of ours."""
    return cast(str, connection.scope.get(REQUEST_ID, ""))


def uuid7(*, now_unix_s: float, entropy: int) -> str:
    """An RFC 9562 version 7 UUID as text: milliseconds first, so that ids sort by time.

    74 bits of entropy.
    """
    value = (int(now_unix_s * 1000) & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | ((entropy >> 62) & 0xFFF) << 64
    value |= 0b10 << 62 | (entropy & (1 << 62) - 1)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class Envelope:
    """Wraps the application; see the module's docstring."""

    def __init__(self, app: ASGIApp, *, body_limit: BodyLimit, last_resort: LastResort) -> None:
        self._app = app
        self._body_limit = body_limit
        self._last_resort = last_resort

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        scope[REQUEST_ID] = _incoming_id(scope) or uuid7(
            now_unix_s=time.time(), entropy=secrets.randbits(74)
        )
        if scope["type"] != "http":
            await self._app(scope, receive, _with_headers(scope, send))
            return
        await self._serve(scope, _limited(receive, self._body_limit(scope)), send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if not started:
                started = True
                _add_headers(scope, message)
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except ClientDisconnect:
            return  # nobody is there to be answered
        except Exception:  # top of the request: say it in the log, never to the caller
            method, path = scope["method"], scope["path"]
            _log.exception("%s %s failed, request %s", method, path, scope[REQUEST_ID])
            if started:
                raise
            await self._last_resort(HTTPConnection(scope))(scope, receive, answer)


def _incoming_id(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            text = value.decode("latin-1")
            return text if _ACCEPTABLE_ID.fullmatch(text) else None
    return None


def _with_headers(scope: Scope, send: Send) -> Callable[[Message], Awaitable[None]]:
    async def sender(message: Message) -> None:
        if message["type"] == "websocket.http.response.start":
            _add_headers(scope, message)
        await send(message)

    return sender


def _add_headers(scope: Scope, message: Message) -> None:
    headers = [*message.get("headers", ()), *scope.get(ANSWER_HEADERS, ())]
    there = {name for name, _ in headers}
    headers += [header for header in _UNLESS_THERE if header[0] not in there]
    headers.append((b"x-request-id", scope[REQUEST_ID].encode()))
    if scope.get("scheme") in ("https", "wss"):
        headers.append((b"strict-transport-security", HSTS.encode()))
    message["headers"] = headers


def _limited(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise HTTPException(413, f"the body is larger than {limit} bytes")
        return message

    return limited
