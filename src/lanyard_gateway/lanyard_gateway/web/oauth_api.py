"""OAuth 2 for machines: client credentials for a short-lived token, and the keys to verify it.

A client is a key: its id is the key's ten letters, its secret the whole key. So there is one place
where clients are made and revoked, and a token is worth nothing once its key is gone. Errors here
have the shape of RFC 6749, which clients of this protocol read.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from lanyard_core.access.keys import key_id_of
from lanyard_core.access.principal import Principal
from lanyard_core.access.scopes import Scope
from lanyard_core.faults import NotFound, Throttled, Unauthenticated
from lanyard_gateway.doors.tokens import TokenDesk
from lanyard_gateway.web.context import AppContext, context_of
from lanyard_gateway.web.problems import retry_after
from lanyard_gateway.web.rate_limits import judge_failure
from lanyard_gateway.web.routing import ApiRoute
from lanyard_gateway.web.scope_keys import CODE, PRINCIPAL

router = APIRouter(tags=["system"], route_class=ApiRoute, include_in_schema=False)

_FORM = "application/x-www-form-urlencoded"
_KNOWN = frozenset({"grant_type", "scope", "client_id", "client_secret"})


class _Refused(Exception):
    """An error of RFC 6749, section 5.2."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


@router.post("/oauth2/token")
async def token(request: Request) -> JSONResponse:
    """A token for ``grant_type=client_credentials``, for all or some of the client's scopes."""
    context, desk = context_of(request), _desk(request)
    try:
        form = await _form(request)
        principal = _client(request, context, form)
        scopes = _scopes(principal, form.get("scope"))
    except Unauthenticated as fault:
        return await _unauthenticated(request, fault)
    except _Refused as refused:
        request.scope[CODE] = refused.error
        return _error(400, refused.error, refused.description)
    text, life_s = desk.make(principal, scopes, now_unix_s=time.time())
    request.scope[PRINCIPAL] = principal
    return JSONResponse(
        {
            "access_token": text,
            "token_type": "Bearer",
            "expires_in": life_s,
            "scope": " ".join(sorted(scope.value for scope in scopes)),
        },
        headers={"Cache-Control": "no-store", "Pragma": "no-cache"},
    )


@router.get("/.well-known/jwks.json")
async def jwks(request: Request) -> JSONResponse:
    """The public key of our tokens."""
    return JSONResponse(_desk(request).jwks(), headers={"Cache-Control": "public, max-age=300"})


@router.get("/.well-known/oauth-authorization-server")
async def metadata(request: Request) -> JSONResponse:
    """What this authorization server can do (RFC 8414)."""
    url = _desk(request).url
    return JSONResponse(
        {
            "issuer": url,
            "token_endpoint": f"{url}/oauth2/token",
            "jwks_uri": f"{url}/.well-known/jwks.json",
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "scopes_supported": sorted(scope.value for scope in Scope),
        },
        headers={"Cache-Control": "public, max-age=300"},
    )


def _desk(request: Request) -> TokenDesk:
    desk = context_of(request).tokens
    if desk is None:
        raise NotFound("this gateway makes no tokens")
    return desk


async def _form(request: Request) -> dict[str, str]:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != _FORM:
        raise _Refused("invalid_request", f"send the parameters as {_FORM}")
    try:
        pairs = parse_qsl(
            (await request.body()).decode("utf-8"),
            keep_blank_values=True, strict_parsing=True, max_num_fields=16, errors="strict",
        )  # fmt: skip
    except ValueError:
        raise _Refused("invalid_request", "the body is no form") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise _Refused("invalid_request", "a parameter stands there twice")
    if form.get("grant_type") != "client_credentials":
        raise _Refused("unsupported_grant_type", "only client_credentials is given here")
    unknown = sorted(set(form) - _KNOWN)
    if unknown:
        raise _Refused("invalid_request", "there is a parameter that is not known")
    return form


def _client(request: Request, context: AppContext, form: dict[str, str]) -> Principal:
    header = request.headers.get("authorization")
    if header is not None and ("client_id" in form or "client_secret" in form):
        raise _Refused("invalid_request", "the client shows itself in two ways; use one")
    if header is not None:
        client_id, secret = _basic(header)
    else:
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    now = time.time()
    principal = context.keyring.authenticate(secret, now_unix_s=now)
    if not hmac.compare_digest((key_id_of(secret) or "").encode(), client_id.encode()):
        raise Unauthenticated("the client id is not that of the secret")
    context.last_use.note(principal.key_id, now_unix_s=now)
    return principal


def _basic(header: str) -> tuple[str, str]:
    scheme, _, coded = header.partition(" ")
    try:
        text = base64.b64decode(coded.strip(), validate=True).decode("utf-8")
    except (ValueError, binascii.Error):
        text = ""
    client_id, colon, secret = text.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise Unauthenticated("the Authorization header must be `Basic <id:secret in base64>`")
    return unquote_plus(client_id), unquote_plus(secret)


def _scopes(principal: Principal, asked: str | None) -> frozenset[Scope]:
    if asked is None:
        return principal.scopes
    known = {scope.value: scope for scope in Scope}
    names = asked.split()
    if not names or any(name not in known or not principal.may(known[name]) for name in names):
        raise _Refused("invalid_scope", "there is a scope that this client may not have")
    return frozenset(known[name] for name in names)


async def _unauthenticated(request: Request, fault: Unauthenticated) -> JSONResponse:
    judged = await judge_failure(request, fault)
    request.scope[CODE] = judged.code
    if isinstance(judged, Throttled):
        answer = _error(429, "temporarily_unavailable", judged.detail)
        answer.headers["Retry-After"] = str(retry_after(judged))
        return answer
    answer = _error(401, "invalid_client", "the client is not known, or its secret is wrong")
    answer.headers["WWW-Authenticate"] = 'Basic realm="lanyard"'
    return answer


def _error(status: int, error: str, description: str) -> JSONResponse:
    body: dict[str, Any] = {"error": error, "error_description": description}
    return JSONResponse(body, status_code=status, headers={"Cache-Control": "no-store"})
