"""Every socket that is open, and whether whoever opened it still may have it.

A socket is judged when it is opened; here it is judged again whenever keys or policy change, and
when its credential ends. One that may not go on is closed, which to its handler looks as if the
client had gone: it stops the robot that it drives and gives the lease back. Nothing is done per
frame. Event loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as AsgiScope

from lanyard_core.access.principal import Principal
from lanyard_core.access.scopes import Scope
from lanyard_core.faults import Forbidden, LanyardFault
from lanyard_core.stream.channel import CloseCode
from lanyard_gateway.web import auth
from lanyard_gateway.web.audit_trail import note_counts
from lanyard_gateway.web.context import DoorContext, context_of
from lanyard_gateway.web.socket_line import line_of

End = Callable[[CloseCode], None]
"""Ends a stream for the reason that the code names; returns at once."""

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.2
_ROS_SCOPES = frozenset({Scope.ROSBRIDGE, Scope.ROS_READ, Scope.ROS_PUBLISH, Scope.ROS_CALL})


@dataclass(frozen=True, slots=True)
class _Judged:
    """What was true when all sockets were last judged; while it is, there is nothing to do."""

    version: int
    until_unix_s: float


class OpenSockets:
    """The sockets of one application. ``watch`` closes those that may not go on."""

    def __init__(self) -> None:
        self._open: set[_Entry] = set()

    def __len__(self) -> int:
        return len(self._open)

    def opened(self, scope: AsgiScope, *, end: End | None = None) -> _Entry:
        """A socket asks to be opened, or a stream that ``end`` ends is."""
        entry = _Entry(HTTPConnection(scope), end)
        self._open.add(entry)
        return entry

    def ended(self, entry: _Entry) -> None:
        """It is over."""
        self._open.discard(entry)

    async def watch(self, context: DoorContext) -> None:
        """Judge all sockets again when something has changed, until cancelled."""
        judged: _Judged | None = None
        while True:
            now, version = time.time(), context.keyring.version
            if judged is None or judged.version != version or now >= judged.until_unix_s:
                judged = _Judged(version, self.judge(now))
            await asyncio.sleep(LOOK_EVERY_S)

    def judge(self, now_unix_s: float) -> float:
        """Close what may not go on; Unix seconds at which the next credential ends."""
        ends = [float("inf")]
        for entry in tuple(self._open):
            admitted = auth.admitted(entry.connection)
            if admitted is None:
                continue
            try:
                ends.append(_judge(entry.connection, admitted, now_unix_s))
            except LanyardFault as fault:
                name = admitted.principal.name
                _log.warning("a socket of %s is closed: %s", name, fault.detail)
                may_not = isinstance(fault, Forbidden)
                code = CloseCode.FORBIDDEN if may_not else CloseCode.AUTH_EXPIRED
                note_counts(entry.connection, close_code=int(code))
                entry.close(code)
        return min(ends)


class _Entry:
    """One socket or stream; equal to itself only."""

    __slots__ = ("_end", "connection")

    def __init__(self, connection: HTTPConnection, end: End | None) -> None:
        self.connection = connection
        self._end = end

    def close(self, code: CloseCode) -> None:
        """End it for the reason that the code names."""
        end = self._end if self._end is not None else line_of(self.connection).close
        end(code)


def _judge(connection: HTTPConnection, admitted: auth.Admitted, now_unix_s: float) -> float:
    """Raise the fault for which this socket may not go on; when its credential ends."""
    before = admitted.principal
    principal = auth.principal_now(context_of(connection), before, now_unix_s=now_unix_s)
    principal.check_scope(admitted.scope)
    if admitted.robot_id is not None:
        principal.check_robot(admitted.robot_id)
    if _reach(principal, admitted.scope) != _reach(before, admitted.scope):
        raise Forbidden("what its credential allows has changed; open it again")
    return float("inf") if principal.expires_unix_s is None else principal.expires_unix_s


def _reach(principal: Principal, scope: Scope) -> object:
    """What a handler may have taken from its principal at the start and does not look at again."""
    names = principal.rules.directions if scope in _ROS_SCOPES else None
    return (principal.role, principal.tenant, principal.fence, principal.robots, names)


class SocketRegister:
    """ASGI around the application: tells ``sockets`` of every socket."""

    def __init__(self, app: ASGIApp, *, sockets: OpenSockets) -> None:
        self._app = app
        self._sockets = sockets

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        entry = self._sockets.opened(scope)
        try:
            await self._app(scope, receive, send)
        finally:
            self._sockets.ended(entry)
