"""Goals of clients, sent to any action by its services and topics.

rclpy's ActionClient is bound to the executor's thread and keeps its goals to itself. The protocol
of ROS 2 actions (send_goal, cancel_goal, get_result, feedback) is used instead, by the same means
as any service and topic, so that nothing here waits for anything else. Event loop's thread.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

from action_msgs.srv import CancelGoal
from rclpy.node import Node

from lanyard_core.faults import Conflict, RosTimeout, Unavailable
from lanyard_gateway.robot.handover import Handover
from lanyard_rosbridge.conversion.cdr_reader import Flavour
from lanyard_rosbridge.ros.calling import Services
from lanyard_rosbridge.ros.groups import own_group
from lanyard_rosbridge.ros.incoming import Intake
from lanyard_rosbridge.ros.types import action_class, type_of

OnFeedback = Callable[[object], None]

ACCEPT_TIMEOUT_S = 5.0
CANCEL_TIMEOUT_S = 5.0
RESULT_POLL_S = 2.0
GONE_AFTER_S = 5.0
"""An action server that nobody has seen for so long has taken the goal with it."""

_FEEDBACK_DEPTH = 100
_UUID = slice(4, 20)  # the first field of a feedback message, behind the encapsulation header


class Goal:
    """One goal that a client sent."""

    def __init__(self, services: Services, action: str, kind: Any) -> None:
        self.id = uuid.uuid4().bytes
        self._services = services
        self._action = action
        self._kind = kind
        self._is_accepted = False
        self._is_to_be_cancelled = False

    async def run(self, args: object) -> tuple[dict[str, object], int]:
        """Send it and wait for its end: the result's values and GoalStatus.

        Raises Conflict when it is refused, Unavailable when there is nobody to run it.
        """
        request = self._kind.Impl.SendGoalService.Request()
        request.goal_id.uuid = list(self.id)
        request.goal = type_of(self._kind.Goal).fill(args)
        answer = await self._ask("send_goal", self._kind.Impl.SendGoalService, request)
        if not answer.accepted:
            raise Conflict("rejected", code="goal_rejected")
        self._is_accepted = True
        if self._is_to_be_cancelled:
            await self._cancel()
        response = await self._result()
        return type_of(self._kind.Result).values(response.result), int(response.status)

    async def cancel(self) -> None:
        """Cancel it: now, or as soon as it is accepted."""
        self._is_to_be_cancelled = True
        if self._is_accepted:
            await self._cancel()

    async def _cancel(self) -> None:
        request = CancelGoal.Request()
        request.goal_info.goal_id.uuid = list(self.id)
        await self._ask("cancel_goal", CancelGoal, request)

    async def _result(self) -> Any:
        request = self._kind.Impl.GetResultService.Request()
        request.goal_id.uuid = list(self.id)
        loop = asyncio.get_running_loop()
        seen = loop.time()
        service, kind = f"{self._action}/_action/get_result", self._kind.Impl.GetResultService
        while True:
            try:
                return await self._services.call(service, kind, request, timeout_s=RESULT_POLL_S)
            except Unavailable:  # no answer yet, or no server
                now = loop.time()
                seen = now if self._services.serves(service, kind) else seen
                if now - seen > GONE_AFTER_S:
                    raise Unavailable(f"the server of the action {self._action} is gone") from None

    async def _ask(self, name: str, kind: Any, request: Any) -> Any:
        service = f"{self._action}/_action/{name}"
        try:
            return await self._services.call(service, kind, request, timeout_s=ACCEPT_TIMEOUT_S)
        except RosTimeout:
            raise
        except Unavailable:
            raise Unavailable(f"nobody serves the action {self._action}") from None


class _Feedback:
    """The feedback of one action, to whoever follows one of its goals."""

    def __init__(self, node: Node, handover: Handover, action: str, kind: Any) -> None:
        self.followers: dict[bytes, OnFeedback] = {}
        self._node = node
        self._type = type_of(kind.Impl.FeedbackMessage)
        intake = Intake(handover, self._arrived)
        self._subscription = node.create_subscription(
            kind.Impl.FeedbackMessage,
            f"{action}/_action/feedback",
            intake.put,
            _FEEDBACK_DEPTH,
            callback_group=own_group(),
            raw=True,
        )

    def _arrived(self, messages: list[bytes]) -> None:
        for raw in messages:
            follower = self.followers.get(bytes(raw[_UUID]))
            if follower is not None:
                follower(self._type.read(raw, Flavour.JSON)["feedback"])

    def close(self) -> None:
        self._node.destroy_subscription(self._subscription)


class Goals:
    """All goals of all clients."""

    def __init__(self, node: Node, handover: Handover, services: Services) -> None:
        self._node = node
        self._handover = handover
        self._services = services
        self._feedback: dict[tuple[str, Any], _Feedback] = {}

    def new(self, action: str, type_name: str) -> Goal:
        """A goal, to be run. Raises BadInput for a type that is not to be had."""
        return Goal(self._services, action, action_class(type_name))

    def follow(
        self, goal: Goal, action: str, type_name: str, on_feedback: OnFeedback
    ) -> Callable[[], None]:
        """Be told the goal's feedback; the returned function ends that."""
        kind = action_class(type_name)
        feedback = self._feedback.get((action, kind))
        if feedback is None:
            feedback = _Feedback(self._node, self._handover, action, kind)
            self._feedback[action, kind] = feedback
        joined = feedback
        joined.followers[goal.id] = on_feedback

        def leave() -> None:
            joined.followers.pop(goal.id, None)
            if not joined.followers and self._feedback.pop((action, kind), None) is not None:
                joined.close()

        return leave
