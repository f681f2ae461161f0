"""What may be done over REST to a task that is there: cancel, change, pause, resume, retry."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from lanyard_core.access.principal import Principal
from lanyard_core.access.scopes import Scope
from lanyard_core.task.model import Task, TaskStatus
from lanyard_gateway.dispatch.pausing import is_wish
from lanyard_gateway.web.auth import require
from lanyard_gateway.web.context import context_of
from lanyard_gateway.web.own_tasks import own_task
from lanyard_gateway.web.preferences import etag_of, version_to_match
from lanyard_gateway.web.routing import ApiRoute
from lanyard_gateway.web.task_models import CanceledTask, StatusWord, TaskObject
from lanyard_gateway.web.task_objects import task_object
from lanyard_gateway.web.task_requests import EditTask
from lanyard_gateway.web.tasks_api import TaskId, Writer

router = APIRouter(tags=["tasks"], route_class=ApiRoute)

_ASKED: dict[int | str, dict[str, Any]] = {
    202: {"model": TaskObject, "description": "Its robot is asked; its `status` will tell."}
}


@router.delete(
    "/tasks/{task_id}",
    response_model=CanceledTask,
    responses={202: {"model": CanceledTask, "description": "The robot has not stopped yet."}},
)
async def cancel_task(
    request: Request,
    response: Response,
    task_id: TaskId,
    principal: Annotated[Principal, Depends(require(Scope.TASKS_CANCEL))],
    reason: Annotated[str, Query(max_length=200, description="For the task's history.")] = "",
) -> CanceledTask:
    """Cancel a task that waits or runs.

    200: it is cancelled (also when it was before). 202: the robot is asked and has not stopped yet.
    409: it is in a phase that must not be interrupted, or has ended already.
    """
    context = context_of(request)
    await own_task(context, principal, task_id)
    detail = _asked_by(principal) + (f": {reason}" if reason else "")
    task = await context.tasks.commands.cancel(
        task_id, detail=detail, wait_s=context.settings.cancel_wait_s
    )
    if task.status is not TaskStatus.CANCELED:
        response.status_code = 202
    return CanceledTask(task_id=task_id, status=StatusWord.of(task.status))


@router.patch("/tasks/{task_id}", response_model=TaskObject)
async def edit_task(
    body: EditTask,
    request: Request,
    response: Response,
    task_id: TaskId,
    principal: Writer,
    if_match: Annotated[str | None, Header(description="The ETag of the task.")] = None,
) -> TaskObject:
    """Change the priority, the times or the labels of a task that waits.

    409: it does not wait any more. 412: it has changed since that ETag. 428: If-Match is missing.
    """
    context = context_of(request)
    version = version_to_match(if_match)
    await own_task(context, principal, task_id)
    task = await context.tasks.commands.edit(
        task_id, version=version, changes=body.changes(), detail=_asked_by(principal)
    )
    return _shown(request, response, task)


@router.post("/tasks/{task_id}/pause", response_model=TaskObject, responses=_ASKED)
async def pause_task(
    request: Request, response: Response, task_id: TaskId, principal: Writer
) -> TaskObject:
    """Pause a task that waits or runs.

    200: it is paused (also when it was before). 202: its robot is asked; it is `paused` when the
    robot is at rest. 409: its type, or the phase that it is in, cannot be paused, or it has ended.
    """
    context = context_of(request)
    await own_task(context, principal, task_id)
    task = await context.tasks.pauses.pause(task_id, detail=_asked_by(principal))
    return _shown(request, response, task)


@router.post("/tasks/{task_id}/resume", response_model=TaskObject, responses=_ASKED)
async def resume_task(
    request: Request, response: Response, task_id: TaskId, principal: Writer
) -> TaskObject:
    """Let a task go on from where it was paused; one that waited, in its old place in the queue.

    200: it waits or runs (also when it did before). 202: its robot is asked; it is `running` when
    the robot is. 409: it has ended, or is being cancelled.
    """
    context = context_of(request)
    await own_task(context, principal, task_id)
    task = await context.tasks.pauses.resume(task_id, detail=_asked_by(principal))
    return _shown(request, response, task)


@router.post("/tasks/{task_id}/retry", response_model=TaskObject)
async def retry_task(
    request: Request, response: Response, task_id: TaskId, principal: Writer
) -> TaskObject:
    """Do a task again that has failed or was cancelled. 409: it has not, or its deadline passed."""
    context = context_of(request)
    await own_task(context, principal, task_id)
    task = await context.tasks.commands.retry(task_id, detail=_asked_by(principal))
    return _shown(request, response, task)


def _asked_by(principal: Principal) -> str:
    return f"asked by {principal.name}"


def _shown(request: Request, response: Response, task: Task) -> TaskObject:
    context = context_of(request)
    if is_wish(task.status):
        response.status_code = 202
    response.headers["ETag"] = etag_of(task)
    view = context.tasks.view(task)
    return task_object(view, context.robots, now_unix_s=time.time())
