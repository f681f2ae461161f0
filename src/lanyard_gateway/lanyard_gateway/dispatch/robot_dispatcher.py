"""Empties the queue of one robot, one task at a time.

A task that must wait stays in the queue with its reason. Any surprise in here leads back to the
task that was being carried out, which is then looked for on the robot; never to a second goal.
Lives on the event loop; blocks nothing.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from lanyard_core.faults import Conflict, NotFound, Unavailable
from lanyard_core.port import CommandAck, RobotPort
from lanyard_core.task.endings import Ending, given_up_as_busy
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import HoldReason, Task, TaskStatus
from lanyard_core.task.order import LAST_ATTEMPT
from lanyard_core.task.queue import Place, RobotQueue, entry_of, hold_reason
from lanyard_core.telemetry.status import RobotStatus
from lanyard_gateway.dispatch.attempt import Attempt
from lanyard_gateway.dispatch.shop import Shop
from lanyard_gateway.dispatch.views import Submission, TaskView

_log = logging.getLogger(__name__)


class RobotDispatcher:
    """The queue of one robot, and the loop that empties it. A RobotListener."""

    def __init__(self, port: RobotPort, shop: Shop) -> None:
        self.port = port
        self.queue = RobotQueue()
        self.running: Attempt | None = None
        self._shop = shop
        self._unfollowed: list[str] = []  # ids of tasks on the robot that nobody follows yet
        self._wake = asyncio.Event()
        self._rest_s = 0.0
        self._rest_until_s = 0.0

    def adopt(self, task_id: str) -> None:
        """Follow a task that is on this robot already."""
        self._unfollowed.append(task_id)

    def hold_reason(self) -> HoldReason | None:
        """Why the next task does not start now; None when it may."""
        has_task = self.running is not None or bool(self._unfollowed)
        return hold_reason(self.port.status(), has_task=has_task)

    def wake(self) -> None:
        """Look at the queue again, now."""
        self._wake.set()

    def safety_changed(self, status: RobotStatus) -> None:  # noqa: ARG002 - the port's signature
        """The robot's state changed: a held task may start now."""
        self.wake()

    def command_acknowledged(self, ack: CommandAck) -> None:
        """Of no interest here."""

    def preview(self, task_id: str, priority: int) -> Submission:
        """The answer for a task that would come in now."""
        place = self.queue.last_place(priority, self._shop.run_times)
        return Submission(
            task_id=task_id,
            position=place.position,
            hold_reason=self._hold_reason_at(place),
            starts_unix_s=self._starts_unix_s(place),
        )

    def view(self, task: Task) -> TaskView:
        """A task of this robot, as it is now."""
        view = TaskView.of_row(task)
        place = self.queue.place(task.task_id, self._shop.run_times)
        if task.status is TaskStatus.QUEUED and place is not None:
            return replace(
                view,
                position=place.position,
                hold_reason=self._hold_reason_at(place),
                starts_unix_s=self._starts_unix_s(place),
            )
        attempt = self.running
        if task.status.on_robot and attempt is not None and attempt.task.task_id == task.task_id:
            view = attempt.view(task)
        return replace(view, stale=task.status.on_robot and not self.port.status().online)

    def _hold_reason_at(self, place: Place) -> HoldReason | None:
        reason = self.hold_reason()
        if reason is None and place.position > 1:
            return HoldReason.ROBOT_BUSY
        return reason

    def _starts_unix_s(self, place: Place) -> float | None:
        if self._unfollowed or hold_reason(self.port.status(), has_task=False) is not None:
            return None  # nobody knows when a robot comes back, or is let go
        remaining_s = self.running.remaining_s() if self.running is not None else 0.0
        return self._shop.clocks.unix() + remaining_s + place.ahead_s

    async def serve(self) -> None:
        """Carry out tasks until cancelled.

        What is on the robot then stays there, to be found again.
        """
        stop_listening = self.port.listen(self)
        try:
            while True:
                try:
                    await self._one_round()
                except Exception:  # noqa: BLE001 - top of a loop: logged, and looked at again
                    _log.exception("robot %s: dispatch failed; looking again", self.port.robot_id)
                    self._look_again()
                    await asyncio.sleep(self._shop.settings.retry_s)
        finally:
            stop_listening()

    def _look_again(self) -> None:
        attempt, self.running = self.running, None
        if attempt is not None:
            attempt.is_over.set()
            self._unfollowed.insert(0, attempt.task.task_id)

    async def _one_round(self) -> None:
        if self._unfollowed:
            await self._resume(self._unfollowed[0])
            return
        entry = self.queue.head()
        is_resting = self._shop.clocks.monotonic() < self._rest_until_s
        if entry is None or is_resting or self.hold_reason() is not None:
            await self._news()
            return
        await self._begin(entry.task_id)

    async def _news(self) -> None:
        # Not wait_for: before Python 3.12 it loses a cancellation that comes with the news.
        timer = asyncio.get_running_loop().call_later(self._shop.settings.poll_s, self.wake)
        try:
            await self._wake.wait()
        finally:
            timer.cancel()
            self._wake.clear()

    async def _begin(self, task_id: str) -> None:
        attempt = Attempt(await self._shop.store.get(task_id), self.port, self._shop)
        try:
            attempt.task = await self._shop.change(
                task_id,
                Event.DISPATCHED,
                f"attempt {attempt.task.attempt}, goal {attempt.goal_id}",
                goal_id=attempt.goal_id,
                started_unix_s=self._shop.clocks.unix(),
            )
        except (Conflict, NotFound):
            await self._drop_from_queue(task_id)
            return
        self.queue.discard(task_id)
        self.running = attempt
        await self._end(attempt, await attempt.send())

    async def _drop_from_queue(self, task_id: str) -> None:
        """The store says that it is not queued: it was cancelled, or is on the robot already."""
        self.queue.discard(task_id)
        task = await self._shop.store.get(task_id)
        if task.status.on_robot:
            self.adopt(task_id)

    async def _resume(self, task_id: str) -> None:
        task = await self._shop.store.get(task_id)
        if task.status.on_robot:
            attempt = self.running = Attempt(task, self.port, self._shop)
        self._unfollowed.remove(task_id)
        if task.status.on_robot:
            await self._end(attempt, await attempt.resume())

    async def _end(self, attempt: Attempt, ending: Ending) -> None:
        is_spent = ending.event is Event.RETURNED and ending.attempt_is_spent
        if is_spent and attempt.task.attempt >= LAST_ATTEMPT:
            ending = given_up_as_busy()
        attempt.task = await self._write_end(attempt, ending)
        task = attempt.task
        if task.status is TaskStatus.QUEUED:
            self.queue.push(entry_of(task))
        elif task.status is TaskStatus.SUCCEEDED and task.run_s is not None:
            self._shop.run_times.observe(task.order.task_type, task.run_s)
        self._rest(is_needed=ending.event is Event.RETURNED)
        self.running = None
        attempt.is_over.set()

    def _rest(self, *, is_needed: bool) -> None:
        """A robot that gives goals back is asked less and less often, up to a limit."""
        settings = self._shop.settings
        if not is_needed:
            self._rest_s = 0.0
            return
        self._rest_s = min(max(2 * self._rest_s, settings.retry_s), settings.longest_rest_s)
        self._rest_until_s = self._shop.clocks.monotonic() + self._rest_s

    async def _write_end(self, attempt: Attempt, ending: Ending) -> Task:
        """Put the end into the store, however long the store takes to come back."""
        changes = self._changes(attempt, ending)
        while True:
            try:
                return await self._shop.change(
                    attempt.task.task_id, ending.event, ending.detail, **changes
                )
            except Unavailable as fault:
                _log.error("the end of %s is not stored yet: %s", attempt.task.task_id, fault)
                await asyncio.sleep(self._shop.settings.retry_s)

    def _changes(self, attempt: Attempt, ending: Ending) -> dict[str, object]:
        if ending.event is Event.RETURNED:
            spent = int(ending.attempt_is_spent)
            return {
                "attempt": attempt.task.attempt + spent, "goal_id": None, "started_unix_s": None,
            }  # fmt: skip
        result = attempt.result.result() if attempt.result.done() else None
        started = attempt.task.started_unix_s
        run_s = result.run_time_s if result is not None else 0.0
        if run_s <= 0.0 and started is not None:
            run_s = max(0.0, self._shop.clocks.unix() - started)
        feedback_m = attempt.feedback.distance_m if attempt.feedback is not None else 0.0
        return {
            "phase": (result.phase if result is not None else "") or attempt.phase,
            "error": ending.error,
            "result_json": result.result_json if result is not None else None,
            "distance_m": max(feedback_m, result.distance_m if result is not None else 0.0),
            "run_s": run_s,
            "feedback_count": attempt.feedback_count,
        }
