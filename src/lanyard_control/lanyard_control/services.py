"""Requests of others: stop, reset, lease, arm. Each is answered by the tick that judged it.

Callbacks run in the executor's thread and wait there for one tick, which is the next one to come;
a loop that does not tick is reported, after a bounded time, as what it is.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from lanyard_msgs.srv import AcquireLease, ArmMotion, ReleaseLease, RequestStop, ResetSafety
from rclpy.node import Node

from lanyard_control.mailbox import Answer, Mailbox
from lanyard_core.safety.states import Cause, State, StopKind
from lanyard_core.safety.values import Acquire, Arm, Release, Reply, Request, Reset, Stop
from lanyard_node_support import names

_NO_ANSWER = Answer(
    Reply(False, "the control loop did not answer in time"),
    State.FAULT,
    int(Cause.OVERRUN),
    at_rest=False,
)


class Services:
    """The control node's services."""

    def __init__(
        self,
        node: Node,
        mailbox: Mailbox,
        *,
        timeout_s: float,
        lease_ttl_s: float,
        note: Callable[[str], None],
    ) -> None:
        self._mailbox = mailbox
        self._timeout_s = timeout_s
        self._lease_ttl_s = lease_ttl_s
        self._note = note
        node.create_service(RequestStop, names.REQUEST_STOP, self._request_stop)
        node.create_service(ResetSafety, names.RESET, self._reset)
        node.create_service(AcquireLease, names.ACQUIRE_LEASE, self._acquire)
        node.create_service(ReleaseLease, names.RELEASE_LEASE, self._release)
        node.create_service(ArmMotion, names.ARM, self._arm)

    def _ask(self, request: Request) -> Answer:
        return self._mailbox.put_request(request).wait(self._timeout_s) or _NO_ANSWER

    def _request_stop(
        self, request: RequestStop.Request, response: RequestStop.Response
    ) -> RequestStop.Response:
        # An unknown kind of stop is the more severe one.
        safe = request.kind == StopKind.SAFE_STOP
        stop = Stop(StopKind.SAFE_STOP if safe else StopKind.HALT, request.reason)
        self._note(f"{stop.kind.name} asked for by {request.actor or 'somebody'}: {request.reason}")
        answer = self._ask(stop)
        response.state, response.at_rest = int(answer.state), answer.at_rest
        return response

    def _reset(
        self, request: ResetSafety.Request, response: ResetSafety.Response
    ) -> ResetSafety.Response:
        self._note(f"reset {request.request_id} asked for by {request.actor or 'somebody'}")
        answer = self._ask(Reset(request.request_id, may_reset_severe=request.may_reset_severe))
        response.success, response.message = answer.reply.success, answer.reply.message
        response.state, response.causes = int(answer.state), answer.causes
        return response

    def _acquire(
        self, request: AcquireLease.Request, response: AcquireLease.Response
    ) -> AcquireLease.Response:
        answer = self._ask(
            Acquire(
                holder=request.holder,
                priority=request.priority,
                take=request.take,
                full_speed=request.full_speed,
                nonce=fresh_nonce(),
            )
        )
        reply = answer.reply
        response.success, response.message = reply.success, reply.message
        response.session, response.holder = reply.session, reply.holder
        response.priority, response.ttl_s = int(reply.priority), self._lease_ttl_s
        return response

    def _release(
        self, request: ReleaseLease.Request, response: ReleaseLease.Response
    ) -> ReleaseLease.Response:
        answer = self._ask(Release(request.session))
        response.success, response.message = answer.reply.success, answer.reply.message
        return response

    def _arm(self, request: ArmMotion.Request, response: ArmMotion.Response) -> ArmMotion.Response:
        answer = self._ask(Arm(request.session, arm=request.arm))
        response.success, response.message = answer.reply.success, answer.reply.message
        response.state = int(answer.state)
        return response


def fresh_nonce() -> int:
    """64 random bits, never 0."""
    return secrets.randbits(64) or fresh_nonce()
