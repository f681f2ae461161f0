"""One attempt of one task on one robot: its goal is sent or found again, followed, cancelled.

What makes a task run once: the goal id is on disk before the goal is sent. When it is not known
whether the robot took the goal, the robot is asked for that very id; only a goal that it does not
know is sent again, under the same id. Lives on the event loop; blocks nothing.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from uuid import UUID

from lanyard_core.faults import Conflict, LanyardFault, RosTimeout, Unavailable
from lanyard_core.port import (
    CancelReply,
    GoalOutcome,
    RobotPort,
    TaskFeedback,
    TaskGoal,
    TaskResult,
)
from lanyard_core.task.endings import Ending, ending_of, lost, returned
from lanyard_core.task.ids import goal_id_of
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import Task, TaskStatus
from lanyard_core.task.news import ProgressPace, progress_news
from lanyard_core.task.supervision import Run
from lanyard_gateway.dispatch.shop import Shop
from lanyard_gateway.dispatch.views import TaskView

_log = logging.getLogger(__name__)


class Attempt:
    """See the module's docstring.

    ``task`` is the newest row of the store that this attempt knows.
    """

    def __init__(self, task: Task, port: RobotPort, shop: Shop) -> None:
        self.task = task
        self.goal_id: UUID = task.goal_id or goal_id_of(task.task_id, task.attempt)
        self.feedback: TaskFeedback | None = None
        self.feedback_count = task.feedback_count
        self.feedback_at_s: float | None = None
        self.result: asyncio.Future[TaskResult] = asyncio.get_running_loop().create_future()
        self.is_over = asyncio.Event()
        """Set once the end of this attempt is in the store."""
        self._port = port
        self._shop = shop
        self._task_type = shop.task_types.get(task.order.task_type)
        self._is_followed = asyncio.Event()
        self._progress_pace = ProgressPace()
        self._cancelling: asyncio.Task[None] | None = None
        self._cancel_accepted = False
        self._run = Run(began_s=self._began_s(), timeout_s=task.order.timeout_s)
        self.note(task)

    @property
    def phase(self) -> str:
        """The phase that runs, empty before the first feedback."""
        return self.feedback.phase if self.feedback is not None else self.task.phase

    @property
    def cancellable(self) -> bool:
        """Whether the present phase can be cancelled, as the robot says.

        Before that, as its type does.
        """
        if self.feedback is not None:
            return self.feedback.cancellable
        return self._task_type is None or self._task_type.phases[0].cancellable

    @property
    def progress(self) -> float:
        """Share of the task that is done, [0, 1], as the robot says."""
        return self.feedback.progress if self.feedback is not None else 0.0

    def remaining_s(self) -> float:
        """The probable time to the end: the robot's word, else the rest of the usual run time."""
        if self.feedback is not None and self.feedback.remaining_s is not None:
            return max(0.0, self.feedback.remaining_s)
        expected_s = self._shop.run_times.expected_s(self.task.order.task_type)
        return max(0.0, expected_s - (self._shop.clocks.monotonic() - self._run.began_s))

    def view(self, task: Task) -> TaskView:
        """``task``, the store's row of it, with what only this attempt knows."""
        age_s = None
        if self.feedback_at_s is not None:
            age_s = self._shop.clocks.monotonic() - self.feedback_at_s
        return TaskView(
            task=task,
            phase=self.phase,
            cancellable=self.cancellable and task.status is TaskStatus.RUNNING,
            progress=self.progress,
            feedback_count=self.feedback_count,
            distance_m=self.feedback.distance_m if self.feedback is not None else 0.0,
            feedback_age_s=age_s,
            remaining_s=self.remaining_s(),
        )

    async def send(self) -> Ending:
        """Send the goal and follow it to its end."""
        goal = TaskGoal(
            goal_id=self.goal_id,
            task_id=self.task.task_id,
            task_type=self.task.order.task_type,
            parameters_json=self.task.order.parameters_json,
            attempt=self.task.attempt,
            timeout_s=self.task.order.timeout_s,
        )
        try:
            await self._port.start_task(
                goal, on_feedback=self._feedback_arrived, on_result=self._result_arrived
            )
        except RosTimeout:  # the robot may have taken it all the same
            found = await self._find()
            if found is not True:
                return found or returned("the goal did not reach the robot")
        except Unavailable as fault:
            return returned(f"the goal could not be sent: {fault.detail}")
        return await self._follow()

    async def resume(self) -> Ending:
        """Find the goal again after a restart, and follow it to its end."""
        found = await self._find()
        if found is not True:
            return found or lost(
                "the task server did not know the goal when the gateway looked for it again",
                phase=self.phase,
            )
        self.note(
            await self._shop.change(
                self.task.task_id, Event.REATTACHED, "the goal was found on the robot again"
            )
        )
        return await self._follow()

    def note(self, task: Task) -> None:
        """Take a newer row in; it may have been cancelled while it was looked for."""
        self.task = task
        if task.status is TaskStatus.CANCELING and self._run.cancel_asked_s is None:
            self._run = replace(self._run, cancel_asked_s=self._shop.clocks.monotonic())

    async def cancel(self, *, detail: str, wait_s: float) -> None:
        """Have the robot stop this task; returns when it has, or after ``wait_s`` seconds.

        Decided from what we know first. Raises Conflict (``task_not_cancellable``) when the phase
        forbids it, (``task_terminal``) when the task has just ended.
        """
        deadline = self._shop.clocks.monotonic() + wait_s
        if self._run.cancel_asked_s is None:
            if not self.cancellable:
                raise self._not_cancellable()
            await self._ask_to_cancel(detail)
        if self._cancelling is not None:
            done, _ = await asyncio.wait({self._cancelling}, timeout=wait_s)
            for request in done:
                request.result()
        try:
            rest_s = max(0.0, deadline - self._shop.clocks.monotonic())
            await asyncio.wait_for(self.is_over.wait(), rest_s)
        except asyncio.TimeoutError:
            pass  # it is canceling; the loop that follows it asks again if need be

    async def _ask_to_cancel(self, detail: str) -> None:
        before = self._run
        # Set first: a second request that comes while the store writes must find this one.
        self._run = replace(before, cancel_asked_s=self._shop.clocks.monotonic())
        try:
            self.task = await self._shop.change(self.task.task_id, Event.CANCEL_REQUESTED, detail)
        except LanyardFault:
            self._run = before
            raise
        self._request_cancel()

    def _request_cancel(self) -> None:
        if self._cancelling is None or self._cancelling.done():
            self._cancelling = asyncio.get_running_loop().create_task(self._cancel_at_robot())
            self._cancelling.add_done_callback(_note_failure)

    async def _cancel_at_robot(self) -> None:
        await self._is_followed.wait()
        try:
            reply = await self._port.cancel_task(self.goal_id)
        except Unavailable:
            return
        if reply is CancelReply.UNKNOWN_GOAL:
            self._result_arrived(
                TaskResult(goal_id=self.goal_id, outcome=GoalOutcome.UNKNOWN, phase=self.phase)
            )
        elif reply is CancelReply.REJECTED:
            detail = f"the robot refused in phase {self.phase!r}"
            self.task = await self._shop.change(self.task.task_id, Event.CANCEL_REFUSED, detail)
            self._run = replace(self._run, cancel_asked_s=None)
            raise self._not_cancellable()
        else:
            self._cancel_accepted = True

    async def _find(self) -> Ending | bool:
        """True when the robot has the goal, False when it does not know it.

        An end when it is lost.
        """
        while not self.result.done():
            try:
                return await self._port.reattach_task(
                    self.goal_id, on_feedback=self._feedback_arrived, on_result=self._result_arrived
                )
            except Unavailable as fault:
                if self._is_lost():
                    return lost(f"the robot could not be reached: {fault.detail}", phase=self.phase)
                await asyncio.wait({self.result}, timeout=self._shop.settings.retry_s)
        return True

    async def _follow(self) -> Ending:
        self._is_followed.set()
        while True:
            await asyncio.wait({self.result}, timeout=self._shop.settings.retry_s)
            if self.result.done():
                return ending_of(self.result.result())
            if self._is_lost():
                self._request_cancel()  # should it run after all, it must not go on unseen
                return lost("no result came within the task's time limit", phase=self.phase)
            if self.task.status is TaskStatus.CANCELING and not self._cancel_accepted:
                self._request_cancel()

    def _is_lost(self) -> bool:
        # A robot that has agreed to cancel may take as long as the task itself may.
        run = replace(self._run, cancel_asked_s=None) if self._cancel_accepted else self._run
        return run.is_lost(self._shop.clocks.monotonic(), self._shop.settings.patience)

    def _began_s(self) -> float:
        now = self._shop.clocks.monotonic()
        if self.task.started_unix_s is None:
            return now
        return now - max(0.0, self._shop.clocks.unix() - self.task.started_unix_s)

    def _feedback_arrived(self, feedback: TaskFeedback) -> None:
        self.feedback = feedback
        self.feedback_count += 1
        self.feedback_at_s = self._shop.clocks.monotonic()
        if self._progress_pace.is_due(self.feedback_at_s, feedback.phase):
            self._shop.publish(
                progress_news(
                    self.task,
                    phase=feedback.phase,
                    progress=feedback.progress,
                    cancellable=feedback.cancellable,
                )
            )

    def _result_arrived(self, result: TaskResult) -> None:
        if not self.result.done():
            self.result.set_result(result)

    def _not_cancellable(self) -> Conflict:
        return Conflict(
            f"task {self.task.task_id} is in phase {self.phase!r}, which must not be interrupted",
            code="task_not_cancellable",
            extra={
                "task_id": self.task.task_id,
                "phase": self.phase,
                "cancellable_after": self._last_of_uncancellable(),
            },
        )

    def _last_of_uncancellable(self) -> str:
        last = self.phase
        phases = self._task_type.phases if self._task_type is not None else ()
        names = [phase.name for phase in phases]
        for phase in phases[names.index(last) :] if last in names else ():
            if phase.cancellable:
                break
            last = phase.name
        return last


def _note_failure(request: asyncio.Task[None]) -> None:
    if not request.cancelled() and isinstance(request.exception(), LanyardFault):
        _log.info("cancel: %s", request.exception())
    elif not request.cancelled() and request.exception() is not None:
        _log.error("cancel failed", exc_info=request.exception())
