"""Who reads which telemetry: a sample is made and encoded once for all who want the same.

Readers with the same robot, encoding, parts, floats and rate are one audience. It has a timer of
its own, which runs while somebody listens; audiences of the same robot that differ only in their
rate share the samples that fall together. A reader gets bytes, never a wait: what it does with
them cannot slow the others. Nor do many readers slow whoever drives: a few have their sample, then
the loop has its turn. Event loop's thread.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from starlette.requests import HTTPConnection

from lanyard_core.port import RobotPort
from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.plain import Plain
from lanyard_core.telemetry.encoder import SampleEncoder
from lanyard_core.telemetry.reader import EncodedSample
from lanyard_core.telemetry.schedule import next_tick, phase_of
from lanyard_core.telemetry.subscription import DEFAULT_RATE_HZ, Subscription
from lanyard_gateway.web.context import AppContext, context_of

Offer = Callable[[EncodedSample], None]
"""Takes an encoded sample; returns at once."""

SHARED_S = 0.004
"""How old a sample may be that is given to another audience: less than the shortest period."""

SLICE_S = 0.0001
"""How long readers are served in one turn of the loop, in which no command can come in."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What an audience listens to."""

    robot_id: str
    encoding: Encoding
    subscription: Subscription


class Sampler:
    """Makes the samples of one topic, whatever its rate."""

    def __init__(self, context: AppContext, topic: Topic) -> None:
        self._robot = context.robot(topic.robot_id)
        self._tasks = context.tasks
        self._encoder = SampleEncoder(topic.encoding, topic.subscription)
        self._wants_task = "task" in topic.subscription.parts
        self._latest: EncodedSample | None = None
        self._made_at = float("-inf")

    def sample(self, now: float) -> EncodedSample:
        """The robot's state now (monotonic, s); the same sample to whoever asks at that moment."""
        if self._latest is None or now - self._made_at > SHARED_S:
            task = self._task(self._robot) if self._wants_task else None
            self._latest = self._encoder.encode(
                self._robot.status(), now_us=round(time.time() * 1e6), task=task
            )
            self._made_at = now
        return self._latest

    def _task(self, robot: RobotPort) -> Plain:
        task = self._tasks.current_task(robot.robot_id)
        if task is None:
            return None
        return {
            "task_id": task.task_id,
            "task_type": task.task_type,
            "status": task.status.value,
            "phase": task.phase,
            "progress": task.progress,
        }


class Audience:
    """Readers of one topic, and the timer that serves them."""

    def __init__(self, sampler: Sampler, topic: Topic) -> None:
        self._sampler = sampler
        self._loop = asyncio.get_running_loop()
        self._rate_hz = topic.subscription.rate_hz
        self._phase = phase_of(topic.robot_id)
        # Two sets in order: all readers, and those that have not had the newest sample yet.
        self._offers: dict[Offer, None] = {}
        self._waiting: dict[Offer, None] = {}
        self._turn_is_due = False
        self._set_timer()

    def __len__(self) -> int:
        return len(self._offers)

    def join(self, offer: Offer) -> None:
        """Offer a sample to this reader now, and every one from now on."""
        self._offers[offer] = None
        offer(self._sampler.sample(self._loop.time()))

    def leave(self, offer: Offer) -> None:
        """No more samples for this reader."""
        self._offers.pop(offer, None)
        self._waiting.pop(offer, None)
        if not self._offers:
            self._timer.cancel()

    def _set_timer(self) -> None:
        due = next_tick(self._loop.time(), rate_hz=self._rate_hz, phase=self._phase)
        self._timer = self._loop.call_at(due, self._tick)

    def _tick(self) -> None:
        self._set_timer()
        self._sample = self._sampler.sample(self._loop.time())
        # Whoever has not had the sample before comes first, and gets this one in its place.
        self._waiting |= self._offers
        if not self._turn_is_due:
            self._serve()

    def _serve(self) -> None:
        until = time.monotonic() + SLICE_S
        while self._waiting and time.monotonic() < until:
            offer = next(iter(self._waiting))
            del self._waiting[offer]
            offer(self._sample)
        self._turn_is_due = bool(self._waiting)
        if self._turn_is_due:
            self._loop.call_soon(self._serve)


class Audiences:
    """All audiences of an application, by topic."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._by_topic: dict[Topic, Audience] = {}
        self._samplers: dict[Topic, Sampler] = {}

    def __len__(self) -> int:
        return len(self._by_topic)

    def join(self, topic: Topic, offer: Offer) -> Callable[[], None]:
        """Offer the samples of ``topic`` to a reader; the returned function ends that."""
        audience = self._by_topic.get(topic)
        if audience is None:
            audience = self._by_topic[topic] = Audience(self._sampler(topic), topic)
        joined = audience
        joined.join(offer)

        def leave() -> None:
            joined.leave(offer)
            if not joined and self._by_topic.get(topic) is joined:
                del self._by_topic[topic]
                self._forget_sampler(topic)

        return leave

    def _sampler(self, topic: Topic) -> Sampler:
        kind = _without_rate(topic)
        sampler = self._samplers.get(kind)
        if sampler is None:
            sampler = self._samplers[kind] = Sampler(self._context, topic)
        return sampler

    def _forget_sampler(self, topic: Topic) -> None:
        kind = _without_rate(topic)
        if all(_without_rate(other) != kind for other in self._by_topic):
            del self._samplers[kind]


def _without_rate(topic: Topic) -> Topic:
    subscription = replace(topic.subscription, rate_hz=DEFAULT_RATE_HZ)
    return replace(topic, subscription=subscription)


def audiences_of(connection: HTTPConnection) -> Audiences:
    """The audiences of the application that is asked; made when first asked for."""
    state = connection.app.state
    found = getattr(state, "audiences", None)
    if not isinstance(found, Audiences):
        found = state.audiences = Audiences(context_of(connection))
    return found
