"""Services and actions of one client, on the ROS graph: requests and goals go to its session.

Event loop's thread. A service or action stays for a while when its client is gone, and refuses:
whoever asks learns that nobody is there instead of waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lanyard_core.faults import BadInput, Conflict
from lanyard_rosbridge.protocol import effects as do
from lanyard_rosbridge.protocol.session import Session
from lanyard_rosbridge.ros.action_serving import ServedAction
from lanyard_rosbridge.ros.serving import DeferredService
from lanyard_rosbridge.ros.side import RosSide
from lanyard_rosbridge.ros.types import action_class, service_class, type_of

GONE = "the client that served it is gone"

Run = Callable[[Iterable[do.Effect]], None]


class Serving:
    """What one client serves."""

    def __init__(self, ros: RosSide, session: Session, run: Run) -> None:
        self._ros = ros
        self._session = session
        self._run = run
        self._services: dict[str, DeferredService] = {}
        self._actions: dict[str, ServedAction] = {}

    def open_service(self, effect: do.OpenService) -> None:
        """Serve a service. Raises Conflict when somebody else does already, BadInput."""
        name, kind = effect.service, service_class(effect.type)
        request_type = type_of(kind.Request)
        type_of(kind.Response)

        def asked(request_id: str, request: Any) -> None:
            values = request_type.values(request)
            self._run(self._session.services.asked(name, request_id, values))

        kept = self._kept(name, kind, name)
        if isinstance(kept, DeferredService):
            kept.take_up(asked)
            self._services[name] = kept
            return
        ros = self._ros
        self._services[name] = DeferredService(ros.node, ros.handover, kind, name, asked)

    def close_service(self, effect: do.CloseService) -> None:
        """Serve it no more: refuse for a while, then go."""
        service = self._services.pop(effect.service, None)
        if service is not None:
            service.refuse_from_now_on(GONE)
            self._ros.lingering.keep(effect.service, service)

    def answer(self, effect: do.AnswerRequest) -> None:
        """The client's answer to a request. Raises BadInput; whoever asked is refused then."""
        service = self._services.get(effect.service)
        if service is None:
            return
        if not effect.result:
            reason = effect.values if isinstance(effect.values, str) else "the service failed"
            service.refuse(effect.request_id, reason)
            return
        try:
            response = type_of(service.kind.Response).fill(effect.values or {})
        except BadInput:
            service.refuse(effect.request_id, "its answer could not be read")
            raise
        service.answer(effect.request_id, response)

    def open_action(self, effect: do.OpenAction) -> None:
        """Serve an action. Raises Conflict when somebody else does already, BadInput."""
        name, kind = effect.action, action_class(effect.type)
        goals = self._session.goals

        def on_goal(goal_id: str, args: object) -> None:
            self._run(goals.asked(name, effect.type, goal_id, args))

        def on_cancel(goal_id: str) -> None:
            self._run(goals.asked_to_cancel(name, goal_id))

        kept = self._kept(name, kind, f"{name}/_action/send_goal")
        if isinstance(kept, ServedAction):
            kept.take_up(on_goal, on_cancel)
            self._actions[name] = kept
            return
        ros = self._ros
        self._actions[name] = ServedAction(ros.node, ros.handover, kind, name, on_goal, on_cancel)

    def close_action(self, effect: do.CloseAction) -> None:
        """Serve it no more; goals that run are aborted."""
        action = self._actions.pop(effect.action, None)
        if action is not None:
            action.refuse_from_now_on()
            self._ros.lingering.keep(effect.action, action)

    def feedback(self, effect: do.TellFeedback) -> None:
        """How a goal gets on."""
        action = self._actions.get(effect.action)
        if action is not None:
            action.feedback(effect.goal_id, effect.values)

    def end(self, effect: do.EndGoal) -> None:
        """How it ended."""
        action = self._actions.get(effect.action)
        if action is not None:
            action.end(effect.goal_id, effect.values, effect.status)

    def _kept(self, name: str, kind: Any, service: str) -> object:
        """What is left of a client that served the same; None when there is nothing of use."""
        kept = self._ros.lingering.take(name)
        if kept is None:
            if self._ros.services.is_taken(service):
                raise Conflict(f"{name} is served by somebody else already")
            return None
        if getattr(kept, "kind", None) is kind:
            return kept
        kept.close()
        return None
