"""Tasks over REST: submit, list, look at, cancel.

Served under /api/v1 and, as the seed paths, at the root.
"""

from __future__ import annotations

import base64
import json
import math
import time
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from lanyard_core.access.principal import Principal
from lanyard_core.access.scopes import Scope
from lanyard_core.faults import FieldError, NotFound, ValidationFailed
from lanyard_core.task.listing import Cursor, TaskFilter
from lanyard_core.task.model import TaskStatus
from lanyard_gateway.dispatch.intake import TaskRequest
from lanyard_gateway.dispatch.views import TaskView
from lanyard_gateway.web.auth import authorize, require
from lanyard_gateway.web.context import AppContext, context_of
from lanyard_gateway.web.models import CanceledTask, QueuedTask, SubmitTask, TaskList, TaskObject
from lanyard_gateway.web.routing import ApiRoute
from lanyard_gateway.web.task_objects import queued_task, task_object

router = APIRouter(tags=["tasks"], route_class=ApiRoute)

PAGE_SIZE = 50
LARGEST_PAGE = 500
_LARGEST_SEQ = 2**63 - 1

TaskId = Annotated[str, Path(max_length=64)]


@router.post(
    "/tasks",
    status_code=201,
    response_model=QueuedTask,
    responses={200: {"model": QueuedTask, "description": "The answer given before, for this key."}},
)
async def submit_task(
    body: SubmitTask,
    request: Request,
    response: Response,
    principal: Annotated[Principal, Depends(require(Scope.TASKS_WRITE))],
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
) -> QueuedTask:
    """Queue a task.

    A robot that is offline, busy or halted is no error: the task waits and says why. A repeat with
    the same Idempotency-Key answers 200 with the first answer for 24 hours.
    """
    authorize(request, principal, Scope.TASKS_WRITE, body.robot_id)
    submission = await context_of(request).tasks.submit(
        TaskRequest(
            task_type=body.task_type,
            robot_id=body.robot_id,
            parameters=body.parameters,
            priority=body.priority,
            timeout_s=body.timeout_s,
            caller=principal.key_id,
            idempotency_key=idempotency_key,
        )
    )
    response.headers["Location"] = f"/api/v1/tasks/{submission.task_id}"
    if submission.replayed:
        response.status_code = 200
        response.headers["Idempotency-Replayed"] = "true"
    return queued_task(submission)


@router.get("/tasks", response_model=TaskList)
async def list_tasks(
    request: Request,
    principal: Annotated[Principal, Depends(require(Scope.TASKS_READ))],
    status: TaskStatus | None = None,
    robot_id: Annotated[str | None, Query(max_length=64)] = None,
    task_type: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE_SIZE,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> TaskList:
    """Tasks of the caller's robots, newest first, one page at a time."""
    context = context_of(request)
    mine = None
    if not principal.may_use_all:
        mine = frozenset(filter(principal.may_use, context.robots))
    wanted = TaskFilter(
        statuses=frozenset({status}) if status is not None else None,
        robot_id=robot_id,
        robot_ids=mine,
        task_type=task_type,
        after=_cursor_of(cursor),
    )
    page = await context.tasks.page(wanted, limit=limit)
    now = time.time()
    return TaskList(
        items=[task_object(view, context.robots, now_unix_s=now) for view in page.items],
        next_cursor=_cursor_text(page.next),
    )


@router.get("/tasks/{task_id}", response_model=TaskObject)
async def get_task(
    request: Request,
    task_id: TaskId,
    principal: Annotated[Principal, Depends(require(Scope.TASKS_READ))],
) -> TaskObject:
    """One task: its state, its figures, and why it failed if it did."""
    context = context_of(request)
    view = await _own_task(context, principal, task_id)
    return task_object(view, context.robots, now_unix_s=time.time())


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
    reason: Annotated[str, Query(max_length=200)] = "",
) -> CanceledTask:
    """Cancel a task that waits or runs.

    200: it is cancelled (also when it was before). 202: the robot is asked and has not stopped yet.
    409: it is in a phase that must not be interrupted, or has ended already.
    """
    context = context_of(request)
    await _own_task(context, principal, task_id)
    detail = f"asked by key {principal.key_id}" + (f": {reason}" if reason else "")
    view = await context.tasks.cancel(task_id, detail=detail, wait_s=context.settings.cancel_wait_s)
    if view.task.status is not TaskStatus.CANCELED:
        response.status_code = 202
    return CanceledTask(task_id=task_id, status=view.task.status)


async def _own_task(context: AppContext, principal: Principal, task_id: str) -> TaskView:
    """The task; one of a robot that the caller may not use is as good as none."""
    view = await context.tasks.get(task_id)
    if not principal.may_use(view.task.order.robot_id):
        raise NotFound(f"there is no task {task_id!r}")
    return view


def _cursor_text(cursor: Cursor | None) -> str | None:
    if cursor is None:
        return None
    text = json.dumps([cursor.rank, cursor.seq], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _cursor_of(text: str | None) -> Cursor | None:
    if text is None:
        return None
    try:
        rank, seq = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        cursor = Cursor(float(rank), int(seq))
    except (ValueError, TypeError):
        cursor = Cursor(0.0, 0)
    if not 0 < cursor.seq <= _LARGEST_SEQ or not math.isfinite(cursor.rank):
        error = FieldError("cursor", "invalid", "must be a next_cursor that a list gave")
        raise ValidationFailed("the cursor is not one of ours", errors=[error])
    return cursor
