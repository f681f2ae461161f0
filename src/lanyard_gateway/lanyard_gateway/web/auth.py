"""Who is calling, and may they: from a Bearer credential to a Principal and its scopes.

Works for requests and WebSockets alike. Where a credential is read from says ``credentials``; which
kinds there are, ``identify``; rate limits and the audit log sit around it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import cast

from fastapi.openapi.models import HTTPBearer as BearerModel
from fastapi.security.base import SecurityBase
from starlette.requests import HTTPConnection

from lanyard_core.access import preconditions
from lanyard_core.access.principal import Principal
from lanyard_core.access.scopes import Scope
from lanyard_core.access.tickets import Ticket
from lanyard_core.faults import Unauthenticated, Unavailable
from lanyard_gateway.doors.tokens import looks_like_token
from lanyard_gateway.web.context import AppContext, context_of
from lanyard_gateway.web.credentials import Kind, shown
from lanyard_gateway.web.scope_keys import ADMITTED, PRINCIPAL, REFUSAL, ROBOT_ID, TICKET


@dataclass(frozen=True, slots=True)
class Admitted:
    """Whom a request or socket was let in for, to do what, on which robot (None: no one robot)."""

    principal: Principal
    scope: Scope
    robot_id: str | None


def admitted(connection: HTTPConnection) -> Admitted | None:
    """What a request or socket was let in for; None when it was not, or not yet."""
    return cast("Admitted | None", connection.scope.get(ADMITTED))


def principal_now(context: AppContext, before: Principal, *, now_unix_s: float) -> Principal:
    """What the credential of ``before`` allows now; raises Unauthenticated when it has ended."""
    if before.grant is not None:
        return context.keyring.principal_of_grant(before.grant, now_unix_s=now_unix_s)
    return context.keyring.principal(before.key_id, now_unix_s=now_unix_s)


def identify(connection: HTTPConnection) -> Principal:
    """The principal behind a request or socket; raises Unauthenticated when there is none."""
    known = connection.scope.get(PRINCIPAL)
    if isinstance(known, Principal):
        return known
    refused = connection.scope.get(REFUSAL)
    if isinstance(refused, Unauthenticated):
        raise refused
    try:
        principal = _identified(connection)
    except Unauthenticated as fault:
        connection.scope[REFUSAL] = fault
        raise
    connection.scope[PRINCIPAL] = principal
    return principal


def _identified(connection: HTTPConnection) -> Principal:
    credential, context = shown(connection), context_of(connection)
    now = time.time()
    if credential.kind is Kind.TICKET:
        ticket = context.tickets.redeem(credential.text, now=time.monotonic())
        connection.scope[TICKET] = ticket
        return principal_now(context, ticket.principal, now_unix_s=now)
    if context.tokens is not None and looks_like_token(credential.text):
        policy = context.keyring.policy
        grant = context.tokens.read(credential.text, policy, now_unix_s=now)
        return context.keyring.principal_of_grant(grant, now_unix_s=now)
    principal = context.keyring.authenticate(credential.text, now_unix_s=now)
    context.last_use.note(principal.key_id, now_unix_s=now)
    return principal


def ticket_of(connection: HTTPConnection) -> Ticket | None:
    """The ticket with which a socket was identified; None when it showed something else."""
    return cast("Ticket | None", connection.scope.get(TICKET))


def authorize(
    connection: HTTPConnection,
    principal: Principal,
    scope: Scope,
    robot_id: str,
    *,
    gated: bool = True,
) -> None:
    """Let a principal use ``scope`` on a robot, or raise what it is to be refused with.

    NotFound, Forbidden; Conflict when a precondition of its role does not hold (only if ``gated``).
    """
    connection.scope[ROBOT_ID] = robot_id
    principal.check_robot(robot_id)
    wanted = principal.rules.preconditions
    if not (gated and wanted):
        return
    robot = context_of(connection).robots.get(robot_id)
    if robot is not None:
        facts = preconditions.facts_of(robot.status())
        preconditions.check(wanted, scope, facts, subject=robot_id)


class Require(SecurityBase):
    """A dependency that lets a principal through only when it holds ``scope``.

    On a path with a ``robot_id``, that robot must be one of the principal's, and the preconditions
    of its role must hold, unless the route is not ``gated``. A scope of None lets any principal
    through. Being a FastAPI security object it also puts the lock into the OpenAPI document.
    """

    def __init__(self, scope: Scope | None, *, gated: bool = True) -> None:
        self.scope = scope
        self.gated = gated
        self.model = BearerModel(
            bearerFormat="lyd_<id>_<secret>",
            description="API key (`lanyard keys create`), or an access token (POST /oauth2/token).",
        )
        self.scheme_name = "apiKey"

    async def __call__(self, connection: HTTPConnection) -> Principal:
        """As ``check``, for FastAPI, which would give a plain function to another thread."""
        before = admitted(connection)  # by the route, before it looked at the body
        if before is not None and before.scope is self.scope:
            return before.principal
        return self.check(connection)

    def check(self, connection: HTTPConnection) -> Principal:
        """The principal; raises Unauthenticated, Forbidden, NotFound or Conflict."""
        principal = identify(connection)
        if self.scope is None:
            return principal
        principal.check_scope(self.scope)
        if self.gated and _changes_something(connection, self.scope):
            _check_audit(context_of(connection))
        robot_id = connection.path_params.get("robot_id")
        if robot_id is not None:
            authorize(connection, principal, self.scope, robot_id, gated=self.gated)
        connection.scope[ADMITTED] = Admitted(principal, self.scope, robot_id)
        return principal


def _changes_something(connection: HTTPConnection, scope: Scope) -> bool:
    if connection.scope["type"] == "websocket":
        return not scope.value.endswith(":read")
    return connection.scope["method"] not in ("GET", "HEAD", "OPTIONS")


def _check_audit(context: AppContext) -> None:
    """Raise Unavailable when a change could not be logged. Stops do not come here."""
    if not context.audit.is_healthy:
        raise Unavailable(
            "nothing is changed while the audit log cannot be written; stopping robots works,"
            " and /readyz says what is wrong",
            code="audit_unavailable",
        )


def require(scope: Scope | None, *, gated: bool = True) -> Require:
    """The dependency for ``scope``; use it as ``Depends(require(Scope.TASKS_READ))``.

    None asks for a valid credential only. ``gated=False`` is for stops, which wait for nothing.
    """
    return Require(scope, gated=gated)
