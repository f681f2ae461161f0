"""Goals of one client: each runs beside the connection until it ends or is cancelled.

Goals that were sent go on when the connection ends: to close a web page stops no robot that works
on a task. What tf2_web_republisher would do is done here, without a node. Event loop's thread.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

from lanyard_core.faults import LanyardFault
from lanyard_rosbridge.protocol import effects as do
from lanyard_rosbridge.protocol.frame_tree import Republisher, read_wanted
from lanyard_rosbridge.protocol.goals import TF_REPUBLISHER
from lanyard_rosbridge.protocol.operations import Op, SendGoal
from lanyard_rosbridge.protocol.session import Session
from lanyard_rosbridge.ros.goals import Goal, Goals
from lanyard_rosbridge.serve.transforms import Transforms

CANCELED = 5
_MAX_TF_TOPICS = 32
_numbers = itertools.count(1)

Run = Callable[[Iterable[do.Effect]], None]
Beside = Callable[[Coroutine[object, object, None]], "asyncio.Task[None]"]


class GoalRunner:
    """Starts, cancels and ends the goals of one client."""

    def __init__(
        self, goals: Goals, transforms: Transforms, session: Session, run: Run, beside: Beside
    ) -> None:
        self._goals = goals
        self._transforms = transforms
        self._session = session
        self._run = run
        self._beside = beside
        self._running: dict[int, Goal | asyncio.Task[None]] = {}

    def start(self, effect: do.StartGoal) -> None:
        """Send a goal. Raises BadInput for a type that is not to be had."""
        op = effect.op
        assert isinstance(op, SendGoal)  # noqa: S101  what StartGoal is made of
        if effect.action == TF_REPUBLISHER:
            republisher = Republisher(read_wanted(effect.args))
            self._running[id(op)] = self._beside(self._republish(op, republisher))
            return
        goal = self._goals.new(effect.action, effect.type)
        self._running[id(op)] = goal
        self._beside(self._follow(effect, op, goal))

    def cancel(self, effect: do.CancelGoalOf) -> None:
        """Cancel it."""
        running = self._running.get(id(effect.op))
        if isinstance(running, Goal):
            self._beside(self._cancel(effect.op, running))
        elif running is not None:
            running.cancel()

    async def _follow(self, effect: do.StartGoal, op: SendGoal, goal: Goal) -> None:
        desk = self._session.goals
        leave = self._goals.follow(
            goal, effect.action, effect.type, lambda values: self._run(desk.feedback(op, values))
        )
        try:
            values, status = await goal.run(effect.args)
        except LanyardFault as fault:
            self._run(desk.failed(op, fault))
        else:
            self._run(desk.ended(op, values, status))
        finally:
            leave()
            self._running.pop(id(op), None)

    async def _cancel(self, op: Op, goal: Goal) -> None:
        try:
            await goal.cancel()
        except LanyardFault as fault:
            self._run(self._session.told(fault, op))

    async def _republish(self, op: SendGoal, republisher: Republisher) -> None:
        desk = self._session.goals
        try:
            await self._transforms.republish(
                republisher,
                lambda found: self._run(desk.feedback(op, {"transforms": found})),
            )
        except asyncio.CancelledError:
            self._run(desk.ended(op, {}, CANCELED))
            raise
        finally:
            self._running.pop(id(op), None)


class TfTopics:
    """Topics of one client that carry transforms, as the service ``republish_tfs`` makes them."""

    def __init__(self, transforms: Transforms, run: Run, beside: Beside) -> None:
        self._transforms = transforms
        self._run = run
        self._beside = beside
        self._wanted: dict[str, Republisher] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def make(self, args: object) -> Mapping[str, str]:
        """The service's answer: the name of a topic. Raises BadInput."""
        wanted = read_wanted(args)
        while len(self._wanted) >= _MAX_TF_TOPICS:
            del self._wanted[next(iter(self._wanted))]
        topic = f"{TF_REPUBLISHER}/tf_{next(_numbers)}"
        self._wanted[topic] = Republisher(wanted)
        return {"topic_name": topic}

    def subscribe(self, effect: do.OpenSubscription) -> bool:
        """Whether a topic is one of these; if so its transforms are told from now on."""
        republisher = self._wanted.get(effect.topic)
        if republisher is None:
            return False
        written, form = effect.written, effect.format

        def tell(found: list[dict[str, Any]]) -> None:
            frame = {"op": "publish", "topic": written, "msg": {"transforms": found}}
            self._run([do.Send(frame, form)])

        self.unsubscribe(written)
        self._tasks[written] = self._beside(self._transforms.republish(republisher, tell))
        return True

    def unsubscribe(self, written: str) -> None:
        """They are not any more."""
        task = self._tasks.pop(written, None)
        if task is not None:
            task.cancel()
