"""Robots over REST: what they are and how they are.

The status is also served at the root (seed path).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from lanyard_core.access.principal import Principal
from lanyard_core.access.scopes import Scope
from lanyard_gateway.web.auth import require
from lanyard_gateway.web.context import context_of
from lanyard_gateway.web.robot_models import RobotList, RobotObject, RobotStatusObject
from lanyard_gateway.web.robot_objects import robot_object, status_object
from lanyard_gateway.web.routing import ApiRoute, DirectRoute

_READ = [Depends(require(Scope.ROBOTS_READ))]
router = APIRouter(tags=["robots"], route_class=ApiRoute)
RobotId = Annotated[str, Path(max_length=64)]


async def _robot_in_path(robot_id: RobotId) -> None:
    """For the document: a direct route takes it from the path itself."""


@router.get("/robots", response_model=RobotList)
async def list_robots(
    request: Request, principal: Annotated[Principal, Depends(require(Scope.ROBOTS_READ))]
) -> RobotList:
    """Every robot of this gateway that the caller may use."""
    context = context_of(request)
    mine = [port for port in context.robots.values() if principal.may_use(port.robot_id)]
    return RobotList(items=[robot_object(context, port) for port in mine])


@router.get("/robots/{robot_id}", response_model=RobotObject, dependencies=_READ)
async def get_robot(request: Request, robot_id: RobotId) -> RobotObject:
    """One robot."""
    context = context_of(request)
    return robot_object(context, context.robot(robot_id))


async def get_robot_status(request: Request) -> RobotStatusObject:
    """Joint temperatures, battery, errors, current task, pose and safety state of a robot."""
    context = context_of(request)
    return status_object(context, context.robot(request.path_params["robot_id"]))


def add_status_route(router: APIRouter, *, prefix: str = "", in_schema: bool = True) -> None:
    """Put the status right into ``router``: a router within one is looked through twice."""
    router.add_api_route(
        f"{prefix}/robots/{{robot_id}}/status",
        get_robot_status,
        response_model=RobotStatusObject,
        tags=["robots"],
        dependencies=[*_READ, Depends(_robot_in_path)],
        include_in_schema=in_schema,
        route_class_override=DirectRoute,
    )
