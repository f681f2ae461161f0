"""The task types over REST: what robots can be asked to do."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from lanyard_core.access.scopes import Scope
from lanyard_core.faults import NotFound
from lanyard_core.task.catalogue import TaskType
from lanyard_gateway.web.auth import require
from lanyard_gateway.web.context import AppContext, context_of
from lanyard_gateway.web.routing import ApiRoute
from lanyard_gateway.web.task_models import TaskTypeList, TaskTypeObject

router = APIRouter(
    tags=["tasks"], route_class=ApiRoute, dependencies=[Depends(require(Scope.TASKS_READ))]
)


_ACTION_TYPE = "lanyard_msgs/action/ExecuteTask"


@router.get("/task-types", response_model=TaskTypeList)
async def list_task_types(request: Request) -> TaskTypeList:
    """Every task type, with the JSON Schema of its parameters and its phases."""
    context = context_of(request)
    task_types = context.tasks.task_types.values()
    return TaskTypeList(items=[_object(context, each) for each in task_types])


@router.get("/task-types/{task_type}", response_model=TaskTypeObject)
async def get_task_type(
    request: Request, task_type: Annotated[str, Path(max_length=64)]
) -> TaskTypeObject:
    """One task type."""
    context = context_of(request)
    found = context.tasks.task_types.get(task_type)
    if found is None:
        known = ", ".join(sorted(context.tasks.task_types))
        raise NotFound(f"there is no task type {task_type!r}; known types: {known}")
    return _object(context, found)


def _object(context: AppContext, task_type: TaskType) -> TaskTypeObject:
    robots = (
        robot_id
        for robot_id in context.robots
        if context.tasks.traits_of(robot_id).can(task_type.name)
    )
    document = task_type.document()
    document |= {"ros_action_type": _ACTION_TYPE, "robots": sorted(robots)}
    return TaskTypeObject.model_validate(document)
