"""Actions that a client serves: the server's side of the protocol of ROS 2 actions.

Goals are accepted at once and handed to the client; its result answers whoever asked for it. Three
services and two topics, as every action server has them. Event loop's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from action_msgs.msg import GoalStatus, GoalStatusArray
from action_msgs.srv import CancelGoal
from rclpy.node import Node
from rclpy.qos import qos_profile_action_status_default

from lanyard_core.faults import BadInput
from lanyard_gateway.robot.handover import Handover
from lanyard_rosbridge.ros.groups import own_group
from lanyard_rosbridge.ros.serving import DeferredService
from lanyard_rosbridge.ros.types import type_of

OnGoal = Callable[[str, object], None]
"""Told the id and the values of a goal."""
OnCancel = Callable[[str], None]

MAX_GOALS = 64
_FEEDBACK_DEPTH = 10
_ENDED = (GoalStatus.STATUS_SUCCEEDED, GoalStatus.STATUS_CANCELED, GoalStatus.STATUS_ABORTED)


@dataclass(slots=True)
class _Goal:
    uuid: Any
    stamp: Any
    status: int = GoalStatus.STATUS_EXECUTING
    result: Any = None
    waiting: list[str] = field(default_factory=list)


class ServedAction:
    """One action that a client serves."""

    def __init__(
        self,
        node: Node,
        handover: Handover,
        kind: Any,
        name: str,
        on_goal: OnGoal,
        on_cancel: OnCancel,
    ) -> None:
        self._node = node
        self.kind = kind
        self._on_goal = on_goal
        self._on_cancel = on_cancel
        self._goals: dict[str, _Goal] = {}
        self._is_open = True
        inner = kind.Impl

        def service(service_kind: Any, suffix: str, take: Any) -> DeferredService:
            return DeferredService(node, handover, service_kind, f"{name}/_action/{suffix}", take)

        self._send_goal = service(inner.SendGoalService, "send_goal", self._take_goal)
        self._cancel_goal = service(CancelGoal, "cancel_goal", self._take_cancel)
        self._get_result = service(inner.GetResultService, "get_result", self._take_question)
        self._feedback = node.create_publisher(
            inner.FeedbackMessage,
            f"{name}/_action/feedback",
            _FEEDBACK_DEPTH,
            callback_group=own_group(),
        )
        self._status = node.create_publisher(
            GoalStatusArray,
            f"{name}/_action/status",
            qos_profile_action_status_default,
            callback_group=own_group(),
        )

    def feedback(self, goal_id: str, values: object) -> None:
        """Tell how a goal gets on. Raises BadInput for values that are none of its type."""
        goal = self._goals.get(goal_id)
        if goal is None or goal.status in _ENDED:
            return
        message = self.kind.Impl.FeedbackMessage()
        message.goal_id.uuid = goal.uuid
        message.feedback = type_of(self.kind.Feedback).fill(values)
        self._feedback.publish(message)

    def end(self, goal_id: str, values: object, status: int) -> None:
        """A goal ended. Raises BadInput for values that are none of its type."""
        goal = self._goals.get(goal_id)
        if goal is None or goal.status in _ENDED:
            return
        fault: BadInput | None = None
        try:
            goal.result = type_of(self.kind.Result).fill({} if values is None else values)
            goal.status = status if status in _ENDED else GoalStatus.STATUS_ABORTED
        except BadInput as error:
            goal.result, goal.status = self.kind.Result(), GoalStatus.STATUS_ABORTED
            fault = error
        for request_id in goal.waiting:
            self._get_result.answer(request_id, self._outcome(goal))
        self._tell_status()
        if fault is not None:
            raise fault

    def take_up(self, on_goal: OnGoal, on_cancel: OnCancel) -> None:
        """Somebody runs its goals again."""
        self._is_open, self._on_goal, self._on_cancel = True, on_goal, on_cancel

    def refuse_from_now_on(self) -> None:
        """The client is gone: its goals are aborted, and new ones are refused."""
        self._is_open, self._on_goal, self._on_cancel = False, _nobody, _nobody
        for goal_id in tuple(self._goals):
            self.end(goal_id, None, GoalStatus.STATUS_ABORTED)

    def close(self) -> None:
        """Take it off the graph."""
        for service in (self._send_goal, self._cancel_goal, self._get_result):
            service.close()
        for publisher in (self._feedback, self._status):
            self._node.destroy_publisher(publisher)

    def _take_goal(self, request_id: str, request: Any) -> None:
        goal_id = bytes(request.goal_id.uuid).hex()
        response = self.kind.Impl.SendGoalService.Response()
        response.stamp = self._node.get_clock().now().to_msg()
        self._make_room()
        is_new = goal_id not in self._goals and len(self._goals) < MAX_GOALS
        response.accepted = self._is_open and is_new
        self._send_goal.answer(request_id, response)
        if response.accepted:
            self._goals[goal_id] = _Goal(request.goal_id.uuid, response.stamp)
            self._tell_status()
            self._on_goal(goal_id, type_of(self.kind.Goal).values(request.goal))

    def _make_room(self) -> None:
        """Forget the results that are oldest."""
        ended = [key for key, goal in self._goals.items() if goal.status in _ENDED]
        for key in ended[: max(0, len(self._goals) - MAX_GOALS // 2)]:
            del self._goals[key]

    def _take_cancel(self, request_id: str, request: Any) -> None:
        wanted = bytes(request.goal_info.goal_id.uuid)
        response = CancelGoal.Response()
        for goal_id, goal in self._goals.items():
            is_meant = not any(wanted) or bytes(goal.uuid) == wanted
            if is_meant and goal.status not in _ENDED:
                goal.status = GoalStatus.STATUS_CANCELING
                response.goals_canceling.append(self._info(goal))
                self._on_cancel(goal_id)
        if not response.goals_canceling:
            response.return_code = CancelGoal.Response.ERROR_UNKNOWN_GOAL_ID
        self._cancel_goal.answer(request_id, response)
        self._tell_status()

    def _take_question(self, request_id: str, request: Any) -> None:
        goal = self._goals.get(bytes(request.goal_id.uuid).hex())
        if goal is None:
            self._get_result.answer(request_id, self.kind.Impl.GetResultService.Response())
        elif goal.status in _ENDED:
            self._get_result.answer(request_id, self._outcome(goal))
        else:
            goal.waiting.append(request_id)

    def _outcome(self, goal: _Goal) -> Any:
        return self.kind.Impl.GetResultService.Response(status=goal.status, result=goal.result)

    def _info(self, goal: _Goal) -> Any:
        info = CancelGoal.Request().goal_info
        info.goal_id.uuid, info.stamp = goal.uuid, goal.stamp
        return info

    def _tell_status(self) -> None:
        message = GoalStatusArray()
        for goal in self._goals.values():
            message.status_list.append(GoalStatus(goal_info=self._info(goal), status=goal.status))
        self._status.publish(message)


def _nobody(_goal_id: str, _values: object = None) -> None:
    """In the place of whoever ran the goals, so that it is not kept."""
