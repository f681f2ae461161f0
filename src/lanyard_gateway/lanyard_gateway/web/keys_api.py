"""API keys over REST, for admins: make, list, rotate, revoke.

Nobody can make a key that may do more than they may themselves. Whoever belongs to a tenant sees
and makes keys of that tenant only, and whoever may not use all its robots makes none.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from lanyard_core.access.keys import MAX_LIFE_DAYS, KeyRecord, NewKey
from lanyard_core.access.patterns import Patterns
from lanyard_core.access.principal import Principal
from lanyard_core.access.scopes import Scope
from lanyard_core.faults import (
    BadConfiguration,
    FieldError,
    Forbidden,
    NotFound,
    Unavailable,
    ValidationFailed,
)
from lanyard_gateway.doors import key_desk
from lanyard_gateway.doors.key_desk import Wish
from lanyard_gateway.web.auth import require
from lanyard_gateway.web.context import AppContext, context_of
from lanyard_gateway.web.plain import rfc3339
from lanyard_gateway.web.routing import ApiRoute

router = APIRouter(tags=["keys"], route_class=ApiRoute)

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
KeyId = Annotated[str, Path(pattern="^[a-z2-7]{10}$")]
Admin = Annotated[Principal, Depends(require(Scope.KEYS_ADMIN))]
Days = Annotated[float, Field(gt=0, le=MAX_LIFE_DAYS)]


class KeyWish(BaseModel):
    """The key that is wanted. Keys of one ``name`` belong to one client, which has two at most."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(min_length=1, max_length=64)]
    role: Annotated[str, Field(max_length=32)]
    days: Days = MAX_LIFE_DAYS
    robots: Annotated[list[str], Field(max_length=64)] = ["**"]
    tenant: Annotated[str, Field(max_length=64)] | None = None


class RotateWish(BaseModel):
    """How long the old key lives on, and how long the new one will."""

    model_config = ConfigDict(extra="forbid", strict=True)

    grace_s: Annotated[float, Field(ge=0, le=30 * 86_400)] = 86_400.0
    days: Days = MAX_LIFE_DAYS


class KeyObject(BaseModel):
    """What is known of a key; its secret is not among it."""

    key_id: str
    name: str
    role: str
    robots: list[str]
    tenant: str | None
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    live: bool


class NewKeyObject(KeyObject):
    """A key just made. ``key`` is its whole text, shown this once."""

    key: str


class KeyList(BaseModel):
    """The keys that the caller may look after, oldest first."""

    items: list[KeyObject]


class RevokedKey(BaseModel):
    """A key that is gone."""

    key_id: str
    revoked: bool = True


@router.post("/keys", status_code=201, response_model=NewKeyObject)
async def create_key(body: KeyWish, request: Request, principal: Admin) -> NewKeyObject:
    """Make a key. Its text is in the answer, once, and is kept nowhere."""
    context = context_of(request)
    tenant = principal.tenant or body.tenant
    _check_may_give(context, principal, body.role)
    wish = Wish(body.role, body.name, body.days, _patterns(body.robots), tenant)
    path, now = _key_file(context), time.time()
    made = await _in_thread(lambda: key_desk.create(path, wish, now_unix_s=now))
    return _new(context, made)


@router.get("/keys", response_model=KeyList)
async def list_keys(request: Request, principal: Admin) -> KeyList:
    """Every key, without its secret."""
    context = context_of(request)
    mine = [r for r in context.keyring.records() if _is_of(principal, r)]
    return KeyList(items=[_object(context, record) for record in mine])


@router.post("/keys/{key_id}/rotate", status_code=201, response_model=NewKeyObject)
async def rotate_key(
    body: RotateWish, request: Request, key_id: KeyId, principal: Admin
) -> NewKeyObject:
    """Make a key like another one, which ends after ``grace_s``."""
    context = context_of(request)

    def allowed(old: KeyRecord) -> None:
        _check_is_of(principal, old)
        _check_may_give(context, principal, old.role)

    path, now = _key_file(context), time.time()
    made = await _in_thread(
        lambda: key_desk.rotate(
            path, key_id, grace_s=body.grace_s, days=body.days, now_unix_s=now, allowed=allowed
        )
    )
    return _new(context, made)


@router.delete("/keys/{key_id}", response_model=RevokedKey)
async def revoke_key(request: Request, key_id: KeyId, principal: Admin) -> RevokedKey:
    """Make a key useless. Its sockets are closed within a second; robots that it drives stop."""
    path = _key_file(context_of(request))

    def allowed(old: KeyRecord) -> None:
        _check_is_of(principal, old)

    await _in_thread(lambda: key_desk.revoke(path, key_id, allowed=allowed))
    return RevokedKey(key_id=key_id)


def _check_may_give(context: AppContext, principal: Principal, role: str) -> None:
    rules = context.keyring.policy.roles.get(role)
    if rules is None:
        known = ", ".join(sorted(context.keyring.policy.roles))
        error = FieldError("role", "unknown", f"must be one of {known}")
        raise ValidationFailed(f"there is no role {role!r}", errors=[error])
    more = ", ".join(sorted(scope.value for scope in rules.scopes - principal.scopes))
    if more:
        raise Forbidden(f"a key of role {role} may do more than {principal.name} may: {more}")
    if not all("**" in each.texts() for each in principal.robots):
        raise Forbidden(f"{principal.name} is for some robots only, and so makes no keys")


def _is_of(principal: Principal, record: KeyRecord) -> bool:
    return principal.tenant is None or principal.tenant == record.tenant


def _check_is_of(principal: Principal, record: KeyRecord) -> None:
    if not _is_of(principal, record):
        raise NotFound(f"there is no key {record.key_id!r}; GET /api/v1/keys lists them")


def _patterns(texts: list[str]) -> Patterns:
    try:
        return Patterns.of(texts)
    except ValueError as error:
        raise ValidationFailed(
            "wrong: robots", errors=[FieldError("robots", "invalid", str(error))]
        ) from None


def _key_file(context: AppContext) -> FilePath:
    path = context.settings.key_file
    if path is None:
        raise NotFound("this gateway has no key file", code="no_key_file")
    return path


async def _in_thread(work: Callable[[], _T]) -> _T:
    try:
        return await asyncio.to_thread(work)
    except (OSError, BadConfiguration) as error:
        _log.error("the key file cannot be changed: %s", error)
        detail = "the key file cannot be changed; the log of the gateway says why"
        raise Unavailable(detail, code="key_file_unavailable") from error


def _object(context: AppContext, record: KeyRecord) -> KeyObject:
    used = context.last_use.known().get(record.key_id)
    return KeyObject(
        key_id=record.key_id,
        name=record.name,
        role=record.role,
        robots=record.robots.texts(),
        tenant=record.tenant,
        created_at=rfc3339(record.created_unix_s),
        expires_at=None if record.expires_unix_s is None else rfc3339(record.expires_unix_s),
        last_used_at=None if used is None else rfc3339(used),
        live=record.is_live(now_unix_s=time.time()),
    )


def _new(context: AppContext, made: NewKey) -> NewKeyObject:
    return NewKeyObject(**_object(context, made.record).model_dump(), key=made.text)
