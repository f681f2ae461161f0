"""``/ws/telemetry/{robot_id}``: a robot's state at a steady rate, as soon as the socket is open.

A client that says nothing gets every part at 10 Hz; it may ask for other parts and rates at any
time. A client that reads slowly skips samples and sees that; one that does not read at all is let
go. What a client does here moves nothing and slows nobody. Event loop's thread.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from lanyard_core.access.scopes import Scope
from lanyard_core.faults import BadInput, MalformedFrame
from lanyard_core.stream.channel import Channel, CloseCode
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.frames import Ping
from lanyard_core.stream.pacing import Strikes
from lanyard_core.stream.plain import FROM_CLIENT, Plain, Wire
from lanyard_core.telemetry.reader import Reader
from lanyard_core.telemetry.subscription import Subscribe, Subscription, read_request
from lanyard_gateway.web.socket_admission import Admission, admit
from lanyard_gateway.web.socket_audience import Audiences, Topic, audiences_of
from lanyard_gateway.web.socket_tasks import until_one_ends

router = APIRouter()

STALL_S = 10.0
"""How long one message may take to go out before the client counts as gone, in seconds."""

_BAD_FRAMES = 3
_BAD_FRAMES_WINDOW_S = 1.0
_CLOSE_AT_ONCE = {"too_large": CloseCode.TOO_BIG, "wrong_kind": CloseCode.WRONG_KIND}


@router.websocket("/ws/telemetry/{robot_id}")
async def telemetry_socket(websocket: WebSocket, robot_id: str) -> None:
    """Watch a robot."""
    admission = admit(websocket, robot_id, channel=Channel.TELEMETRY, scope=Scope.TELEMETRY_READ)
    await TelemetryLink(websocket, admission, audiences_of(websocket)).serve()


class TelemetryLink:
    """One open telemetry socket."""

    def __init__(self, websocket: WebSocket, admission: Admission, audiences: Audiences) -> None:
        self._websocket = websocket
        self._admission = admission
        self._audiences = audiences
        self._codec = CODECS[admission.encoding]
        self._reader = Reader(self._codec)
        self._something_waits = asyncio.Event()
        self._stalled = asyncio.Event()
        self._bad_frames = Strikes(limit=_BAD_FRAMES, window_s=_BAD_FRAMES_WINDOW_S)
        self._leave = self._join(Subscription())

    async def serve(self) -> None:
        """Serve the socket until either side ends it."""
        try:
            await self._websocket.accept(subprotocol=self._admission.subprotocol)
            await until_one_ends(self._receive(), self._send(), self._stalled.wait())
        except WebSocketDisconnect:
            pass  # the client is gone; that is how most connections end
        finally:
            self._leave()

    def _join(self, subscription: Subscription) -> Callable[[], None]:
        admission = self._admission
        topic = Topic(admission.robot.robot_id, admission.encoding, subscription)
        return self._audiences.join(topic, self._offer)

    def _offer(self, sample: Wire) -> None:
        self._reader.offer(sample)
        self._something_waits.set()

    async def _receive(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            code = self._take(message["bytes"] if text is None else text)
            if code is not None:
                await self._websocket.close(code, code.reason)
                return
            await asyncio.sleep(0)  # a socket with a full buffer must not hold the loop

    def _take(self, message: Wire) -> CloseCode | None:
        """Take in a message; returns why the socket is to be closed, if it is."""
        try:
            value = self._codec.decode(message, limits=FROM_CLIENT)
            request = read_request(value, encoding=self._admission.encoding)
        except BadInput as fault:
            return self._refuse(fault)
        if isinstance(request, Ping):
            now_us = _now_us()
            self._answer("pong", {"ts_us": now_us, "ack": request.seq, "rx_us": now_us})
        else:
            self._leave()
            self._reader.forget_sample()
            self._leave = self._join(request.subscription)
            self._confirm(request)
        return None

    def _confirm(self, request: Subscribe) -> None:
        wish = request.subscription
        own: dict[str, Plain] = {"fields": list(wish.parts), "rate_hz": wish.rate_hz}
        self._answer("sub", {"ts_us": _now_us(), "ack": request.seq, **own})

    def _refuse(self, fault: BadInput) -> CloseCode | None:
        if fault.code in _CLOSE_AT_ONCE:
            return _CLOSE_AT_ONCE[fault.code]
        if isinstance(fault, MalformedFrame) and self._bad_frames.strike(time.monotonic()):
            return CloseCode.BAD_FRAME
        self._answer("err", {"ts_us": _now_us(), "code": fault.code, "detail": fault.detail})
        return None

    def _answer(self, kind: str, own: dict[str, Plain]) -> None:
        self._reader.answer(kind, own)
        self._something_waits.set()

    async def _send(self) -> None:
        while True:
            message = self._reader.take()
            if message is None:
                self._something_waits.clear()
                await self._something_waits.wait()
                continue
            await self._send_or_stall(message)

    async def _send_or_stall(self, message: Wire) -> None:
        alarm = asyncio.get_running_loop().call_later(STALL_S, self._stalled.set)
        try:
            if isinstance(message, str):
                await self._websocket.send_text(message)
            else:
                await self._websocket.send_bytes(message)
        finally:
            alarm.cancel()


def _now_us() -> int:
    return round(time.time() * 1e6)
