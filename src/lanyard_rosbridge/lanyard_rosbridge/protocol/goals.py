"""One client's goals: those that it sends to actions, and those of actions that it serves."""

from __future__ import annotations

from lanyard_core.access.policy import Direction
from lanyard_core.faults import BadInput, LanyardFault, Overloaded
from lanyard_rosbridge.protocol.access import Access
from lanyard_rosbridge.protocol.effects import (
    CancelGoalOf,
    CloseAction,
    Effect,
    EndGoal,
    OpenAction,
    Send,
    StartGoal,
    TellFeedback,
)
from lanyard_rosbridge.protocol.operations import (
    ActionFeedback,
    ActionResult,
    AdvertiseAction,
    CancelGoal,
    SendGoal,
    UnadvertiseAction,
)
from lanyard_rosbridge.protocol.settings import SessionSettings

SUCCEEDED = 4
ABORTED = 6
TF_REPUBLISHER = "/tf2_web_republisher"
"""An action that the bridge serves itself: looking at tf needs no more than reading."""


class GoalDesk:
    """Goals in both directions. The ids of a client's goals are its own: others have the same."""

    def __init__(self, access: Access, settings: SessionSettings) -> None:
        self._access = access
        self._settings = settings
        self._sent: dict[str, SendGoal] = {}
        self._served: dict[str, str] = {}
        self._asked: dict[str, str] = {}

    def send(self, op: SendGoal) -> list[Effect]:
        """The client sends a goal."""
        action = self._access.name(op.action)
        if action == TF_REPUBLISHER:
            self._access.check_reading()
        else:
            self._access.check(Direction.SEND_GOAL, action)
        if str(op.id) in self._sent:
            raise BadInput(f"send_action_goal: the id {op.id!r} belongs to a goal that still runs")
        if len(self._sent) >= self._settings.max_goals:
            raise Overloaded(f"{self._settings.max_goals} goals of this client run already")
        self._sent[str(op.id)] = op
        return [StartGoal(op, action, op.type, op.args, op.feedback)]

    def cancel(self, op: CancelGoal) -> list[Effect]:
        """It is to be cancelled; whether it is, its result will tell."""
        goal = self._sent.get(str(op.id))
        if goal is None:
            raise BadInput(f"cancel_action_goal: no goal {op.id!r} of this client runs")
        return [CancelGoalOf(goal)]

    def feedback(self, op: SendGoal, values: object) -> list[Effect]:
        """News of a goal that the client sent."""
        if not op.feedback or self._sent.get(str(op.id)) is not op:
            return []
        frame = {"op": "action_feedback", "id": op.id, "action": op.action, "values": values}
        return [Send(frame, op.format)]

    def ended(self, op: SendGoal, values: object, status: int) -> list[Effect]:
        """It ended, as GoalStatus says. Every end of a goal that ran carries its result."""
        return self._end(op, values, status, result=True)

    def failed(self, op: SendGoal, fault: LanyardFault) -> list[Effect]:
        """It was refused, or there is nobody to run it."""
        return self._end(op, fault.detail, ABORTED, result=False)

    def _end(self, op: SendGoal, values: object, status: int, *, result: bool) -> list[Effect]:
        if self._sent.get(str(op.id)) is op:
            del self._sent[str(op.id)]
        frame = {
            "op": "action_result",
            "id": op.id,
            "action": op.action,
            "values": values,
            "status": status,
            "result": result,
        }
        return [Send(frame, op.format)]

    def advertise(self, op: AdvertiseAction) -> list[Effect]:
        """The client serves an action."""
        action = self._access.name(op.action)
        self._access.check(Direction.ADVERTISE_ACTION, action)
        if action in self._served:
            return []
        if len(self._served) >= self._settings.max_served:
            raise Overloaded(f"a client may serve {self._settings.max_served} actions at most")
        self._served[action] = op.action
        return [OpenAction(op, action, op.type)]

    def unadvertise(self, op: UnadvertiseAction) -> list[Effect]:
        """It does not any more."""
        action = self._access.name(op.action)
        if self._served.pop(action, None) is None:
            raise BadInput(f"unadvertise_action: this client does not serve {op.action}")
        return [CloseAction(action)]

    def could_not_serve(self, op: AdvertiseAction) -> None:
        """Forget an action that could not be made."""
        self._served.pop(self._access.name(op.action), None)

    def asked(self, action: str, action_type: str, goal_id: str, args: object) -> list[Effect]:
        """Somebody on the ROS graph sends a goal to an action that the client serves."""
        written = self._served.get(action)
        if written is None:
            return []
        self._asked[goal_id] = action
        frame = {
            "op": "send_action_goal",
            "id": goal_id,
            "action": written,
            "action_type": action_type,
            "args": args,
            "feedback": True,
        }
        return [Send(frame)]

    def asked_to_cancel(self, action: str, goal_id: str) -> list[Effect]:
        """Whoever sent it wants it cancelled."""
        if goal_id not in self._asked:
            return []
        written = self._served.get(action, action)
        return [Send({"op": "cancel_action_goal", "id": goal_id, "action": written})]

    def told_feedback(self, op: ActionFeedback) -> list[Effect]:
        """The client tells how such a goal gets on."""
        action = self._goal_of(op, "action_feedback")
        return [TellFeedback(op, action, str(op.id), op.values)]

    def told_result(self, op: ActionResult) -> list[Effect]:
        """The client tells how it ended."""
        action = self._goal_of(op, "action_result")
        del self._asked[str(op.id)]
        status = (op.status or SUCCEEDED) if op.result else op.status or ABORTED
        return [EndGoal(op, action, str(op.id), op.values if op.result else None, status)]

    def _goal_of(self, op: ActionFeedback | ActionResult, name: str) -> str:
        action = self._asked.get(str(op.id))
        if action is None:
            raise BadInput(f"{name}: no goal {op.id!r} of an action of this client runs")
        return action

    def closed(self) -> list[Effect]:
        """The client is gone. Goals that it sent go on: a page that is closed stops no robot."""
        served, self._served, self._sent, self._asked = self._served, {}, {}, {}
        return [CloseAction(action) for action in served]
