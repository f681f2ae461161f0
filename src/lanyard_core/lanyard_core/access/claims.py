"""What a token must say of itself, by RFC 9068 and RFC 8725: judged when its signature was good.

And what its head may say, judged before: nothing of a head chooses a key or an algorithm for us.
Both raise Unauthenticated that names the claim and the rule; told the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from lanyard_core.access.issuers import Grant, Issuer
from lanyard_core.access.patterns import Patterns
from lanyard_core.access.scopes import Scope
from lanyard_core.faults import Unauthenticated

LEEWAY_S = 30.0
"""How far clocks may be apart."""
OWN_LIFE_S = 900.0
MAX_LIFE_S = 3600.0
"""The longest life of a token of somebody else."""
_TYPES = ("at+jwt", "application/at+jwt")
_HEAD = frozenset({"alg", "typ", "kid"})
_MAX_TEXT = 128


def check_head(head: Mapping[str, object], *, algorithm: str) -> str:
    """The ``kid`` of a token's head. What else may stand there (jku, jwk, crit...) refuses it."""
    for name in head:
        if name not in _HEAD:
            _refuse(f"its head has {str(name)[:32]!r}, which may not stand there")
    if head.get("alg") != algorithm:
        _refuse(f"alg: must be {algorithm}, which is what its issuer uses")
    typ = head.get("typ")
    if not isinstance(typ, str) or typ.lower() not in _TYPES:
        _refuse("typ: must be at+jwt; an ID token is no access token")
    return _text(head, "kid")


def grant_of(
    claims: Mapping[str, object], *, issuer: Issuer, own: bool, now_unix_s: float
) -> Grant:
    """What the claims of a token come to."""
    if claims.get("iss") != issuer.url:
        _refuse("iss: names another issuer than the one whose key fits")
    audience = claims.get("aud")
    if audience != issuer.audience and not (
        isinstance(audience, list) and issuer.audience in audience
    ):
        _refuse(f"aud: it is not for {issuer.audience}")
    expires = _times(claims, now_unix_s, longest_s=OWN_LIFE_S if own else MAX_LIFE_S)
    subject, client = _text(claims, "sub"), _text(claims, "client_id")
    _text(claims, "jti")
    grant = Grant(
        issuer=None if own else issuer.url,
        subject=client if own else subject,
        expires_unix_s=expires,
        scopes=_scopes(claims),
        robots=_robots(claims),
    )
    return grant if own else _with_role(grant, claims, issuer)


def _times(claims: Mapping[str, object], now: float, *, longest_s: float) -> float:
    expires, issued = _number(claims, "exp"), _number(claims, "iat")
    if now >= expires + LEEWAY_S:
        raise Unauthenticated("the token is refused: exp: it has expired", code="token_expired")
    if issued > now + LEEWAY_S:
        _refuse("iat: it was issued in the future; are the clocks right?")
    if "nbf" in claims and _number(claims, "nbf") > now + LEEWAY_S:
        _refuse("nbf: it is not valid yet")
    if not 0.0 < expires - issued <= longest_s:
        _refuse(f"exp: a token may live {longest_s:g} s, and not less than nothing")
    return expires


def _with_role(grant: Grant, claims: Mapping[str, object], issuer: Issuer) -> Grant:
    said = claims.get(issuer.role_claim)
    role = issuer.roles.get(said) if isinstance(said, str) else None
    if role is None:
        _refuse(f"{issuer.role_claim}: the policy gives no role for what it says")
    tenant = issuer.tenant
    if issuer.tenant_claim is not None:
        tenant = _text(claims, issuer.tenant_claim)
    return Grant(
        grant.issuer,
        grant.subject,
        grant.expires_unix_s,
        role,
        tenant,
        grant.scopes,
        grant.robots,
    )


def _scopes(claims: Mapping[str, object]) -> frozenset[Scope] | None:
    if "scope" not in claims:
        return None
    said = claims["scope"]
    if not isinstance(said, str):
        _refuse("scope: must be a text of names with spaces between them")
    known = {scope.value: scope for scope in Scope}
    return frozenset(known[name] for name in said.split() if name in known)


def _robots(claims: Mapping[str, object]) -> Patterns | None:
    if "robots" not in claims:
        return None
    said = claims["robots"]
    if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
        _refuse("robots: must be a list of names and patterns")
    try:
        return Patterns.of(said)
    except ValueError as error:
        _refuse(f"robots: {error}")


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_TEXT or not value.isprintable():
        _refuse(f"{name}: must be there, a text of at most {_MAX_TEXT} characters")
    return value


def _number(fields: Mapping[str, object], name: str) -> float:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > 1e12:
        _refuse(f"{name}: must be there, a time in Unix seconds")
    return float(value)


def _refuse(why: str) -> NoReturn:
    raise Unauthenticated(f"the token is refused: {why}", code="bad_token")
