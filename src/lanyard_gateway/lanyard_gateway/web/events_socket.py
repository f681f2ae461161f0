"""``/ws/events``: what happens to robots, tasks and the gateway, in order and without loss.

From the moment the socket is open everything new is told; a client that was away names the last
event that it saw and is told what came after, or that there is a gap. Nothing waits for a slow
client but a number; one that takes nothing for ten seconds is let go. Event loop's thread.
"""

from __future__ import annotations

import asyncio
import time

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from lanyard_core.access.scopes import Scope
from lanyard_core.events.answers import filtered_body, gap_body, resumed_body
from lanyard_core.events.news import Event
from lanyard_core.events.telling import Gap, Telling
from lanyard_core.events.wishes import Filter, Resume, read_event_request, visible
from lanyard_core.faults import BadInput, MalformedFrame
from lanyard_core.stream.answers import head_of, pong_body, refusal_body
from lanyard_core.stream.channel import Channel, CloseCode
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.pacing import Strikes
from lanyard_core.stream.plain import FROM_CLIENT, Plain, Wire
from lanyard_gateway.web.context import context_of
from lanyard_gateway.web.event_bodies import bodies_of
from lanyard_gateway.web.socket_admission import Admission, admit_to_all
from lanyard_gateway.web.socket_line import line_of

router = APIRouter()

STALL_S = 10.0
"""How long a client may take nothing before it is let go."""

_BAD_FRAMES = 3
_FLOOD = 100
_WINDOW_S = 1.0
_CLOSE_AT_ONCE = {"too_large": CloseCode.TOO_BIG, "wrong_kind": CloseCode.WRONG_KIND}


@router.websocket("/ws/events")
async def events_socket(websocket: WebSocket) -> None:
    """Follow what happens."""
    admission = admit_to_all(websocket, channel=Channel.EVENTS, scope=Scope.ROBOTS_READ)
    await EventLink(websocket, admission).serve()


class EventLink:
    """One open events socket."""

    def __init__(self, websocket: WebSocket, admission: Admission) -> None:
        principal = admission.principal
        self._websocket = websocket
        self._admission = admission
        self._line = line_of(websocket)
        self._codec = CODECS[admission.encoding]
        self._bodies = bodies_of(websocket)
        self._hub = context_of(websocket).events
        self._telling = Telling(cursor=self._hub.end, may_see=lambda news: visible(principal, news))
        self._seq = 0
        self._loop = asyncio.get_running_loop()
        self._turn_is_due = False
        self._stall_timer: asyncio.TimerHandle | None = None
        self._bad_frames = Strikes(limit=_BAD_FRAMES, window_s=_WINDOW_S)
        self._flood = Strikes(limit=_FLOOD, window_s=_WINDOW_S)

    async def serve(self) -> None:
        """Serve the socket until either side ends it."""
        stop_listening = self._hub.listen(self._wake)
        try:
            await self._websocket.accept(subprotocol=self._admission.subprotocol)
            self._line.on_clear = self._cleared
            self._wake()
            await self._receive()
        except WebSocketDisconnect:
            pass  # the client is gone; that is how most connections end
        finally:
            stop_listening()
            self._cleared()

    def _wake(self) -> None:
        """Have a batch told in a turn of its own: a long tale must not hold the loop."""
        if not self._turn_is_due:
            self._turn_is_due = True
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        self._turn_is_due = False
        if self._line.is_over:
            return
        if not self._line.is_clear:
            self._blocked()
            return
        for item in self._telling.next(self._hub.read):
            self._tell(item)
        if self._telling.is_behind(self._hub.end):
            self._wake()

    def _tell(self, item: Gap | Event) -> None:
        if isinstance(item, Gap):
            self._answer("gap", gap_body(item.lost, now_us=_now_us()))
        else:
            self._send("evt", self._bodies.body(item, self._admission.encoding))

    def _blocked(self) -> None:
        if self._stall_timer is None:
            self._stall_timer = self._loop.call_later(
                STALL_S, self._line.close, CloseCode.TRY_LATER
            )

    def _cleared(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None
        self._wake()

    async def _receive(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            self._take(message["bytes"] if text is None else text)
            await asyncio.sleep(0)  # a socket with a full buffer must not hold the loop

    def _take(self, message: Wire) -> None:
        if self._flood.strike(time.monotonic()):
            self._line.close(CloseCode.RATE)
            return
        try:
            value = self._codec.decode(message, limits=FROM_CLIENT)
            request = read_event_request(value)
        except BadInput as fault:
            self._refuse(fault)
            return
        if isinstance(request, Resume):
            self._resume(request)
        elif isinstance(request, Filter):
            self._filter(request)
        else:
            self._answer("pong", pong_body(ack=request.seq, now_us=_now_us()))

    def _resume(self, request: Resume) -> None:
        cursor, is_complete = self._hub.cursor_after(request.last_event_id)
        self._telling.resume(cursor, is_complete=is_complete)
        body = resumed_body(ack=request.seq, is_complete=is_complete, now_us=_now_us())
        self._answer("resume", body)
        self._wake()

    def _filter(self, request: Filter) -> None:
        wanted = self._telling.wanted = request.wanted
        self._answer("filter", filtered_body(wanted, ack=request.seq, now_us=_now_us()))

    def _refuse(self, fault: BadInput) -> None:
        if fault.code in _CLOSE_AT_ONCE:
            self._line.close(_CLOSE_AT_ONCE[fault.code])
        elif isinstance(fault, MalformedFrame) and self._bad_frames.strike(time.monotonic()):
            self._line.close(CloseCode.BAD_FRAME)
        else:
            self._answer("err", refusal_body(fault, now_us=_now_us()))

    def _answer(self, kind: str, body: dict[str, Plain]) -> None:
        self._send(kind, self._codec.encode(body))

    def _send(self, kind: str, body: Wire) -> None:
        self._seq += 1
        head = self._codec.encode(head_of(kind, self._seq))
        self._line.send(self._codec.join(head, body))


def _now_us() -> int:
    return round(time.time() * 1e6)
