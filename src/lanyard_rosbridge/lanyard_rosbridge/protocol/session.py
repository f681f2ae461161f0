"""One client's conversation: frames in, effects out.

Whatever a client sends, it gets one answer for each operation that can be answered: what it asked
for, or why not. What has no answer of its own is answered by ``status``. One bad frame ends
nothing. Pure: told the time (seconds, monotonic); called in one thread.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from lanyard_core.faults import BadInput, LanyardFault
from lanyard_rosbridge.protocol import cbor_codec, json_codec, operations
from lanyard_rosbridge.protocol.access import Access
from lanyard_rosbridge.protocol.effects import Effect, OpenPublisher, Send
from lanyard_rosbridge.protocol.fragments import Assembler
from lanyard_rosbridge.protocol.goals import GoalDesk
from lanyard_rosbridge.protocol.motion_guard import MotionGuard, MotionLeases, QuietWindow
from lanyard_rosbridge.protocol.operations import (
    AdvertiseAction,
    AdvertiseService,
    CallService,
    Op,
    SendGoal,
    Subscribe,
)
from lanyard_rosbridge.protocol.reading import read
from lanyard_rosbridge.protocol.services import ServiceDesk
from lanyard_rosbridge.protocol.settings import SessionSettings
from lanyard_rosbridge.protocol.told import Level, Telling
from lanyard_rosbridge.protocol.topics import TopicDesk


class Session:
    """The state of one connection."""

    def __init__(
        self,
        access: Access,
        settings: SessionSettings,
        leases: MotionLeases,
        *,
        unix_offset_s: float,
        told_from: Level | None = Level.ERROR,
    ) -> None:
        """``unix_offset_s``: what to add to each ``now`` for the time of day.

        ``told_from``: from which level on ``status`` is sent until the client says; None: never.
        """
        self._unix_offset_s = unix_offset_s
        self._assembler = Assembler(max_bytes=settings.max_frame_bytes)
        self._telling = Telling(told_from)
        # None of these refers back to the session: it is freed as soon as its client is gone.
        self._quiet = QuietWindow(settings.motion)
        guard = functools.partial(
            MotionGuard, settings=settings.motion, leases=leases, quiet=self._quiet
        )
        self.topics = TopicDesk(access, settings, guard)
        self.services = ServiceDesk(access, settings)
        self.goals = GoalDesk(access, settings)

    def received(self, frame: str | bytes, now: float) -> list[Effect]:
        """A frame came: JSON text, or CBOR in a binary message."""
        self._quiet.heard(now)
        try:
            return self._take(_decoded(frame), now)
        except LanyardFault as fault:
            return self._telling.tell(Level.ERROR, fault.detail, None)

    def _take(self, values: object, now: float) -> list[Effect]:
        try:
            op = read(values)
        except BadInput as fault:
            return self._misread(values, fault)
        try:
            return self._HANDLERS[type(op)](self, op, now)
        except LanyardFault as fault:
            return self.failed(op, fault)

    def failed(self, op: Op, fault: LanyardFault) -> list[Effect]:
        """An operation cannot be done: the answer that says so."""
        if isinstance(op, CallService):
            answer = self.services.failed(op, fault)
            return answer or self._telling.tell(Level.ERROR, fault.detail, None)
        if isinstance(op, SendGoal):
            return self.goals.failed(op, fault)
        return self._telling.tell(Level.ERROR, fault.detail, op.id)

    def could_not(self, effect: Effect, fault: LanyardFault) -> list[Effect]:
        """What an effect was to open is not there."""
        op: Op | None = getattr(effect, "op", None)
        if isinstance(effect, OpenPublisher):
            self.topics.could_not_open(effect.topic)
        elif isinstance(op, Subscribe):
            self.topics.could_not_subscribe(op)
        elif isinstance(op, AdvertiseService):
            self.services.could_not_serve(op)
        elif isinstance(op, AdvertiseAction):
            self.goals.could_not_serve(op)
        if op is None:
            return self._telling.tell(Level.ERROR, fault.detail, None)
        return self.failed(op, fault)

    def told(self, fault: LanyardFault, op: Op) -> list[Effect]:
        """Something that belongs to an operation went wrong, and is not its end."""
        return self._telling.tell(Level.ERROR, fault.detail, op.id)

    def next_deadline(self) -> float | None:
        """When ``deadline_passed`` is to be called."""
        return self.topics.next_deadline()

    def deadline_passed(self, now: float) -> list[Effect]:
        """Time went by."""
        return self.topics.deadline_passed(now)

    def closed(self) -> list[Effect]:
        """The connection is over: everything of this client's ends, and what it moved stops."""
        return [*self.topics.closed(), *self.services.closed(), *self.goals.closed()]

    def _misread(self, values: object, fault: BadInput) -> list[Effect]:
        """An operation that cannot be read: one that waits for an answer gets it all the same."""
        if not isinstance(values, Mapping) or values.get("id") is None:
            return self._telling.tell(Level.ERROR, fault.detail, None)
        kind, op_id = values.get("op"), values["id"]
        if kind == "call_service":
            answer = {"op": "service_response", "service": values.get("service")}
        elif kind == "send_action_goal":
            answer = {"op": "action_result", "action": values.get("action"), "status": 6}
        else:
            return self._telling.tell(Level.ERROR, fault.detail, str(op_id))
        return [Send({**answer, "id": op_id, "values": fault.detail, "result": False})]

    def _publish(self, op: operations.Publish, now: float) -> list[Effect]:
        return self.topics.publish(op, now, now + self._unix_offset_s)

    def _fragment(self, op: operations.Fragment, now: float) -> list[Effect]:
        whole = self._assembler.add(op, now)
        if whole is None:
            return []
        values = json_codec.decode(whole)
        if isinstance(values, Mapping) and values.get("op") == "fragment":
            raise BadInput("fragment: a fragment within fragments is refused")
        return self._take(values, now)

    def _set_level(self, op: operations.SetLevel, _now: float) -> list[Effect]:
        self._telling.set_level(op.level)
        return []

    _HANDLERS: ClassVar[dict[type[Op], Callable[[Session, Any, float], list[Effect]]]] = {
        operations.Advertise: lambda self, op, _: self.topics.advertise(op),
        operations.Unadvertise: lambda self, op, _: self.topics.unadvertise(op),
        operations.Publish: _publish,
        operations.Subscribe: lambda self, op, _: self.topics.subscribe(op),
        operations.Unsubscribe: lambda self, op, _: self.topics.unsubscribe(op),
        operations.CallService: lambda self, op, _: self.services.call(op),
        operations.AdvertiseService: lambda self, op, _: self.services.advertise(op),
        operations.UnadvertiseService: lambda self, op, _: self.services.unadvertise(op),
        operations.ServiceResponse: lambda self, op, _: self.services.response(op),
        operations.SendGoal: lambda self, op, _: self.goals.send(op),
        operations.CancelGoal: lambda self, op, _: self.goals.cancel(op),
        operations.AdvertiseAction: lambda self, op, _: self.goals.advertise(op),
        operations.UnadvertiseAction: lambda self, op, _: self.goals.unadvertise(op),
        operations.ActionFeedback: lambda self, op, _: self.goals.told_feedback(op),
        operations.ActionResult: lambda self, op, _: self.goals.told_result(op),
        operations.Fragment: _fragment,
        operations.SetLevel: _set_level,
        operations.Told: lambda _self, _op, _now: [],
    }


def _decoded(frame: str | bytes) -> object:
    return json_codec.decode(frame) if isinstance(frame, str) else cbor_codec.decode(frame)
