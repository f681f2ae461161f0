"""One attempt of one task on one robot: its goal is sent or found again, and followed to its end.

What makes a task run once: the goal id is on disk before the goal is sent. When it is not known
whether the robot took the goal, the robot is asked for that very id; only a goal that it surely
never had is sent again, under the same id. What clients ask for (cancel, pause) reaches the attempt
as what the store says of its task. Lives on the event loop; blocks nothing.
"""

from __future__ import annotations

import asyncio
import logging
from uuid import UUID

from lanyard_core.faults import Conflict, RosTimeout, Unavailable
from lanyard_core.port import GoalOutcome, PauseReply, RobotPort, TaskFeedback, TaskResult
from lanyard_core.task.endings import Ending, ending_of, lost, returned
from lanyard_core.task.error_codes import ErrorCode
from lanyard_core.task.ids import goal_id_of
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import Task, TaskStatus
from lanyard_core.task.supervision import Verdict, Watch
from lanyard_gateway.dispatch.cancelling import Cancelling
from lanyard_gateway.dispatch.goals import goal_of
from lanyard_gateway.dispatch.pausing import Pausing, is_wish
from lanyard_gateway.dispatch.presentation import presented_server
from lanyard_gateway.dispatch.progress import Progress
from lanyard_gateway.dispatch.shop import Shop
from lanyard_gateway.dispatch.waiting import news_within

_log = logging.getLogger(__name__)

MOST_SENDS = 5
"""How often one goal is sent at most, to a task server that says each time that it never had it."""


