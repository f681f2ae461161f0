"""One client's topics: what it publishes and what it is subscribed to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lanyard_core.access.patterns import Pattern
from lanyard_core.access.policy import Direction, Entry
from lanyard_core.faults import BadInput, Overloaded
from lanyard_rosbridge.protocol.access import Access
from lanyard_rosbridge.protocol.effects import (
    ClosePublisher,
    CloseSubscription,
    Effect,
    Halt,
    OpenPublisher,
    OpenSubscription,
    PublishMessage,
)
from lanyard_rosbridge.protocol.motion_guard import Drop, MotionGuard
from lanyard_rosbridge.protocol.operations import (
    Advertise,
    Publish,
    Subscribe,
    Unadvertise,
    Unsubscribe,
)
from lanyard_rosbridge.protocol.qos import AUTOMATIC
from lanyard_rosbridge.protocol.settings import SessionSettings

MakeGuard = Callable[[str], MotionGuard]
TF_TOPICS = "/tf2_web_republisher/"
_TF_PATTERN = Pattern(TF_TOPICS + "*")
_MOTION_DEPTH = 1
_RATE_GRAIN = 0.9  # a client's timer may be a little early


@dataclass(slots=True)
class _Outgoing:
    """A topic that the client publishes on, under the ids of its advertisements."""

    entry: Entry
    guard: MotionGuard | None
    ids: set[str | None] = field(default_factory=set)
    next_at: float = float("-inf")


class TopicDesk:
    """Publishing and subscribing of one client."""

    def __init__(self, access: Access, settings: SessionSettings, make_guard: MakeGuard) -> None:
        self._access = access
        self._settings = settings
        self._make_guard = make_guard
        self._outgoing: dict[str, _Outgoing] = {}
        self._incoming: dict[str, dict[str | None, Subscribe]] = {}

    def advertise(self, op: Advertise) -> list[Effect]:
        """The client will publish."""
        topic = self._access.name(op.topic)
        effects = self._open(op, topic, op.type)
        self._outgoing[topic].ids.add(op.id)
        return effects

    def unadvertise(self, op: Unadvertise) -> list[Effect]:
        """It will not any more, under this id; without one, under none."""
        topic = self._access.name(op.topic)
        outgoing = self._outgoing.get(topic)
        if outgoing is None:
            return []
        outgoing.ids.discard(op.id)
        if op.id is not None and outgoing.ids:
            return []
        del self._outgoing[topic]
        return [*_stop(outgoing), ClosePublisher(topic)]

    def publish(self, op: Publish, now: float, unix_now: float) -> list[Effect]:
        """A message. Raises when it may not be; drops of the motion guard are counted there."""
        topic = self._access.name(op.topic)
        effects = self._open(op, topic, op.type)
        outgoing = self._outgoing[topic]
        if outgoing.guard is not None:
            dropped = outgoing.guard.offer(op.msg, now=now, unix_now=unix_now)
            if dropped is not None and dropped is not Drop.NEWER:
                raise Overloaded(f"{topic}: not published, because {dropped.value}")
            return effects
        if outgoing.entry.max_hz is not None:
            if now < outgoing.next_at:
                raise Overloaded(f"{topic}: the policy allows {outgoing.entry.max_hz:g} Hz")
            outgoing.next_at = now + _RATE_GRAIN / outgoing.entry.max_hz
        return [*effects, PublishMessage(op, topic, op.msg)]

    def _open(self, op: Advertise | Publish, topic: str, type_name: str | None) -> list[Effect]:
        if topic in self._outgoing:
            return []
        entry = self._access.check(Direction.PUBLISH, topic)
        if len(self._outgoing) >= self._settings.max_topics:
            raise Overloaded(f"a client may publish on {self._settings.max_topics} topics at most")
        moves = self._access.moves(topic)
        self._outgoing[topic] = _Outgoing(entry, self._make_guard(topic) if moves else None)
        asked = op.queue_size if isinstance(op, Advertise) else 10
        depth = _MOTION_DEPTH if moves else op.qos.depth or asked
        return [OpenPublisher(op, topic, type_name, depth, op.latch, op.qos)]

    def could_not_open(self, topic: str) -> None:
        """The publisher of a topic could not be made: forget that there is one."""
        self._outgoing.pop(topic, None)

    def subscribe(self, op: Subscribe) -> list[Effect]:
        """The client wants a topic's messages, besides what it wanted of it before."""
        topic = self._access.name(op.topic)
        entry = self._entry_to_read(topic)
        ids = self._incoming.get(op.topic)
        if ids is None and len(self._incoming) >= self._settings.max_topics:
            raise Overloaded(f"a client may read {self._settings.max_topics} topics at most")
        if ids is not None and op.id not in ids and len(ids) >= self._settings.max_topics:
            raise Overloaded(f"{op.topic}: too many subscriptions of one client")
        ids = self._incoming.setdefault(op.topic, {})
        ids.pop(op.id, None)
        ids[op.id] = op
        return [self._delivery(op, topic, entry)]

    def unsubscribe(self, op: Unsubscribe) -> list[Effect]:
        """One subscription of a topic ends, or without an id all of them."""
        ids = self._incoming.get(op.topic)
        if ids is None or (op.id is not None and ids.pop(op.id, None) is None):
            raise BadInput(f"unsubscribe: there is no such subscription of {op.topic}")
        if op.id is None or not ids:
            del self._incoming[op.topic]
            return [CloseSubscription(op.topic)]
        topic = self._access.name(op.topic)
        entry = self._entry_to_read(topic)
        return [self._delivery(list(ids.values())[-1], topic, entry)]

    def _entry_to_read(self, topic: str) -> Entry:
        if topic.startswith(TF_TOPICS):  # the bridge makes these itself
            self._access.check_reading()
            return Entry(_TF_PATTERN)
        return self._access.check(Direction.SUBSCRIBE, topic)

    def could_not_subscribe(self, op: Subscribe) -> None:
        """Forget a subscription that could not be made."""
        ids = self._incoming.get(op.topic)
        if ids is not None and ids.pop(op.id, None) is not None and not ids:
            del self._incoming[op.topic]

    def _delivery(self, op: Subscribe, topic: str, entry: Entry) -> OpenSubscription:
        """What serves all of a client's subscriptions of a topic: the strictest of each bound."""
        wanted = self._incoming[op.topic].values()
        at_least_s = 0.0 if entry.max_hz is None else 1.0 / entry.max_hz
        return OpenSubscription(
            op,
            topic=topic,
            written=op.topic,
            type=op.type,
            throttle_s=max(at_least_s, min(each.throttle_s for each in wanted)),
            queue_length=min(each.queue_length for each in wanted),
            format=op.format,
            qos=op.qos,
            entry=entry,
        )

    def next_deadline(self) -> float | None:
        """When a guard wants to be looked at."""
        times = [each.guard.next_deadline() for each in self._outgoing.values() if each.guard]
        return min((time for time in times if time is not None), default=None)

    def deadline_passed(self, now: float) -> list[Effect]:
        """What the guards let through now, and zeros where a client fell silent."""
        effects: list[Effect] = []
        for topic, outgoing in self._outgoing.items():
            if outgoing.guard is None:
                continue
            message = outgoing.guard.due(now)
            if message is not None:
                op = Publish(None, topic, None, message, latch=False, qos=AUTOMATIC)
                effects.append(PublishMessage(op, topic, message))
            elif outgoing.guard.fell_silent(now):
                effects.append(Halt(topic))
        return effects

    def closed(self) -> list[Effect]:
        """The client is gone."""
        effects: list[Effect] = [CloseSubscription(written) for written in self._incoming]
        for topic, outgoing in self._outgoing.items():
            effects += [*_stop(outgoing), ClosePublisher(topic)]
        self._incoming, self._outgoing = {}, {}
        return effects


def _stop(outgoing: _Outgoing) -> list[Effect]:
    guard = outgoing.guard
    return [Halt(guard.topic)] if guard is not None and guard.end() else []
