"""The gateway about itself: is it alive, is it ready, which version, who am I."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from lanyard_core.access.principal import Principal
from lanyard_core.faults import Unavailable
from lanyard_gateway.web.auth import require
from lanyard_gateway.web.context import AppContext, context_of
from lanyard_gateway.web.plain import rfc3339
from lanyard_gateway.web.routing import ApiRoute

open_router = APIRouter(tags=["system"], route_class=ApiRoute)
router = APIRouter(tags=["system"], route_class=ApiRoute)


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Checks(BaseModel):
    """Each part by itself: ``ok``, or what is wrong."""

    ros: str
    db: str
    controller: str
    queue: str
    audit: str


class Readiness(BaseModel):
    """Whether work can be taken in. ``controller`` is told but does not decide: tasks wait."""

    ready: bool
    checks: Checks


class Version(BaseModel):
    """Which software this is."""

    name: Literal["lanyard-gateway"] = "lanyard-gateway"
    version: str
    api: Literal["v1"] = "v1"


class WhoAmI(BaseModel):
    """The credential that made this request, and what it allows now.

    ``robots`` are those of this gateway that it may use.
    """

    key_id: str
    role: str
    tenant: str | None
    scopes: list[str]
    robots: list[str]
    requests_per_s: int
    expires_at: str | None


@open_router.get("/healthz", response_model=Alive)
async def healthz() -> Alive:
    """200 as long as the process serves requests. No credential needed."""
    return Alive()


@open_router.get(
    "/readyz",
    response_model=Readiness,
    responses={503: {"model": Readiness, "description": "Not ready; the checks say why."}},
)
async def readyz(request: Request, response: Response) -> Readiness:
    """200 when tasks can be taken in, else 503. No credential needed."""
    context = context_of(request)
    checks = Checks(
        ros="ok" if context.ros_alive() else "the ROS side does not turn",
        db=await _store_check(context),
        controller=_controller_check(context),
        queue="ok" if context.tasks.has_room() else "full",
        audit="ok" if context.audit.is_healthy else "cannot be written: changes are refused",
    )
    ready = checks.ros == checks.db == checks.queue == checks.audit == "ok"
    response.status_code = 200 if ready else 503
    return Readiness(ready=ready, checks=checks)


@open_router.get("/version", response_model=Version)
async def version(request: Request) -> Version:
    """The version of the gateway. No credential needed."""
    return Version(version=context_of(request).version)


@router.get("/whoami", response_model=WhoAmI)
async def whoami(
    request: Request, principal: Annotated[Principal, Depends(require(None))]
) -> WhoAmI:
    """The caller's key id, role, scopes and robots; any valid credential may ask."""
    expires = principal.expires_unix_s
    return WhoAmI(
        key_id=principal.key_id,
        role=principal.role,
        tenant=principal.tenant,
        scopes=sorted(scope.value for scope in principal.scopes),
        robots=sorted(filter(principal.may_use, context_of(request).robots)),
        requests_per_s=principal.rules.requests_per_s,
        expires_at=None if expires is None else rfc3339(expires),
    )


async def _store_check(context: AppContext) -> str:
    try:
        await asyncio.wait_for(context.tasks.check(), context.settings.ready_timeout_s)
    except Unavailable:
        return "the task store cannot be used"
    except asyncio.TimeoutError:
        return "the task store does not answer"
    return "ok"


def _controller_check(context: AppContext) -> str:
    # No names: whoever may not see a robot may ask this.
    offline = sum(not port.status().online for port in context.robots.values())
    return f"offline: {offline} of {len(context.robots)}" if offline else "ok"
