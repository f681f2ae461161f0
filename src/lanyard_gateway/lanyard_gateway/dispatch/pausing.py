"""Gets a task paused at its robot, or let go on, once the store says that somebody wants it.

The store's row has the wish (``pausing``, ``resuming``), the robot's feedback what has become of
it: the robot is asked until it has agreed or refused, and only its feedback makes a task paused or
running, so that a lost answer does no harm. Lives on the event loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from uuid import UUID

from lanyard_core.faults import LanyardFault, Unavailable
from lanyard_core.port import PauseReply, RobotPort, TaskFeedback
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import Task, TaskStatus
from lanyard_core.task.run_state import RunState

_log = logging.getLogger(__name__)

_REFUSALS = {
    TaskStatus.PAUSING: Event.PAUSE_REFUSED, TaskStatus.RESUMING: Event.RESUME_REFUSED,
}  # fmt: skip


def is_wish(status: TaskStatus) -> bool:
    """Whether the status says that a robot is to pause a task, or to go on with it."""
    return status in (TaskStatus.PAUSING, TaskStatus.RESUMING)


class Pausing:
    """Follows the pauses of one goal. ``on_answer`` is called when the robot has answered."""

    def __init__(
        self, port: RobotPort, goal_id: UUID, *, on_answer: Callable[[PauseReply], None]
    ) -> None:
        self._port = port
        self._goal_id = goal_id
        self._on_answer = on_answer
        self._status: TaskStatus | None = None
        self._answer: tuple[TaskStatus, PauseReply] | None = None  # with the wish that it is for
        self._asking: asyncio.Task[None] | None = None

    def news(self, task: Task, feedback: TaskFeedback | None) -> tuple[Event, str] | None:
        """What is to be written of ``task`` now, and why; asks the robot when it is time to."""
        if task.status is not self._status:
            self._status, self._answer = task.status, None
        if not is_wish(task.status):
            return _unasked(task, feedback)
        wish = task.status
        answer = self._answer[1] if self._answer and self._answer[0] is wish else None
        if answer is None:
            self._ask(wish)
            return None
        news = _fulfilled(wish, feedback) if answer.success else (_REFUSALS[wish], answer.message)
        if news is not None:
            self._answer = None  # the next wish may be the same, and gets an answer of its own
        return news

    def leave(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()

    def _ask(self, wish: TaskStatus) -> None:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.get_running_loop().create_task(self._put(wish))

    async def _put(self, wish: TaskStatus) -> None:
        try:
            pause = wish is TaskStatus.PAUSING
            answer = await self._port.pause_task(self._goal_id, pause=pause)
        except Unavailable as fault:  # whoever follows the goal asks again
            _log.info("%s: %s", wish.value, fault)
        except LanyardFault:
            _log.exception("%s failed", wish.value)
        else:
            self._answer = (wish, answer)
            self._on_answer(answer)


def _fulfilled(wish: TaskStatus, feedback: TaskFeedback | None) -> tuple[Event, str] | None:
    """What the robot has made of a wish that it has agreed to; None: nothing yet."""
    if feedback is None:
        return None
    if wish is TaskStatus.PAUSING and feedback.state is RunState.PAUSED:
        return Event.PAUSED, f"the robot is at rest, in phase {feedback.phase!r}"
    if wish is TaskStatus.RESUMING and feedback.state is RunState.RUNNING:
        return Event.RESUMED, f"the robot goes on, in phase {feedback.phase!r}"
    if wish is TaskStatus.RESUMING and feedback.state is RunState.PAUSED and feedback.state_message:
        return Event.RESUME_REFUSED, feedback.state_message
    return None


def _unasked(task: Task, feedback: TaskFeedback | None) -> tuple[Event, str] | None:
    """What the robot has done that nobody here wants of it."""
    if feedback is None:
        return None
    if task.status is TaskStatus.RUNNING and feedback.state is RunState.PAUSED:
        return Event.PAUSED, "somebody has asked the robot itself"
    if task.status is TaskStatus.PAUSED and feedback.state is RunState.RUNNING:
        return Event.RESUMED, "somebody has asked the robot itself"
    return None
