"""``/ws/telemetry/{robot_id}`` and ``/ws/telemetry``: robots' state at a steady rate.

A client that says nothing gets every part of every robot of the socket at 10 Hz; it may ask for
other parts, rates and robots at any time. A client that reads slowly skips samples and sees that;
one that takes nothing for three seconds is let go. What a client does here moves nothing and slows
nobody. Event loop's thread.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from lanyard_core.access.scopes import Scope
from lanyard_core.faults import BadInput, MalformedFrame
from lanyard_core.stream.answers import pong_body, refusal_body
from lanyard_core.stream.channel import Channel, CloseCode
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.frames import Ping
from lanyard_core.stream.pacing import Strikes
from lanyard_core.stream.plain import FROM_CLIENT, Plain, Wire
from lanyard_core.telemetry.answers import confirmation_body
from lanyard_core.telemetry.flow import FlowGate
from lanyard_core.telemetry.reader import EncodedSample, Reader
from lanyard_core.telemetry.subscription import Subscribe, Subscription, read_request
from lanyard_gateway.web.context import context_of
from lanyard_gateway.web.socket_admission import Admission, admit, admit_to_all
from lanyard_gateway.web.socket_audience import Topic, audiences_of
from lanyard_gateway.web.socket_line import line_of

router = APIRouter()

_BAD_FRAMES = 3
_FLOOD = 100
_WINDOW_S = 1.0
_CLOCK_GRAIN_S = 0.002  # timers may fire so much too early
_CLOSE_AT_ONCE = {"too_large": CloseCode.TOO_BIG, "wrong_kind": CloseCode.WRONG_KIND}


@router.websocket("/ws/telemetry/{robot_id}")
async def telemetry_socket(websocket: WebSocket, robot_id: str) -> None:
    """Watch a robot."""
    admission = admit(websocket, robot_id, channel=Channel.TELEMETRY, scope=Scope.TELEMETRY_READ)
    await TelemetryLink(websocket, admission, robots=[robot_id]).serve()


@router.websocket("/ws/telemetry")
async def fleet_socket(websocket: WebSocket) -> None:
    """Watch many robots: all that the caller may use, until it names some."""
    admission = admit_to_all(websocket, channel=Channel.TELEMETRY, scope=Scope.TELEMETRY_READ)
    robots = list(filter(admission.principal.may_use, context_of(websocket).robots))
    await TelemetryLink(websocket, admission, robots=robots).serve()


class TelemetryLink:
    """One open telemetry socket."""

    def __init__(
        self, websocket: WebSocket, admission: Admission, *, robots: Sequence[str]
    ) -> None:
        self._websocket = websocket
        self._admission = admission
        self._robots = robots
        self._audiences = audiences_of(websocket)
        self._line = line_of(websocket)
        self._codec = CODECS[admission.encoding]
        self._reader = Reader(self._codec)
        self._gate = FlowGate()
        self._loop = asyncio.get_running_loop()
        self._stall_timer: asyncio.TimerHandle | None = None
        self._bad_frames = Strikes(limit=_BAD_FRAMES, window_s=_WINDOW_S)
        self._flood = Strikes(limit=_FLOOD, window_s=_WINDOW_S)
        self._leaves: list[Callable[[], None]] = []

    async def serve(self) -> None:
        """Serve the socket until either side ends it."""
        admission, line = self._admission, self._line
        try:
            await self._websocket.accept(subprotocol=admission.subprotocol)
            line.on_clear, line.on_answer = self._cleared, self._answered
            self._join(Subscription(), self._robots)
            await self._receive()
        except WebSocketDisconnect:
            pass  # the client is gone; that is how most connections end
        finally:
            self._leave()
            if self._stall_timer is not None:
                self._stall_timer.cancel()

    def _join(self, subscription: Subscription, robots: Sequence[str]) -> None:
        for robot_id in robots:
            topic = Topic(robot_id, self._admission.encoding, subscription)
            self._leaves.append(self._audiences.join(topic, self._offer))

    def _leave(self) -> None:
        leaves, self._leaves = self._leaves, []
        for leave in leaves:
            leave()

    def _offer(self, sample: EncodedSample) -> None:
        self._reader.offer(sample)
        self._pump()

    def _pump(self) -> None:
        """Send what may be sent now; the rest waits, and newer samples take the place of older."""
        line, reader, gate = self._line, self._reader, self._gate
        while line.is_clear:
            now = self._loop.time()
            message = reader.take_answer()
            if message is not None:
                line.send(message)
                continue
            if not gate.is_open(now) or (message := reader.take_sample()) is None:
                break
            line.send(message, probing=gate.sent(now))
        if not line.is_clear:
            gate.blocked(self._loop.time())
        self._watch_for_stall()

    def _cleared(self) -> None:
        self._gate.cleared()
        self._pump()

    def _answered(self) -> None:
        if self._gate.answered(self._loop.time()):
            self._line.probe()
        self._pump()

    def _watch_for_stall(self) -> None:
        stalls_at = self._gate.stalls_at()
        if stalls_at is not None and self._stall_timer is None:
            self._stall_timer = self._loop.call_at(stalls_at, self._stalled)

    def _stalled(self) -> None:
        self._stall_timer = None
        stalls_at = self._gate.stalls_at()
        if stalls_at is not None and self._loop.time() >= stalls_at - _CLOCK_GRAIN_S:
            self._line.close(CloseCode.TRY_LATER)
        else:  # it has read since: look again when what is under way now is due
            self._watch_for_stall()

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
            request = read_request(value, encoding=self._admission.encoding, robots=self._robots)
        except BadInput as fault:
            self._refuse(fault)
            return
        if isinstance(request, Ping):
            self._answer("pong", pong_body(ack=request.seq, now_us=_now_us()))
        else:
            self._subscribe(request)

    def _subscribe(self, request: Subscribe) -> None:
        self._leave()
        self._reader.forget_samples()
        wish = request.subscription
        robots = self._robots if request.robots is None else request.robots
        self._answer("sub", confirmation_body(wish, robots, ack=request.seq, now_us=_now_us()))
        self._join(wish, robots)

    def _refuse(self, fault: BadInput) -> None:
        if fault.code in _CLOSE_AT_ONCE:
            self._line.close(_CLOSE_AT_ONCE[fault.code])
        elif isinstance(fault, MalformedFrame) and self._bad_frames.strike(time.monotonic()):
            self._line.close(CloseCode.BAD_FRAME)
        else:
            self._answer("err", refusal_body(fault, now_us=_now_us()))

    def _answer(self, kind: str, own: dict[str, Plain]) -> None:
        self._reader.answer(kind, own)
        self._pump()


def _now_us() -> int:
    return round(time.time() * 1e6)
