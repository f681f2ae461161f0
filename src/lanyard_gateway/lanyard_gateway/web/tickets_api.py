"""One-time tickets, with which a page in a browser opens a socket.

A browser cannot put a header on a socket. It sends the ticket as a subprotocol,
``lanyard.ticket.<ticket>``, where a long-lived key would end up in the logs of proxies.
"""

from __future__ import annotations

import secrets
import time
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from lanyard_core.access.principal import Principal
from lanyard_core.access.scopes import Scope
from lanyard_core.access.tickets import LIFE_S, SECRET_BYTES
from lanyard_core.faults import FieldError, ValidationFailed
from lanyard_core.stream.channel import Channel
from lanyard_gateway.web.auth import authorize, require
from lanyard_gateway.web.context import context_of
from lanyard_gateway.web.routing import ApiRoute

router = APIRouter(tags=["system"], route_class=ApiRoute)

_PURPOSES = {
    "command": (Channel.COMMAND.value, Scope.COMMAND_STREAM),
    "telemetry": (Channel.TELEMETRY.value, Scope.TELEMETRY_READ),
    "events": (Channel.EVENTS.value, Scope.ROBOTS_READ),
    "rosbridge": ("rosbridge", Scope.ROSBRIDGE),
}


class TicketWish(BaseModel):
    """Which socket is to be opened. A command socket needs its robot, one for events has none."""

    model_config = ConfigDict(extra="forbid", strict=True)

    purpose: Literal["command", "telemetry", "events", "rosbridge"]
    robot_id: Annotated[str, Field(max_length=64)] | None = None


class TicketObject(BaseModel):
    """A ticket, shown once; offer ``subprotocol`` beside that of the channel."""

    ticket: str
    subprotocol: str
    expires_in: int


@router.post("/ws-tickets", status_code=201, response_model=TicketObject)
async def create_ticket(
    body: TicketWish, request: Request, principal: Annotated[Principal, Depends(require(None))]
) -> TicketObject:
    """Make a ticket for one socket: good once, for ten seconds, for this channel and robot."""
    context = context_of(request)
    channel, scope = _PURPOSES[body.purpose]
    _check_robot(body)
    principal.check_scope(scope)
    if body.robot_id is not None:
        authorize(request, principal, scope, body.robot_id)
        context.robot(body.robot_id)
    ticket = context.tickets.issue(
        principal,
        channel=channel,
        robot_id=body.robot_id,
        entropy=secrets.token_bytes(SECRET_BYTES),
        now=time.monotonic(),
    )
    return TicketObject(
        ticket=ticket, subprotocol=f"lanyard.ticket.{ticket}", expires_in=int(LIFE_S)
    )


def _check_robot(body: TicketWish) -> None:
    wrong = {
        "command": body.robot_id is None and "a command socket is about one robot: name it",
        "events": body.robot_id is not None and "the socket of events is about no robot",
        "rosbridge": body.robot_id is not None and "a rosbridge socket is about no robot",
    }.get(body.purpose)
    if wrong:
        raise ValidationFailed(
            "wrong: robot_id", errors=[FieldError("robot_id", "invalid", str(wrong))]
        )
