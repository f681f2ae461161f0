"""Who is calling, and may they: from a Bearer credential to a Principal and its scopes.

Works for requests and WebSockets alike. A credential is read from the ``Authorization`` header or,
on a WebSocket, from an offered subprotocol ``lanyard.bearer.<credential>`` (browsers cannot set
headers). It is never read from the URL, which ends up in logs, and never echoed. Other kinds of
credentials (tokens, tickets) join in ``identify``; rate limits and the audit log sit behind it.
"""

from __future__ import annotations

import time

from fastapi.openapi.models import HTTPBearer as BearerModel
from fastapi.security.base import SecurityBase
from starlette.requests import HTTPConnection

from lanyard_core.access.scopes import Principal, Scope
from lanyard_core.faults import Forbidden, Unauthenticated
from lanyard_gateway.web.context import context_of

BEARER_SUBPROTOCOL = "lanyard.bearer."
_SCOPE_KEY = "lanyard.principal"

__all__ = ["BEARER_SUBPROTOCOL", "Principal", "Require", "identify", "offered_protocols", "require"]


def identify(connection: HTTPConnection) -> Principal:
    """The principal behind a request or socket; raises Unauthenticated when there is none."""
    known = connection.scope.get(_SCOPE_KEY)
    if isinstance(known, Principal):
        return known
    credential = _header_credential(connection) or _subprotocol_credential(connection)
    if credential is None:
        raise Unauthenticated("no API key; send `Authorization: Bearer <key>`")
    principal = context_of(connection).keyring.authenticate(credential, now_unix_s=time.time())
    connection.scope[_SCOPE_KEY] = principal
    return principal


def offered_protocols(connection: HTTPConnection) -> list[str]:
    """The subprotocols that a WebSocket offers, without the one that carries the credential."""
    offered: list[str] = list(connection.scope.get("subprotocols", ()))
    return [protocol for protocol in offered if not protocol.startswith(BEARER_SUBPROTOCOL)]


def _header_credential(connection: HTTPConnection) -> str | None:
    values = connection.headers.getlist("authorization")
    if not values:
        return None
    scheme, _, credential = values[0].partition(" ")
    if len(values) > 1 or scheme.lower() != "bearer" or not credential.strip():
        raise Unauthenticated("the Authorization header must be `Bearer <key>`, once")
    return credential.strip()


def _subprotocol_credential(connection: HTTPConnection) -> str | None:
    if connection.scope["type"] != "websocket":
        return None
    for protocol in connection.scope.get("subprotocols", ()):
        if protocol.startswith(BEARER_SUBPROTOCOL):
            return str(protocol[len(BEARER_SUBPROTOCOL) :])
    return None


class Require(SecurityBase):
    """A dependency that lets a principal through only when it holds ``scope``.

    A scope of None lets any principal through. Being a FastAPI security object it also puts the
    lock into the OpenAPI document.
    """

    def __init__(self, scope: Scope | None) -> None:
        self.scope = scope
        self.model = BearerModel(
            bearerFormat="lyd_<id>_<secret>", description="API key made with `keys create`."
        )
        self.scheme_name = "apiKey"

    def __call__(self, connection: HTTPConnection) -> Principal:
        """The principal; raises Unauthenticated or Forbidden."""
        principal = identify(connection)
        if self.scope is not None and not principal.may(self.scope):
            raise Forbidden(
                f"key {principal.key_id} has the role {principal.role.value},"
                f" which does not include {self.scope.value}"
            )
        return principal


def require(scope: Scope | None) -> Require:
    """The dependency for ``scope``; use it as ``Depends(require(Scope.TASKS_READ))``.

    None asks for a valid credential only.
    """
    return Require(scope)
