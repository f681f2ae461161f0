"""Goals of one robot's ExecuteTask action, under ids that the caller chose.

rclpy's ActionClient forgets its goals with its process. This client speaks the action's own
services and topics instead (send_goal, get_result, cancel_goal, feedback, status: the protocol that
ROS 2's action design names), so that a goal that an earlier process sent can be followed like any.

A result is asked for again and again until it comes: a task server that was restarted answers
"unknown", and a lost answer is made good. Everything here runs on the event loop's thread, except
the subscription callbacks, which hand over at once.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from action_msgs.msg import GoalStatus, GoalStatusArray
from action_msgs.srv import CancelGoal
from lanyard_msgs.action import ExecuteTask
from lanyard_msgs.msg import TaskServer as TaskServerMsg
from lanyard_msgs.srv import PauseTask
from rclpy.node import Node
from rclpy.qos import qos_profile_action_status_default

from lanyard_core.faults import Overloaded, RosTimeout, Unavailable
from lanyard_core.port import (
    CancelReply,
    GoalOutcome,
    PauseReply,
    TaskFeedback,
    TaskGoal,
    TaskResult,
    TaskServer,
)
from lanyard_core.task.run_state import run_state_of
from lanyard_gateway.robot import convert
from lanyard_gateway.robot.config import RobotConfig
from lanyard_gateway.robot.handover import Handover
from lanyard_gateway.robot.services import ServiceCaller
from lanyard_gateway.robot.task_messages import (
    goal_message,
    task_feedback,
    task_result,
    uuid_message,
)
from lanyard_node_support import names, qos

OnFeedback = Callable[[TaskFeedback], None]
OnResult = Callable[[TaskResult], None]

# Goals of one robot that are followed at once; a robot runs one, so this is generous.
MAX_FOLLOWED = 64
# Feedback that may wait for the executor.
_FEEDBACK_DEPTH = 10
# How long one question for a result waits before the list of running goals is looked at again.
_REATTACH_STEP_S = 0.5
# How long a task server may take to present itself; one of another make never does.
_PRESENTATION_S = 1.0

_RUNNING = frozenset(
    {GoalStatus.STATUS_ACCEPTED, GoalStatus.STATUS_EXECUTING, GoalStatus.STATUS_CANCELING}
)
_CANCEL_REPLIES = {
    CancelGoal.Response.ERROR_REJECTED: CancelReply.REJECTED,
    CancelGoal.Response.ERROR_UNKNOWN_GOAL_ID: CancelReply.UNKNOWN_GOAL,
    CancelGoal.Response.ERROR_GOAL_TERMINATED: CancelReply.ALREADY_ENDED,
}


@dataclass(frozen=True, slots=True)
class _Followed:
    """Who wants to know about a goal."""

    on_feedback: OnFeedback
    on_result: OnResult


class TaskClient:
    """Sends, follows and cancels goals of one robot."""

    def __init__(self, node: Node, handover: Handover, config: RobotConfig) -> None:
        action = config.topic(names.EXECUTE_TASK)
        protocol = ExecuteTask.Impl
        self._handover = handover
        self._robot_id = config.robot_id
        self._accept_timeout_s = config.task_accept_timeout_s
        self._poll_s = config.task_result_poll_s
        self._followed: dict[bytes, _Followed] = {}
        self._running: frozenset[bytes] = frozenset()
        self._server: TaskServer | None = None
        self._served_since_s = math.inf

        def caller(service_type: type, name: str) -> ServiceCaller[Any]:
            return ServiceCaller(node, handover, service_type, name, robot_id=config.robot_id)

        self._send_goal = caller(protocol.SendGoalService, f"{action}/_action/send_goal")
        self._get_result = caller(protocol.GetResultService, f"{action}/_action/get_result")
        self._cancel_goal = caller(CancelGoal, f"{action}/_action/cancel_goal")
        self._pause_task = caller(PauseTask, config.topic(names.PAUSE_TASK))
        node.create_subscription(
            protocol.FeedbackMessage,
            f"{action}/_action/feedback",
            self._feedback_arrived,
            _FEEDBACK_DEPTH,
        )
        node.create_subscription(
            GoalStatusArray,
            f"{action}/_action/status",
            self._statuses_arrived,
            qos_profile_action_status_default,
        )
        node.create_subscription(
            TaskServerMsg,
            config.topic(names.TASK_SERVER),
            self._server_presents_itself,
            qos.LATCHED,
        )

    @property
    def server(self) -> TaskServer | None:
        """The task server that presented itself last; None when none has."""
        return self._server

    def is_served(self) -> bool:
        """Whether a task server is there now, and has had the time to say which it is.

        A goal that is sent before that is known could not be sent again if its fate became unknown.
        """
        if not self._send_goal.is_served():
            self._served_since_s = math.inf
            return False
        now = time.monotonic()
        self._served_since_s = min(self._served_since_s, now)
        return self._server is not None or now - self._served_since_s >= _PRESENTATION_S

    async def start(self, goal: TaskGoal, *, on_feedback: OnFeedback, on_result: OnResult) -> None:
        """Send a goal; returns when it is accepted, or was refused (then ``on_result`` was told).

        Raises Unavailable when there is no task server and RosTimeout when it does not answer: then
        the goal may run all the same, and ``reattach`` finds out.
        """
        request = ExecuteTask.Impl.SendGoalService.Request(
            goal_id=uuid_message(goal.goal_id), goal=goal_message(goal)
        )
        key = goal.goal_id.bytes
        # Followed before it is sent, so that its first feedback finds somebody.
        self._register(key, _Followed(on_feedback, on_result))
        try:
            answer = await self._send_goal.ask(request, timeout_s=self._accept_timeout_s)
        except BaseException:
            self._followed.pop(key, None)
            raise
        if answer.accepted:
            self._handover.spawn(self._follow(goal.goal_id))
            return
        message = f"the task server of robot {self._robot_id} refused the goal"
        result = TaskResult(goal.goal_id, GoalOutcome.REJECTED, error_message=message)
        self._finish(goal.goal_id, result)

    async def reattach(
        self, goal_id: UUID, *, on_feedback: OnFeedback, on_result: OnResult
    ) -> bool:
        """Follow a goal that was sent before; False when the task server does not know it.

        Raises Unavailable when there is no task server, RosTimeout when it does not answer.
        """
        key = goal_id.bytes
        self._register(key, _Followed(on_feedback, on_result))
        try:
            known = await self._find(goal_id)
        except BaseException:
            self._followed.pop(key, None)
            raise
        if not known:
            self._followed.pop(key, None)
        return known

    async def pause(self, goal_id: UUID, *, pause: bool) -> PauseReply:
        """Ask for a goal to be paused, or to go on; that it does comes later, as feedback."""
        request = PauseTask.Request(goal_id=uuid_message(goal_id), pause=pause)
        answer = await self._pause_task.ask(request, timeout_s=self._accept_timeout_s)
        return PauseReply(answer.success, run_state_of(answer.state), answer.message)

    async def cancel(self, goal_id: UUID) -> CancelReply:
        """Ask for a goal to be cancelled; that it ends comes later, as a result."""
        request = CancelGoal.Request()
        request.goal_info.goal_id = uuid_message(goal_id)
        answer = await self._cancel_goal.ask(request, timeout_s=self._accept_timeout_s)
        if answer.return_code != CancelGoal.Response.ERROR_NONE:
            return _CANCEL_REPLIES.get(answer.return_code, CancelReply.REJECTED)
        # Some versions of the server say "no error" and list nothing when it refuses.
        return CancelReply.ACCEPTED if answer.goals_canceling else CancelReply.REJECTED

    def _register(self, key: bytes, followed: _Followed) -> None:
        if len(self._followed) >= MAX_FOLLOWED:
            raise Overloaded(f"robot {self._robot_id}: {MAX_FOLLOWED} goals are followed already")
        self._followed[key] = followed

    async def _find(self, goal_id: UUID) -> bool:
        """Whether the server knows the goal; one that runs is followed, one that ended is told."""
        steps = max(1, round(self._accept_timeout_s / _REATTACH_STEP_S))
        for _ in range(steps):
            if goal_id.bytes in self._running:
                self._handover.spawn(self._follow(goal_id))
                return True
            try:
                result = await self._ask_result(goal_id, timeout_s=_REATTACH_STEP_S)
            except RosTimeout:
                continue  # it runs, and the list of running goals is still on its way
            if result.outcome is not GoalOutcome.UNKNOWN:
                self._finish(goal_id, result)
                return True
            return False
        raise RosTimeout(f"robot {self._robot_id}: nothing can be learned about goal {goal_id}")

    async def _follow(self, goal_id: UUID) -> None:
        """Ask for the result until it comes, through time-outs and absences of the task server."""
        while goal_id.bytes in self._followed:
            try:
                result = await self._ask_result(goal_id, timeout_s=self._poll_s)
            except Unavailable:
                continue
            self._finish(goal_id, result)

    async def _ask_result(self, goal_id: UUID, *, timeout_s: float) -> TaskResult:
        request = ExecuteTask.Impl.GetResultService.Request(goal_id=uuid_message(goal_id))
        answer = await self._get_result.ask(request, timeout_s=timeout_s)
        return task_result(goal_id, answer.status, answer.result)

    def _finish(self, goal_id: UUID, result: TaskResult) -> None:
        followed = self._followed.pop(goal_id.bytes, None)
        if followed is not None:
            followed.on_result(result)

    def _feedback_arrived(self, message: Any) -> None:
        key = convert.uuid_bytes(message.goal_id.uuid)
        if key in self._followed:
            feedback = task_feedback(key, message.feedback)
            self._handover.post(lambda: self._tell_feedback(key, feedback))

    def _tell_feedback(self, key: bytes, feedback: TaskFeedback) -> None:
        followed = self._followed.get(key)
        if followed is not None:
            followed.on_feedback(feedback)

    def _server_presents_itself(self, message: TaskServerMsg) -> None:
        self._server = TaskServer(
            server_id=message.server_id,
            keeps_journal=message.keeps_journal,
            task_types_json=message.task_types_json,
        )

    def _statuses_arrived(self, message: GoalStatusArray) -> None:
        self._running = frozenset(
            convert.uuid_bytes(entry.goal_info.goal_id.uuid)
            for entry in message.status_list
            if entry.status in _RUNNING
        )