class Attempt:
    """See the module's docstring.

    ``task`` is the newest row of the store that this attempt knows.
    """

    def __init__(self, task: Task, port: RobotPort, shop: Shop) -> None:
        self.task = task
        self.goal_id: UUID = task.goal_id or goal_id_of(task.task_id, task.attempt)
        self.result: asyncio.Future[TaskResult] = asyncio.get_running_loop().create_future()
        now = shop.clocks.monotonic()
        began_s = _began_s(task, shop)
        self.progress = Progress(task, shop, began_s=began_s)
        self._port = port
        self._shop = shop
        self._sends = 0
        self._may_have_run = True
        self._was_accepted = False
        self._watch = Watch(
            began_s=began_s,
            timeout_s=task.order.timeout_s,
            policy=task.order.on_robot_lost,
            patience=shop.settings.patience,
            now=now,
        )
        self._news = asyncio.Event()
        self._cancelling = Cancelling(
            port,
            self.goal_id,
            on_refusal=self._cancel_was_refused,
            on_unknown=self._goal_is_unknown,
        )
        self._cancel_is_noted = False
        self._pausing = Pausing(port, self.goal_id, on_answer=self._pause_was_answered)
        self.note(task)

    async def carry_out(self, *, may_be_there: bool) -> Ending:
        """Have the robot do it; ``may_be_there``: the goal may have been sent before.

        Raises Conflict (``claim_lost``) when another gateway serves the robot now.
        """
        self._may_have_run = may_be_there
        step = self._look_for_it if may_be_there else self._send
        while True:
            is_there = await step()
            if isinstance(is_there, Ending):
                return is_there
            if not is_there:
                step = self._look_for_it if step == self._send else self._send
                continue
            self._was_accepted = True
            end = await self._follow()
            if isinstance(end, Ending):
                return end
            if end.error_code == ErrorCode.OTHER_RUN and self._may_have_run:
                return lost("the task server was restarted", phase=self.progress.phase)
            if end.outcome is not GoalOutcome.UNKNOWN:
                return ending_of(end)
            unknown = await self._when_unknown(ending_of(end))
            if unknown is not None:
                return unknown
            self._may_have_run = True
            step = self._send

    def note(self, task: Task) -> None:
        """Take a newer row in; what it says that the robot is to do, the robot is told."""
        self.task = task
        if is_wish(task.status):
            self._news.set()
        is_to_be_cancelled = task.status is TaskStatus.CANCELING
        if is_to_be_cancelled and not self._cancel_is_noted:
            self._watch.cancel_asked(self._shop.clocks.monotonic())
            self._cancelling.ask()
        self._cancel_is_noted = is_to_be_cancelled

    def leave(self) -> None:
        """Ask the robot nothing more: the attempt is over, or another gateway goes on with it."""
        self._cancelling.leave()
        self._pausing.leave()

    async def _look_for_it(self) -> Ending | bool:
        """True: the robot has the goal. False: it must be sent (again). An end: it is lost."""
        found = await self._find()
        if isinstance(found, Ending):
            return found
        if found:
            if self._sends:
                await self._remark(Event.ACCEPTED, "the robot has taken the goal")
            else:
                await self._remark(Event.REATTACHED, "the goal was found on the robot again")
            return True
        gone = lost(
            "the task server did not know the goal when the gateway looked for it again",
            phase=self.progress.phase,
        )
        return await self._when_unknown(gone) or False

    async def _send(self) -> Ending | bool:
        """True: the robot has the goal. False: it may have it. An end: what becomes of the task."""
        self._sends += 1
        if self.result.done():
            self.result = asyncio.get_running_loop().create_future()
        try:
            await self._port.start_task(
                goal_of(self.task, self.goal_id),
                on_feedback=self._feedback_arrived,
                on_result=self._result_arrived,
            )
        except RosTimeout:  # the robot may have taken it all the same
            self._may_have_run = True
            # A task server that was held up may be asked for the goal before it takes it in.
            await asyncio.sleep(self._shop.settings.retry_s)
            return False
        except Unavailable as fault:
            # What may have been there before must not go to another run of the task server.
            nothing_was_sent = returned(f"the goal could not be sent: {fault.detail}")
            return False if self._may_have_run else nothing_was_sent
        if self._was_rejected():
            # It knows this goal: it was sent before, by a gateway that did not live to hear of it.
            rejection = self.result.result()
            self.result = asyncio.get_running_loop().create_future()
            found = await self._find()
            if found is not True:
                return found or (False if self._may_have_run else ending_of(rejection))
        await self._remark(Event.ACCEPTED, "the robot has taken the goal")
        return True

    def _was_rejected(self) -> bool:
        return self.result.done() and self.result.result().outcome is GoalOutcome.REJECTED

    async def _find(self) -> Ending | bool:
        """True when the robot has the goal, False when it does not know it. An end: it is lost."""
        while not self.result.done():
            try:
                return await self._port.reattach_task(
                    self.goal_id, on_feedback=self._feedback_arrived, on_result=self._result_arrived
                )
            except Unavailable as fault:
                end = await self._judged(f"the robot could not be reached: {fault.detail}")
                if end is not None:
                    return end
                await asyncio.wait({self.result}, timeout=self._shop.settings.retry_s)
        return True

    async def _follow(self) -> TaskResult | Ending:
        self._cancelling.goal_is_there()
        while not self.result.done():
            await news_within(self._shop.settings.retry_s, self._news)
            await self._write_phase()
            await self._write_pause()
            if self.result.done():
                break
            if self._cancelling.is_accepted:
                self._watch.cancel_settled()
            end = await self._judged("no result came within the task's time limit")
            if end is not None:
                return end
            if self._cancel_is_noted:
                self._cancelling.ask()
        return self.result.result()

    async def _judged(self, why_late: str) -> Ending | None:
        """The end of an attempt that has taken too long, or whose robot is lost; None: go on."""
        is_heard = self._port.status().online and self._port.serves_tasks()
        stands_still = self.task.status.stands_still
        self._watch.paused(stands_still=stands_still, paused_s=self.progress.paused_s)
        verdict = self._watch.judge(self._shop.clocks.monotonic(), is_heard=is_heard)
        silence_s = self._shop.settings.patience.silence_s
        if verdict is Verdict.SAY_SILENT:
            await self._remark(
                Event.ROBOT_SILENT, f"not heard for {silence_s:g} s; the task stays with the robot"
            )
        elif verdict is Verdict.SAY_BACK:
            await self._remark(Event.ROBOT_BACK, "the robot is heard again")
        elif verdict is Verdict.LOST:
            return lost(f"the robot was not heard for {silence_s:g} s", phase=self.progress.phase)
        elif verdict is Verdict.LATE:
            return lost(why_late, phase=self.progress.phase)
        return None

    async def _write_phase(self) -> None:
        before, phase = self.task.phase, self.progress.phase
        if phase != before:
            detail = f"from {before} to {phase}" if before else phase
            await self._remark(Event.PHASE, detail, phase=phase)

    async def _write_pause(self) -> None:
        news = self._pausing.news(self.task, self.progress.feedback)
        if news is not None:
            await self._remark(*news, paused_s=self.progress.paused_s)

    async def _remark(self, event: Event, detail: str, **changes: object) -> None:
        """Put into the history what changes nothing about the task's fate.

        Without a store it is left out; what has happened to the task meanwhile goes before it.
        """
        try:
            await self._shop.change(
                self.task.task_id, event, detail, changes, holder_of=self._port.robot_id
            )
        except Unavailable as fault:
            _log.warning("%s of %s is not in its history: %s", event, self.task.task_id, fault)
        except Conflict as fault:
            if fault.code == "claim_lost":
                raise

    async def _when_unknown(self, gone: Ending) -> Ending | None:
        """What becomes of a goal that the task server does not know; None: it is sent (again).

        It may be sent without being done twice to the run of the server for which it is meant,
        which cannot have forgotten it since; another run refuses it. Or to a server that remembers
        all that it ever had.
        """
        server = await presented_server(self._port, self._shop)
        if server is None or self._sends >= MOST_SENDS:
            return gone
        age_s = self._shop.clocks.monotonic() - self._watch.began_s
        is_fresh = age_s < self._shop.settings.server_memory_s
        is_meant = server.server_id == self.task.server_id
        never_had_it = is_fresh and is_meant and not self._was_accepted
        if self.task.status is TaskStatus.CANCELING:
            return returned("its goal never reached the robot") if never_had_it else gone
        if not never_had_it and not server.keeps_journal:
            return gone
        detail = f"the task server does not know goal {self.goal_id}"
        await self._remark(Event.SENT_AGAIN, detail, server_id=server.server_id)
        return None

    async def _cancel_was_refused(self) -> None:
        self._watch.cancel_settled()
        detail = f"the robot refused in phase {self.progress.phase!r}"
        await self._remark(Event.CANCEL_REFUSED, detail)

    async def _goal_is_unknown(self) -> None:
        self._result_arrived(
            TaskResult(self.goal_id, GoalOutcome.UNKNOWN, phase=self.progress.phase)
        )

    def _pause_was_answered(self, answer: PauseReply) -> None:
        if answer.success:
            self.progress.agreed(answer.state)
        self._news.set()

    def _feedback_arrived(self, feedback: TaskFeedback) -> None:
        if self.progress.arrived(feedback):
            self._news.set()

    def _result_arrived(self, result: TaskResult) -> None:
        if not self.result.done():
            self.result.set_result(result)
            self._news.set()


def _began_s(task: Task, shop: Shop) -> float:
    now = shop.clocks.monotonic()
    if task.started_unix_s is None:
        return now
    return now - max(0.0, shop.clocks.unix() - task.started_unix_s)
