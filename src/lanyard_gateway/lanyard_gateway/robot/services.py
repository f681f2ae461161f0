"""Asking a robot's services from coroutines, each with a time-out.

Requests are sent on the event loop's thread, answers come back through the hand-over. A service
that is not there, and one that does not answer, are faults with a sentence that says which.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from lanyard_msgs.srv import AcquireLease, ArmMotion, ReleaseLease, RequestStop, ResetSafety
from rclpy.client import Client
from rclpy.exceptions import InvalidHandle
from rclpy.node import Node

from lanyard_core.faults import Conflict, RosTimeout, Unavailable
from lanyard_core.port import LeaseGrant, SafetyReply
from lanyard_core.safety.states import Cause, Priority, State, StopKind
from lanyard_gateway.robot import convert
from lanyard_gateway.robot.config import RobotConfig
from lanyard_gateway.robot.handover import Handover, Reply
from lanyard_node_support import names

Response = TypeVar("Response")

_MAX_ACTOR = 128
_MAX_REASON = 256


class ServiceCaller(Generic[Response]):
    """One service of one robot, to be asked from coroutines on the loop's thread."""

    def __init__(
        self, node: Node, handover: Handover, service_type: Any, name: str, *, robot_id: str
    ) -> None:
        self._client: Client = node.create_client(service_type, name)
        self._handover = handover
        self._name = name
        self._robot_id = robot_id

    def is_served(self) -> bool:
        """Whether somebody serves it now, as far as is known."""
        try:
            return bool(self._client.service_is_ready())
        except InvalidHandle:
            return False

    async def ask(self, request: object, *, timeout_s: float) -> Response:
        """The answer. Raises Unavailable when nobody serves it, RosTimeout when no answer comes."""
        try:
            if not await self._handover.until(self._client.service_is_ready, timeout_s=timeout_s):
                raise Unavailable(
                    f"robot {self._robot_id} is not reachable: nobody serves {self._name}",
                    code="robot_offline",
                )
            future = self._client.call_async(request)
        except InvalidHandle:
            raise Unavailable("the gateway is shutting down", code="shutting_down") from None
        reply: Reply[Response] = Reply(self._handover)
        reply.follow(future)
        try:
            return await reply.wait(timeout_s=timeout_s)
        except TimeoutError:
            raise RosTimeout(
                f"robot {self._robot_id}: {self._name} did not answer within {timeout_s:g} s"
            ) from None
        finally:
            self._client.remove_pending_request(future)


class ControlServices:
    """The services of one robot's control node."""

    def __init__(self, node: Node, handover: Handover, config: RobotConfig) -> None:
        def caller(service_type: type, name: str) -> ServiceCaller[Any]:
            return ServiceCaller(
                node, handover, service_type, config.topic(name), robot_id=config.robot_id
            )

        self._robot_id = config.robot_id
        self._timeout_s = config.service_timeout_s
        self._acquire: ServiceCaller[Any] = caller(AcquireLease, names.ACQUIRE_LEASE)
        self._release: ServiceCaller[Any] = caller(ReleaseLease, names.RELEASE_LEASE)
        self._arm: ServiceCaller[Any] = caller(ArmMotion, names.ARM)
        self._stop: ServiceCaller[Any] = caller(RequestStop, names.REQUEST_STOP)
        self._reset: ServiceCaller[Any] = caller(ResetSafety, names.RESET)

    async def acquire_lease(
        self, *, holder: str, priority: Priority, take: bool, full_speed: bool
    ) -> LeaseGrant:
        """The lease. Raises Conflict: lease_held with the holder, or precondition_failed."""
        request = AcquireLease.Request(
            holder=holder[:_MAX_ACTOR], priority=int(priority), take=take, full_speed=full_speed
        )
        answer = await self._acquire.ask(request, timeout_s=self._timeout_s)
        if answer.success:
            return LeaseGrant(
                session=answer.session,
                holder=answer.holder,
                priority=answer.priority,
                ttl_s=answer.ttl_s,
            )
        if answer.holder:
            detail = answer.message or f"robot {self._robot_id} is commanded by {answer.holder}"
            extra = {"holder": answer.holder, "priority": answer.priority}
            raise Conflict(detail, code="lease_held", extra=extra)
        detail = answer.message or f"robot {self._robot_id} gives no lease now"
        raise Conflict(detail, code="precondition_failed")

    async def release_lease(self, session: int) -> None:
        """Give a lease back."""
        await self._release.ask(ReleaseLease.Request(session=session), timeout_s=self._timeout_s)

    async def arm(self, session: int, *, arm: bool) -> SafetyReply:
        """Arm or disarm a session; a refusal is an answer, not a fault."""
        request = ArmMotion.Request(session=session, arm=arm)
        answer = await self._arm.ask(request, timeout_s=self._timeout_s)
        return SafetyReply(
            success=answer.success,
            state=_state(answer.state),
            causes=Cause.NONE,
            message=answer.message,
        )

    async def request_stop(self, *, kind: StopKind, actor: str, reason: str) -> SafetyReply:
        """Stop the robot, latched; success says that the control node took it in."""
        request = RequestStop.Request(
            kind=int(kind), actor=actor[:_MAX_ACTOR], reason=reason[:_MAX_REASON]
        )
        answer = await self._stop.ask(request, timeout_s=self._timeout_s)
        return SafetyReply(
            success=True,
            state=_state(answer.state),
            causes=Cause.NONE,
            message="",
            at_rest=answer.at_rest,
        )

    async def reset(self, *, request_id: int, actor: str, may_reset_severe: bool) -> SafetyReply:
        """Clear latched stops whose condition is gone; what still stands is in the answer."""
        request = ResetSafety.Request(
            request_id=request_id, actor=actor[:_MAX_ACTOR], may_reset_severe=may_reset_severe
        )
        answer = await self._reset.ask(request, timeout_s=self._timeout_s)
        return SafetyReply(
            success=answer.success,
            state=_state(answer.state),
            causes=convert.causes(answer.causes),
            message=answer.message,
            at_rest=answer.success,  # the control node resets nothing that moves
        )


def _state(number: int) -> State:
    # A state that we do not know is treated as the one in which least is allowed.
    known = convert.state(number)
    return State.FAULT if known is None else known
