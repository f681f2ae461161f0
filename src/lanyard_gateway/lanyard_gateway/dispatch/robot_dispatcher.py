"""Has one robot carry out what waits for it, one task at a time.

A task that must wait stays in the queue with its reason. Any surprise in here leads back to the
task that was being carried out, which is then looked for on the robot; never to a second goal.
Lives on the event loop; blocks nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from uuid import UUID

from lanyard_core.faults import Conflict, Unavailable
from lanyard_core.port import CommandAck, RobotPort
from lanyard_core.task.endings import Ending, settled
from lanyard_core.task.holding import hold_reason
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import HoldReason, Task, TaskStatus
from lanyard_core.telemetry.status import RobotStatus
from lanyard_gateway.dispatch.attempt import Attempt
from lanyard_gateway.dispatch.results import changes_at_the_end
from lanyard_gateway.dispatch.shop import Shop
from lanyard_gateway.dispatch.waiting import news_within

_log = logging.getLogger(__name__)

_CANDIDATES = 8
"""How many tasks are reached for at once: others may have taken the first ones."""
_MOST_ORPHANS = 64


class RobotDispatcher:
    """Serves one robot. A RobotListener."""

    def __init__(self, port: RobotPort, shop: Shop) -> None:
        self.port = port
        self.running: Attempt | None = None
        self.may_begin = False
        """Whether this gateway may give the robot new tasks."""
        self._shop = shop
        self._unfollowed: list[str] = []  # ids of tasks on the robot that nobody follows yet
        # Goals that were given up while the robot was silent: it must not go on with them unseen.
        self._orphans: deque[UUID] = deque(maxlen=_MOST_ORPHANS)
        self._wake = asyncio.Event()
        self._rest_s = 0.0
        self._rest_until_s = 0.0

    def adopt(self, task_id: str) -> None:
        """Follow a task that is on this robot already."""
        is_followed = self.running is not None and self.running.task.task_id == task_id
        if task_id not in self._unfollowed and not is_followed:
            self._unfollowed.append(task_id)
            self.wake()

    def adopt_strays(self) -> None:
        """Follow what is on this robot and what nobody follows.

        There is such a task when the store was lost at the very moment at which it was taken.
        """
        for task in self._shop.board.on_robots.values():
            if task.assigned_robot_id == self.port.robot_id:
                self.adopt(task.task_id)

    @property
    def is_busy(self) -> bool:
        """Whether there is a task on the robot that this gateway looks after."""
        return self.running is not None or bool(self._unfollowed)

    def hold_reason(self) -> HoldReason | None:
        """Why the next task does not start now; None when it may."""
        has_task = self.is_busy or self._shop.board.task_on(self.port.robot_id) is not None
        return self._hold_reason(has_task=has_task)

    def _hold_reason(self, *, has_task: bool) -> HoldReason | None:
        reason = hold_reason(self.port.status(), has_task=has_task)
        if reason is None and not self.port.serves_tasks():
            return HoldReason.ROBOT_OFFLINE  # its control node is there, its task server is not
        return reason

    def free_in_s(self) -> float | None:
        """In how many seconds the robot will probably be free; None when nobody can say."""
        if self._unfollowed or self._hold_reason(has_task=False) is not None:
            return None  # nobody knows when a robot comes back, or is let go
        if self.running is not None:
            return self.running.progress.remaining_s()
        elsewhere = self._shop.board.task_on(self.port.robot_id)
        return 0.0 if elsewhere is None else self._rest_of(elsewhere)

    def wake(self) -> None:
        """Look at the queue again, now."""
        self._wake.set()

    def safety_changed(self, status: RobotStatus) -> None:  # noqa: ARG002 - the port's signature
        """The robot's state changed: a held task may start now."""
        self.wake()

    def command_acknowledged(self, ack: CommandAck) -> None:
        """Of no interest here."""

    async def serve(self) -> None:
        """Carry out tasks until cancelled.

        What is on the robot then stays there, to be found again.
        """
        stop_listening = self.port.listen(self)
        self._shop.board.on_work(self.port.robot_id, self.wake)
        try:
            while True:
                try:
                    await self._one_round()
                except Exception as error:  # noqa: BLE001 - top of a loop: logged, looked at again
                    if isinstance(error, Conflict) and error.code == "claim_lost":
                        self._leave_it_to_another()
                        continue
                    _log.exception("robot %s: dispatch failed; looking again", self.port.robot_id)
                    self._look_again()
                    await asyncio.sleep(self._shop.settings.retry_s)
        finally:
            stop_listening()
            self.running = None

    def _leave_it_to_another(self) -> None:
        """Another gateway serves the robot now, and follows what is on it."""
        _log.warning("robot %s is served by another gateway now", self.port.robot_id)
        self.running = None
        self._unfollowed.clear()
        self.may_begin = False

    def _look_again(self) -> None:
        attempt, self.running = self.running, None
        if attempt is not None:
            self._unfollowed.insert(0, attempt.task.task_id)

    async def _one_round(self) -> None:
        if self._unfollowed:
            await self._resume(self._unfollowed[0])
            return
        await self._stop_orphans()
        candidates = self._candidates()
        if not candidates or not await self._begin(candidates):
            await news_within(self._shop.settings.poll_s, self._wake)

    def _candidates(self) -> list[str]:
        is_resting = self._shop.clocks.monotonic() < self._rest_until_s
        if not self.may_begin or is_resting:
            return []
        found = self._shop.board.schedule.candidates(self.port.robot_id, limit=_CANDIDATES)
        # Asked last: it takes the robot's whole status, and mostly nothing waits for the robot.
        return [entry.task_id for entry in found] if found and self.hold_reason() is None else []

    async def _begin(self, candidates: list[str]) -> bool:
        """Take the first task that is still there, and carry it out; False when there is none."""
        schedule = self._shop.board.schedule
        server = self.port.task_server()
        schedule.reserve(candidates[0])  # so that our other robots reach for the next one
        try:
            task = await self._shop.store.take(
                candidates,
                robot_id=self.port.robot_id,
                server_id=server.server_id if server is not None else "",
                at_unix_s=self._shop.clocks.unix(),
            )
        finally:
            schedule.release(candidates[0])
        if task is None:  # others have taken or cancelled them all, and we have not heard of it yet
            await self._shop.refresh(candidates)
            self.adopt_strays()
            return self._candidates() != candidates
        self._shop.tell(task, Event.DISPATCHED, f"goal {task.goal_id}")
        await self._carry_out(task, may_be_there=False)
        return True

    async def _resume(self, task_id: str) -> None:
        task = await self._shop.store.get(task_id)
        is_ours = task.status.on_robot and task.assigned_robot_id == self.port.robot_id
        if is_ours:
            await self._carry_out(task, may_be_there=True)
        elif task_id in self._unfollowed:
            self._unfollowed.remove(task_id)

    async def _carry_out(self, task: Task, *, may_be_there: bool) -> None:
        attempt = self.running = Attempt(task, self.port, self._shop)
        if task.task_id in self._unfollowed:
            self._unfollowed.remove(task.task_id)
        stop_following = self._shop.board.follow(task.task_id, attempt.note)
        try:
            ending = await attempt.carry_out(may_be_there=may_be_there)
            await self._end(attempt, ending)
        finally:
            stop_following()
            attempt.leave()
        self.running = None

    async def _end(self, attempt: Attempt, ending: Ending) -> None:
        if ending.is_lost:
            self._orphans.append(attempt.goal_id)
        task = await self._write_end(attempt, ending)
        if task.status is TaskStatus.SUCCEEDED and task.run_s is not None:
            self._shop.run_times.observe(task.order.task_type, task.run_s)
        self._rest(is_needed=ending.event is Event.RETURNED)

    async def _stop_orphans(self) -> None:
        """Have the robot end what was given up, as soon as it is heard again."""
        while self._orphans and self.port.status().online and self.port.serves_tasks():
            try:
                await self.port.cancel_task(self._orphans[0])
            except Unavailable:
                return
            self._orphans.popleft()

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
        while True:
            task = attempt.task
            ending = settled(
                task,
                ending,
                is_idempotent=self._shop.is_idempotent(task),
                pauses_when_stopped=self._shop.pauses_when_stopped(task),
            )
            changes = changes_at_the_end(attempt, ending, now_unix_s=self._shop.clocks.unix())
            try:
                return await self._shop.change(
                    task.task_id,
                    ending.event,
                    ending.detail,
                    changes,
                    version=task.version,
                    holder_of=self.port.robot_id,
                )
            except Unavailable as fault:
                _log.error("the end of %s is not stored yet: %s", task.task_id, fault)
                await asyncio.sleep(self._shop.settings.retry_s)
            except Conflict as fault:
                if fault.code != "etag_mismatch":
                    raise
                await self._shop.refresh([task.task_id])  # it is to be cancelled, since just now

    def _rest_of(self, task: Task) -> float | None:
        if task.status.stands_still:
            return None
        expected_s = self._shop.run_times.expected_s(task.order.task_type)
        run_s = self._shop.clocks.unix() - (task.started_unix_s or self._shop.clocks.unix())
        return max(0.0, expected_s - run_s)
