"""Who reads which telemetry: a sample is made and encoded once for all who want the same.

Readers with the same robot, encoding, parts and rate are one audience. It has a timer of its own,
which runs while somebody listens. A reader gets bytes and a nudge, never a wait: what it does
with them cannot slow the others. Event loop's thread.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import WebSocket

from lanyard_core.port import RobotPort
from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.plain import Plain, Wire
from lanyard_core.telemetry.sample import sample
from lanyard_core.telemetry.schedule import Schedule
from lanyard_core.telemetry.subscription import Subscription
from lanyard_gateway.web.context import AppContext, context_of

Offer = Callable[[Wire], None]
"""Takes an encoded sample; returns at once."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What an audience listens to."""

    robot_id: str
    encoding: Encoding
    subscription: Subscription


class Audience:
    """Readers of one topic, and the timer that serves them."""

    def __init__(self, make_sample: Callable[[], Wire], *, rate_hz: float) -> None:
        self._make_sample = make_sample
        self._loop = asyncio.get_running_loop()
        self._schedule = Schedule(now=self._loop.time(), rate_hz=rate_hz)
        self._offers: set[Offer] = set()
        self._timer = self._loop.call_soon(self._tick)

    def __len__(self) -> int:
        return len(self._offers)

    def join(self, offer: Offer) -> None:
        """Offer every sample from now on to this reader too."""
        self._offers.add(offer)

    def leave(self, offer: Offer) -> None:
        """No more samples for this reader."""
        self._offers.discard(offer)
        if not self._offers:
            self._timer.cancel()

    def _tick(self) -> None:
        self._schedule.done(self._loop.time())
        self._timer = self._loop.call_at(self._schedule.due, self._tick)
        encoded = self._make_sample()
        for offer in tuple(self._offers):
            offer(encoded)


class Audiences:
    """All audiences of an application, by topic."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._by_topic: dict[Topic, Audience] = {}

    def __len__(self) -> int:
        return len(self._by_topic)

    def join(self, topic: Topic, offer: Offer) -> Callable[[], None]:
        """Offer the samples of ``topic`` to a reader; the returned function ends that."""
        audience = self._by_topic.get(topic)
        if audience is None:
            audience = Audience(self._sampler(topic), rate_hz=topic.subscription.rate_hz)
            self._by_topic[topic] = audience
        joined = audience
        joined.join(offer)

        def leave() -> None:
            joined.leave(offer)
            if not joined and self._by_topic.get(topic) is joined:
                del self._by_topic[topic]

        return leave

    def _sampler(self, topic: Topic) -> Callable[[], Wire]:
        robot = self._context.robot(topic.robot_id)
        codec = CODECS[topic.encoding]
        parts = topic.subscription.parts

        def make() -> Wire:
            now_us = round(time.time() * 1e6)
            task = self._task(robot) if "task" in parts else None
            return codec.encode(sample(robot.status(), parts, now_us=now_us, task=task))

        return make

    def _task(self, robot: RobotPort) -> Plain:
        task = self._context.tasks.current_task(robot.robot_id)
        if task is None:
            return None
        return {
            "task_id": task.task_id,
            "task_type": task.task_type,
            "status": task.status.value,
            "phase": task.phase,
            "progress": task.progress,
        }


def audiences_of(websocket: WebSocket) -> Audiences:
    """The audiences of the application that serves this socket; made when first asked for."""
    state = websocket.app.state
    found = getattr(state, "audiences", None)
    if not isinstance(found, Audiences):
        found = state.audiences = Audiences(context_of(websocket))
    return found
