"""Stop, halt and reset over REST.

A stop is never refused for what its request looks like: a body that is missing, malformed or too
long only costs it its reason. These are software stops; every body says ``safety_rated: false``.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from lanyard_core.access.principal import Principal
from lanyard_core.access.scopes import Scope
from lanyard_core.faults import Conflict, Unavailable
from lanyard_core.port import RobotPort, SafetyReply
from lanyard_core.safety.states import StopKind
from lanyard_core.telemetry.words import cause_words
from lanyard_gateway.web.auth import require
from lanyard_gateway.web.context import context_of
from lanyard_gateway.web.robot_models import StopObject
from lanyard_gateway.web.robot_objects import known_safety_word, safety_word
from lanyard_gateway.web.routing import ApiRoute, LenientRoute

stop_router = APIRouter(tags=["robots"], route_class=LenientRoute)
reset_router = APIRouter(tags=["robots"], route_class=ApiRoute)

MAX_REASON = 200
REASON_WAIT_S = 0.1
"""How long a stop waits for the rest of a request that dribbles in, before it goes ahead."""
RobotId = Annotated[str, Path(max_length=64)]
_NOT_CONFIRMED: dict[int | str, dict[str, Any]] = {
    202: {"model": StopObject, "description": "Asked, but the control node has not confirmed it."}
}
_REASON_BODY = {
    "requestBody": {
        "required": False,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {"reason": {"type": "string", "maxLength": MAX_REASON}},
                }
            }
        },
    }
}


@stop_router.post(
    "/robots/{robot_id}/stop",
    response_model=StopObject,
    responses=_NOT_CONFIRMED,
    openapi_extra=_REASON_BODY,
)
async def stop_robot(
    request: Request,
    response: Response,
    robot_id: RobotId,
    principal: Annotated[Principal, Depends(require(Scope.STOP_TRIGGER, gated=False))],
) -> StopObject:
    """Bring the robot to a controlled stop that stays until it is reset."""
    return await _stop(request, response, robot_id, principal, StopKind.SAFE_STOP)


@stop_router.post(
    "/robots/{robot_id}/halt",
    response_model=StopObject,
    responses=_NOT_CONFIRMED,
    openapi_extra=_REASON_BODY,
)
async def halt_robot(
    request: Request,
    response: Response,
    robot_id: RobotId,
    principal: Annotated[Principal, Depends(require(Scope.STOP_RESET, gated=False))],
) -> StopObject:
    """The most severe software stop: fast, with a request to take the power off."""
    return await _stop(request, response, robot_id, principal, StopKind.HALT)


@reset_router.post("/robots/{robot_id}/reset", response_model=StopObject)
async def reset_robot(
    request: Request,
    robot_id: RobotId,
    principal: Annotated[Principal, Depends(require(Scope.STOP_RESET))],
) -> StopObject:
    """Clear stops whose condition is gone. It never moves the robot; 409 says what still stands."""
    port = context_of(request).robot(robot_id)
    began_s = time.monotonic()
    reply = await port.reset(
        request_id=1 + secrets.randbits(63), actor=principal.key_id, may_reset_severe=True
    )
    if not reply.success:
        raise Conflict(
            reply.message or "the robot cannot be reset now",
            code="precondition_failed",
            extra={
                "safety_state": safety_word(reply.state).value,
                "causes": list(cause_words(reply.causes)),
            },
        )
    return _confirmed(port, reply, began_s)


async def _stop(
    request: Request, response: Response, robot_id: str, principal: Principal, kind: StopKind
) -> StopObject:
    port = context_of(request).robot(robot_id)
    began_s = time.monotonic()
    reason = await _reason(request)
    try:
        reply = await port.request_stop(kind=kind, actor=principal.key_id, reason=reason)
    except Unavailable as fault:
        response.status_code = 202
        return _not_confirmed(port, fault.detail)
    if not reply.success:
        response.status_code = 202
        return _not_confirmed(port, reply.message)
    return _confirmed(port, reply, began_s)


async def _reason(request: Request) -> str:
    try:
        body = json.loads(await asyncio.wait_for(request.body(), REASON_WAIT_S))
    except (ValueError, RecursionError, HTTPException, ClientDisconnect, asyncio.TimeoutError):
        return ""
    reason = body.get("reason") if isinstance(body, dict) else None
    if not isinstance(reason, str):
        return ""
    return reason.encode("utf-8", "replace").decode("utf-8")[:MAX_REASON]


def _confirmed(port: RobotPort, reply: SafetyReply, began_s: float) -> StopObject:
    return StopObject(
        robot_id=port.robot_id,
        safety_state=safety_word(reply.state),
        confirmed=True,
        confirmed_in_ms=round((time.monotonic() - began_s) * 1000.0, 1),
        at_rest=reply.at_rest,
        causes=list(cause_words(reply.causes)),
        message=reply.message,
    )


def _not_confirmed(port: RobotPort, message: str) -> StopObject:
    status = port.status()
    return StopObject(
        robot_id=port.robot_id,
        safety_state=known_safety_word(status),
        confirmed=False,
        confirmed_in_ms=None,
        at_rest=False,
        causes=list(cause_words(status.safety.causes)),
        message=message,
    )
