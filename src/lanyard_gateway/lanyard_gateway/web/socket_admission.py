"""Who may open a socket, to which robot, in which encoding: decided before the upgrade.

A refusal is a fault that the application answers as an HTTP status with a problem document: a
client reads why, as it would from any other request. In the order of the checks: 403 for the page
of another site, 401, 403, 404, and 400 for a subprotocol that is missing or not known.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.websockets import WebSocket

from lanyard_core.access.principal import Principal
from lanyard_core.access.scopes import Scope
from lanyard_core.faults import BadInput, Forbidden
from lanyard_core.port import RobotPort
from lanyard_core.stream.channel import (
    Channel,
    Encoding,
    chosen_encoding,
    subprotocol,
    subprotocols,
)
from lanyard_gateway.web.auth import Require, ticket_of
from lanyard_gateway.web.context import context_of
from lanyard_gateway.web.credentials import Kind, offered_protocols, shown


@dataclass(frozen=True, slots=True)
class Admission:
    """A socket that may be opened: for whom, and how its frames are written."""

    principal: Principal
    encoding: Encoding
    subprotocol: str


@dataclass(frozen=True, slots=True)
class RobotAdmission(Admission):
    """The same, for a socket that is about one robot."""

    robot: RobotPort


def admit(websocket: WebSocket, robot_id: str, *, channel: Channel, scope: Scope) -> RobotAdmission:
    """Check a socket to one robot. Raises the fault that it is to be refused with."""
    principal = admit_caller(websocket, channel.value, scope, robot_id)
    robot = context_of(websocket).robot(robot_id)
    encoding = _encoding(websocket, channel)
    return RobotAdmission(principal, encoding, subprotocol(channel, encoding), robot)


def admit_to_all(websocket: WebSocket, *, channel: Channel, scope: Scope) -> Admission:
    """Check a socket that is about no robot in particular; as ``admit``."""
    principal = admit_caller(websocket, channel.value, scope, None)
    encoding = _encoding(websocket, channel)
    return Admission(principal, encoding, subprotocol(channel, encoding))


def admit_caller(
    websocket: WebSocket, purpose: str, scope: Scope, robot_id: str | None
) -> Principal:
    """Who opens a socket, when its Origin, credential and scope are good; ``purpose``: of a ticket.

    Raises the fault that it is to be refused with.
    """
    _check_origin(websocket)
    principal = Require(scope).check(websocket)
    ticket = ticket_of(websocket)
    if ticket is not None:
        ticket.check_fits(purpose, robot_id)
    return principal


def _encoding(websocket: WebSocket, channel: Channel) -> Encoding:
    encoding = chosen_encoding(channel, offered_protocols(websocket))
    if encoding is None:
        raise BadInput(
            f"offer one of the subprotocols {', '.join(subprotocols(channel))}",
            code="subprotocol_required",
        )
    return encoding


def _check_origin(websocket: WebSocket) -> None:
    """A page of a site that is not listed gets nowhere, whatever it shows.

    Browsers always say the origin. What says none is a program: it has a credential of its own, and
    neither a ticket, which only pages need, nor a cookie, which only browsers keep.
    """
    origins = websocket.headers.getlist("origin")
    if not origins:
        if "cookie" in websocket.headers or shown(websocket).kind is Kind.TICKET:
            raise Forbidden("a browser must say its origin", code="origin_not_allowed")
        return
    if len(origins) == 1 and origins[0] in context_of(websocket).settings.allowed_origins:
        return
    raise Forbidden(
        "this web page may not open sockets here; add its origin to allowed_origins if it should",
        code="origin_not_allowed",
    )
