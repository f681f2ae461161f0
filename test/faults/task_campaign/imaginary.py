"""Robots in memory, with a task server that can be killed, and a network that loses words.

As a task server does, one of these knows the goals of its present run, refuses an id that it
knows, and forgets all of it when it is killed. What it has done is in its book, and with a journal
it knows that after a restart. Everything that is said to it or by it may be lost, at random.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from lanyard_core.faults import RosTimeout, Unavailable
from lanyard_core.port import (
    CancelReply,
    GoalOutcome,
    PauseReply,
    RobotListener,
    TaskFeedback,
    TaskGoal,
    TaskResult,
    TaskServer,
)
from lanyard_core.safety.states import State
from lanyard_core.task.error_codes import ErrorCode
from lanyard_core.task.run_state import RunState
from lanyard_core.telemetry.status import UNKNOWN_SAFETY, RobotStatus
from task_campaign.history import Line

LOST_WORDS = 0.08
NOT_THERE = 0.05
LONGEST_WORK = 4

OnResult = Callable[[TaskResult], None]
OnFeedback = Callable[[TaskFeedback], None]


class ImaginaryRobot:
    """The robot's side: outlives any gateway."""

    def __init__(self, robot_id: str, rng: random.Random, *, journal: bool, types: str) -> None:
        self.robot_id = robot_id
        self.book: list[Line] = []
        self.forgets = False  # a bug, seeded: it has a journal and does not look into it
        self.rng = rng
        self._keeps_journal = journal
        self._types = types
        self._runs = 0
        self._journal: dict[UUID, TaskResult | None] = {}
        self.kill()

    @property
    def server(self) -> TaskServer:
        """How the task server presents itself."""
        return TaskServer(f"{self.robot_id}-{self._runs}", self._keeps_journal, self._types)

    def kill(self) -> None:
        """End the task server as a crash would, and start another."""
        self._runs += 1
        self.known: dict[UUID, TaskResult | None] = {}
        self._current: tuple[UUID, str, int] | None = None
        self._is_paused = False

    def take(self, goal: TaskGoal) -> bool:
        """A goal arrives; False when its id is known, and it is rejected."""
        if goal.goal_id in self.known:
            return False
        self.known[goal.goal_id] = self._answer_at_once(goal)
        if self.known[goal.goal_id] is None:
            self._journal[goal.goal_id] = None
            text = json.loads(goal.parameters_json)["text"]
            self.book.append(Line("begun", text))
            self._current = (goal.goal_id, text, self.rng.randint(0, LONGEST_WORK))
            self._is_paused = False
        return True

    def pause(self, goal_id: UUID, *, pause: bool) -> PauseReply:
        """Pause the goal that runs, or go on with it."""
        if self._current is None or self._current[0] != goal_id:
            return PauseReply(False, RunState.RUNNING, "this task server does not run that goal")
        self._is_paused = pause
        return PauseReply(True, RunState.PAUSING if pause else RunState.RESUMING)

    def feedback(self) -> TaskFeedback | None:
        """How the goal that runs stands; None when there is none."""
        if self._current is None:
            return None
        return TaskFeedback(
            goal_id=self._current[0],
            phase="work",
            cancellable=True,
            progress=0.5,
            remaining_s=None,
            distance_m=0.0,
            pausable=True,
            state=RunState.PAUSED if self._is_paused else RunState.RUNNING,
        )

    def work(self) -> None:
        """Go on with the goal that runs, by one step."""
        if self._current is None or self._is_paused:
            return
        goal_id, text, left = self._current
        if left:
            self._current = (goal_id, text, left - 1)
            return
        self.book.append(Line("done", text))
        done = TaskResult(goal_id, GoalOutcome.SUCCEEDED, run_time_s=0.01)
        self._journal[goal_id] = self.known[goal_id] = done
        self._current = None

    def _answer_at_once(self, goal: TaskGoal) -> TaskResult | None:
        if self._keeps_journal and not self.forgets and goal.goal_id in self._journal:
            ended = self._journal[goal.goal_id]
            return ended or _refusal(goal.goal_id, ErrorCode.INTERRUPTED)
        is_for_another = goal.server_id not in ("", self.server.server_id)
        if is_for_another and not self._keeps_journal:
            return _refusal(goal.goal_id, ErrorCode.OTHER_RUN)
        if self._current is not None:
            return _refusal(goal.goal_id, ErrorCode.BUSY)
        return None


