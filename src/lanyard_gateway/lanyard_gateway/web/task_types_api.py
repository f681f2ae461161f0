"""The task types over REST: what robots can be asked to do."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from lanyard_core.access.scopes import Scope
from lanyard_core.faults import NotFound
from lanyard_gateway.web.auth import require
from lanyard_gateway.web.context import context_of
from lanyard_gateway.web.models import TaskTypeList, TaskTypeObject
from lanyard_gateway.web.routing import ApiRoute

router = APIRouter(
    tags=["tasks"], route_class=ApiRoute, dependencies=[Depends(require(Scope.TASKS_READ))]
)


@router.get("/task-types", response_model=TaskTypeList)
async def list_task_types(request: Request) -> TaskTypeList:
    """Every task type, with the JSON Schema of its parameters and its phases."""
    task_types = context_of(request).tasks.task_types.values()
    return TaskTypeList(
        items=[TaskTypeObject.model_validate(each.document()) for each in task_types]
    )


@router.get("/task-types/{task_type}", response_model=TaskTypeObject)
async def get_task_type(
    request: Request, task_type: Annotated[str, Path(max_length=64)]
) -> TaskTypeObject:
    """One task type."""
    task_types = context_of(request).tasks.task_types
    if task_type not in task_types:
        known = ", ".join(sorted(task_types))
        raise NotFound(f"there is no task type {task_type!r}; known types: {known}")
    return TaskTypeObject.model_validate(task_types[task_type].document())
