"""How often a caller may ask: 429 with the time to wait, before anything else is done.

Plain ASGI, inside the envelope and the audit log, around the application: also what is forbidden or
not there costs its caller one. Whoever shows a credential is counted by it, others by their
address. Stops have a share of their own, so that using up the rest takes none from nobody. A
credential that is wrong is counted where it is refused, with ``judge_failure``: after ten in a
minute an address gets 429 instead of 401. A good one is let through even then, so that nobody can
lock out his neighbours. Event loop's thread.
"""

from __future__ import annotations

import math
import re

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from lanyard_core.access.principal import Principal
from lanyard_core.access.rates import Allowance
from lanyard_core.faults import LanyardFault, Throttled, Unauthenticated
from lanyard_gateway.doors.rates import Rates
from lanyard_gateway.web import problems
from lanyard_gateway.web.auth import identify
from lanyard_gateway.web.scope_keys import ANSWER_HEADERS

_STOP = re.compile(r"/robots/[^/]+/(stop|halt)$")


class RateLimits:
    """Wraps the application; see the module's docstring."""

    def __init__(self, app: ASGIApp, *, rates: Rates) -> None:
        self._app = app
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        principal = _caller(connection)
        allowance = await self._take(connection, principal)
        if principal is not None:
            scope[ANSWER_HEADERS] = _as_headers(allowance)
        if allowance.granted:
            await self._app(scope, receive, send)
        else:
            await _refuse(scope, receive, send, allowance)

    async def _take(self, connection: HTTPConnection, principal: Principal | None) -> Allowance:
        who = address_of(connection) if principal is None else principal.key_id
        if _STOP.search(connection.scope["path"]):
            return self._rates.stop(who)
        if principal is None:
            return await self._rates.stranger(who)
        return await self._rates.request(who, per_s=principal.rules.requests_per_s)


def _caller(connection: HTTPConnection) -> Principal | None:
    try:
        return identify(connection)
    except Unauthenticated:
        return None


def address_of(connection: HTTPConnection) -> str:
    """From where a request came."""
    return connection.client.host if connection.client else "unknown"


def _as_headers(allowance: Allowance) -> list[tuple[bytes, bytes]]:
    return [
        (b"ratelimit-limit", b"%d" % allowance.limit),
        (b"ratelimit-remaining", b"%d" % allowance.remaining),
        (b"ratelimit-reset", b"%d" % math.ceil(allowance.free_in_s)),
    ]


async def _refuse(scope: Scope, receive: Receive, send: Send, allowance: Allowance) -> None:
    seconds = max(1, math.ceil(allowance.free_in_s))
    fault = Throttled(
        f"at most {allowance.limit} such requests in a second; try again in {seconds} s",
        retry_after_s=allowance.free_in_s,
    )
    if scope["type"] == "websocket":
        await problems.deny(WebSocket(scope, receive, send), fault)
        return
    response = problems.problem_response(HTTPConnection(scope), fault)
    await response(scope, receive, send)


async def judge_failure(connection: HTTPConnection, fault: LanyardFault) -> LanyardFault:
    """What to answer to a credential that was refused: ``fault``, or Throttled after too many."""
    rates: Rates | None = getattr(connection.app.state, "rates", None)
    if rates is None or not isinstance(fault, Unauthenticated):
        return fault
    allowance = await rates.failed_login(address_of(connection))
    if allowance.granted:
        return fault
    seconds = max(1, math.ceil(allowance.free_in_s))
    return Throttled(
        f"{allowance.limit} credentials from this address were refused within a minute; the next"
        f" one is looked at in {seconds} s, unless it is good",
        retry_after_s=allowance.free_in_s,
        code="auth_throttled",
    )
