"""One connection: frames to the session, its effects to the ROS graph and to the client.

Each effect has a method. A fault in one is an answer, never the end of the connection. What takes
time (calls, goals) runs beside, so that nothing that a client asks for holds up the next thing.
Event loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any, ClassVar

from lanyard_core.access.principal import Principal
from lanyard_core.faults import LanyardFault, Unavailable
from lanyard_rosbridge.conversion.cdr_reader import Flavour
from lanyard_rosbridge.protocol import effects as do
from lanyard_rosbridge.protocol.delivery import Pace
from lanyard_rosbridge.protocol.operations import CallService, Compression, Format
from lanyard_rosbridge.protocol.services import REPUBLISH_TFS
from lanyard_rosbridge.protocol.session import Session
from lanyard_rosbridge.protocol.told import Level
from lanyard_rosbridge.ros.outgoing import Outgoing
from lanyard_rosbridge.ros.types import type_of
from lanyard_rosbridge.serve.bridge import Bridge
from lanyard_rosbridge.serve.goal_runner import GoalRunner, TfTopics
from lanyard_rosbridge.serve.outlet import Line, Outlet, Subscription
from lanyard_rosbridge.serve.packing import packed
from lanyard_rosbridge.serve.serving import Serving

_log = logging.getLogger(__name__)

MAX_TASKS = 256
_UNEXPECTED = "the bridge could not do this; its log says why"


class Link:
    """One client of the bridge."""

    def __init__(
        self, bridge: Bridge, line: Line, principal: Principal, *, told_from: Level | None
    ) -> None:
        self._bridge = bridge
        self._line = line
        self._outlet = Outlet(line)
        self._loop = asyncio.get_running_loop()
        self._access = bridge.access(principal)
        self._session = Session(
            self._access,
            bridge.settings.session,
            bridge.leases,
            unix_offset_s=time.time() - self._loop.time(),
            told_from=told_from,
        )
        self._publishers: dict[str, Outgoing] = {}
        self._subscriptions: dict[str, tuple[Subscription, Callable[[], None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._serving = Serving(bridge.ros, self._session, self._run)
        self._goals = GoalRunner(
            bridge.ros.goals, bridge.transforms, self._session, self._run, self._beside
        )
        self._tf_topics = TfTopics(bridge.transforms, self._run, self._beside)

    @property
    def sent(self) -> int:
        """Messages of topics that were sent."""
        return self._outlet.sent

    def received(self, frame: str | bytes) -> None:
        """A frame came."""
        self._run(self._session.received(frame, self._loop.time()))
        self._set_timer()

    def close(self) -> None:
        """The connection is over."""
        if self._timer is not None:
            self._timer.cancel()
        self._run(self._session.closed())
        for task in self._tasks:
            task.cancel()
        self._outlet.close()
        # They refer back to this: without them it is freed now, not when the collector looks.
        del self._serving, self._goals, self._tf_topics

    def _run(self, effects: Iterable[do.Effect]) -> None:
        for effect in effects:
            try:
                self._DOERS[type(effect)](self, effect)
            except LanyardFault as fault:
                self._run(self._session.could_not(effect, fault))
            except Exception:  # noqa: BLE001 - the top level of what a client asked for
                _log.exception("%s failed", type(effect).__name__)
                self._run(self._session.could_not(effect, LanyardFault(_UNEXPECTED)))

    def _set_timer(self) -> None:
        due = self._session.next_deadline()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due is not None:
            self._timer = self._loop.call_at(due, self._tick)

    def _tick(self) -> None:
        self._timer = None
        # A timer may fire a little early; what was due then is due.
        self._run(self._session.deadline_passed(self._loop.time() + 0.001))
        self._set_timer()

    def _send(self, effect: do.Send) -> None:
        self._outlet.answer(packed(effect.values, effect.format))

    def _open_publisher(self, effect: do.OpenPublisher) -> None:
        ros = self._bridge.ros
        kind = ros.topics.type_of(effect.topic, effect.type)
        self._publishers[effect.topic] = ros.publishers.open(
            effect.topic, kind, depth=effect.depth, latch=effect.latch, qos=effect.qos
        )

    def _publish(self, effect: do.PublishMessage) -> None:
        outgoing = self._publishers.get(effect.topic)
        if outgoing is not None:  # else it could not be opened, which has been answered
            outgoing.publish(effect.msg)

    def _halt(self, effect: do.Halt) -> None:
        outgoing = self._publishers.get(effect.topic)
        if outgoing is not None:
            outgoing.halt()

    def _close_publisher(self, effect: do.ClosePublisher) -> None:
        outgoing = self._publishers.pop(effect.topic, None)
        if outgoing is not None:
            self._bridge.ros.publishers.close(outgoing)

    def _subscribe(self, effect: do.OpenSubscription) -> None:
        if self._tf_topics.subscribe(effect):
            return
        pace = Pace(effect.throttle_s, effect.queue_length, effect.entry.max_bytes)
        known = self._subscriptions.get(effect.written)
        if known is not None:
            known[0].row.pace, known[0].form = pace, effect.format
            return
        made = Subscription(self._outlet, effect.written, effect.format, pace)
        _, leave = self._bridge.feeds.join(effect.topic, effect.type, effect.qos, made.read)
        self._subscriptions[effect.written] = (made, leave)

    def _unsubscribe(self, effect: do.CloseSubscription) -> None:
        self._tf_topics.unsubscribe(effect.written)
        known = self._subscriptions.pop(effect.written, None)
        if known is not None:
            known[1]()
            self._outlet.forget(known[0])

    async def _ask_rosapi(self, effect: do.AskRosapi) -> None:
        op = effect.op
        assert isinstance(op, CallService)  # noqa: S101  what AskRosapi is made of
        values: Mapping[str, object]
        try:
            if effect.service == REPUBLISH_TFS:
                values = self._tf_topics.make(effect.args)
            else:
                rosapi, access = self._bridge.ros.rosapi, self._access
                values = await rosapi.answer(effect.service, effect.args, access)
        except LanyardFault as fault:
            self._run(self._session.failed(op, fault))
        else:
            self._run(self._session.services.answered(op, values))

    async def _call(self, effect: do.Call) -> None:
        services, op = self._bridge.ros.services, effect.op
        assert isinstance(op, CallService)  # noqa: S101  what Call is made of
        try:
            kind = await services.class_of(effect.service, effect.type)
            request = type_of(kind.Request).fill(effect.args)
            timeout_s = effect.timeout_s
            response = await services.call(effect.service, kind, request, timeout_s=timeout_s)
            values = type_of(kind.Response).values(response, _flavour(op.format))
        except LanyardFault as fault:
            self._run(self._session.failed(op, fault))
        else:
            self._run(self._session.services.answered(op, values))

    def _beside(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        if len(self._tasks) >= MAX_TASKS:
            work.close()
            raise Unavailable(f"{MAX_TASKS} things that this client asked for run already")
        task = self._loop.create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    _DOERS: ClassVar[dict[type[do.Effect], Callable[[Link, Any], object]]] = {
        do.Send: _send,
        do.Close: lambda self, effect: self._line.close(effect.code),
        do.OpenPublisher: _open_publisher,
        do.ClosePublisher: _close_publisher,
        do.PublishMessage: _publish,
        do.Halt: _halt,
        do.OpenSubscription: _subscribe,
        do.CloseSubscription: _unsubscribe,
        do.Call: lambda self, effect: self._beside(self._call(effect)),
        do.AskRosapi: lambda self, effect: self._beside(self._ask_rosapi(effect)),
        do.OpenService: lambda self, effect: self._serving.open_service(effect),
        do.CloseService: lambda self, effect: self._serving.close_service(effect),
        do.AnswerRequest: lambda self, effect: self._serving.answer(effect),
        do.StartGoal: lambda self, effect: self._goals.start(effect),
        do.CancelGoalOf: lambda self, effect: self._goals.cancel(effect),
        do.OpenAction: lambda self, effect: self._serving.open_action(effect),
        do.CloseAction: lambda self, effect: self._serving.close_action(effect),
        do.TellFeedback: lambda self, effect: self._serving.feedback(effect),
        do.EndGoal: lambda self, effect: self._serving.end(effect),
    }


def _flavour(form: Format) -> Flavour:
    is_cbor = form.compression in (Compression.CBOR, Compression.CBOR_RAW)
    return Flavour.CBOR if is_cbor else Flavour.JSON


async def _logged(work: Coroutine[object, object, None]) -> None:
    try:
        await work
    except Exception:  # noqa: BLE001 - the top level of a task
        _log.exception("something that a client asked for failed")