class ImaginaryPort:
    """The way to a robot from one life of a gateway. A RobotPort, as far as tasks need one."""

    def __init__(self, robot: ImaginaryRobot) -> None:
        self.robot_id = robot.robot_id
        self.namespace = "/" + robot.robot_id
        self._robot = robot
        self._followed: dict[UUID, tuple[OnFeedback, OnResult]] = {}
        self._presented: TaskServer | None = None
        self._status = RobotStatus(
            robot.robot_id, True, 0.0, safety=replace(UNKNOWN_SAFETY, state=State.IDLE, age_s=0.0)
        )

    def status(self) -> RobotStatus:
        """Always there and ready."""
        return self._status

    def listen(self, _listener: RobotListener) -> Callable[[], None]:
        """Nothing is ever told this way."""
        return lambda: None

    def serves_tasks(self) -> bool:
        """Whether the task server was heard of."""
        return self._presented is not None

    def task_server(self) -> TaskServer | None:
        """Which one it is, as far as the news has come."""
        return self._presented

    async def start_task(
        self, goal: TaskGoal, *, on_feedback: OnFeedback, on_result: OnResult
    ) -> None:
        """Send a goal; it, or the answer, may be lost."""
        await self._travel()
        if self._chance(LOST_WORDS):
            raise RosTimeout("the goal was lost")
        accepted = self._robot.take(goal)
        if self._chance(LOST_WORDS):
            raise RosTimeout("the answer was lost")
        if accepted:
            self._followed[goal.goal_id] = (on_feedback, on_result)
        else:
            on_result(TaskResult(goal.goal_id, GoalOutcome.REJECTED))

    async def reattach_task(
        self, goal_id: UUID, *, on_feedback: OnFeedback, on_result: OnResult
    ) -> bool:
        """Follow a goal that was sent before."""
        await self._travel()
        if goal_id not in self._robot.known:
            return False
        self._followed[goal_id] = (on_feedback, on_result)
        return True

    async def cancel_task(self, goal_id: UUID) -> CancelReply:
        """Nobody cancels here but the dispatcher, what it has given up."""
        await self._travel()
        known = goal_id in self._robot.known
        return CancelReply.REJECTED if known else CancelReply.UNKNOWN_GOAL

    async def pause_task(self, goal_id: UUID, *, pause: bool) -> PauseReply:
        """Pause a goal, or go on with it; the question, or the answer, may be lost."""
        await self._travel()
        if self._chance(LOST_WORDS):
            raise RosTimeout("the question was lost")
        reply = self._robot.pause(goal_id, pause=pause)
        if self._chance(LOST_WORDS):
            raise RosTimeout("the answer was lost")
        return reply

    def hear(self) -> None:
        """Let news arrive: feedback, results, goals that are unknown, and which server it is."""
        if self._chance(0.5):
            self._presented = self._robot.server
        for goal_id in list(self._followed):
            if self._chance(LOST_WORDS):
                continue
            unknown = TaskResult(goal_id, GoalOutcome.UNKNOWN)
            result = self._robot.known.get(goal_id, unknown)
            if result is not None:
                self._followed.pop(goal_id)[1](result)
        feedback = self._robot.feedback()
        followed = self._followed.get(feedback.goal_id) if feedback is not None else None
        if feedback is not None and followed is not None and not self._chance(LOST_WORDS):
            followed[0](feedback)

    async def _travel(self) -> None:
        await asyncio.sleep(0)
        if self._chance(NOT_THERE):
            raise Unavailable("nobody is there", code="robot_offline")

    def _chance(self, share: float) -> bool:
        return self._robot.rng.random() < share


def _refusal(goal_id: UUID, code: ErrorCode) -> TaskResult:
    return TaskResult(goal_id, GoalOutcome.FAILED, error_code=int(code), error_message=code.name)
