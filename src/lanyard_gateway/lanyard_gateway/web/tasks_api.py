"""Tasks over REST: submit, list, look at.

Served under /api/v1 and, as the seed paths, at the root.
"""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request, Response

from lanyard_core.access.principal import Principal
from lanyard_core.access.scopes import Scope
from lanyard_core.faults import FieldError, LanyardFault, Overloaded, Unavailable, ValidationFailed
from lanyard_core.task.listing import TaskFilter
from lanyard_gateway.dispatch.requests import OrderDraft, TaskRequest
from lanyard_gateway.dispatch.views import Submissions, TaskView
from lanyard_gateway.web.auth import require
from lanyard_gateway.web.context import AppContext, context_of
from lanyard_gateway.web.own_tasks import (
    own_task,
    robots_of,
    robots_to_choose_from,
    visible_to,
)
from lanyard_gateway.web.preferences import etag_of, is_known, wait_s
from lanyard_gateway.web.problem_models import WrongField
from lanyard_gateway.web.routing import ApiRoute
from lanyard_gateway.web.task_listing import PAGE_SIZE, Limit, cursor_text, task_filter
from lanyard_gateway.web.task_models import (
    QueuedBatch,
    QueuedTask,
    RefusedTask,
    TaskList,
    TaskObject,
)
from lanyard_gateway.web.task_objects import queued_task, task_object
from lanyard_gateway.web.task_requests import SubmitBatch, SubmitTask

router = APIRouter(tags=["tasks"], route_class=ApiRoute)

TaskId = Annotated[str, Path(max_length=64)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        description="With the same key the same request makes no second task, for 24 hours.",
    ),
]
Writer = Annotated[Principal, Depends(require(Scope.TASKS_WRITE))]
Reader = Annotated[Principal, Depends(require(Scope.TASKS_READ))]


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
    principal: Writer,
    idempotency_key: IdempotencyKey = None,
) -> QueuedTask:
    """Queue a task.

    A robot that is offline, busy or halted is no error: the task waits and says why. A repeat with
    the same Idempotency-Key answers 200 with the first answer for 24 hours.
    """
    draft = body.draft(robots_to_choose_from(request, principal, body.robot_id))
    wanted = TaskRequest([draft], principal.key_id, idempotency_key)
    made = await context_of(request).tasks.submit(wanted)
    _tell_of_replay(response, made)
    response.headers["Location"] = f"/api/v1/tasks/{made.items[0].task_id}"
    return queued_task(made.items[0])


@router.post(
    "/tasks:batch",
    status_code=201,
    response_model=QueuedBatch,
    responses={
        200: {"model": QueuedBatch, "description": "The answer given before, for this key."}
    },
)
async def submit_batch(
    body: SubmitBatch,
    request: Request,
    response: Response,
    principal: Writer,
    idempotency_key: IdempotencyKey = None,
) -> QueuedBatch:
    """Queue up to 100 tasks together.

    With atomic, which is the default, all are taken in or none; without, each that can be.
    """
    drafts: list[OrderDraft] = []
    refused: list[RefusedTask] = []
    context = context_of(request)
    for index, each in enumerate(body.tasks):
        try:
            draft = each.draft(robots_to_choose_from(request, principal, each.robot_id))
            context.tasks.check_draft(draft)
        except LanyardFault as fault:
            if body.atomic:
                raise _in_batch(fault, index) from None
            refused.append(_refused(fault, index))
        else:
            drafts.append(draft)
    if not drafts:
        raise _all_refused(refused)
    made = await context.tasks.submit(TaskRequest(drafts, principal.key_id, idempotency_key))
    _tell_of_replay(response, made)
    return QueuedBatch(items=[queued_task(item) for item in made.items], refused=refused)


@router.get("/tasks", response_model=TaskList)
async def list_tasks(
    request: Request,
    principal: Reader,
    wanted: Annotated[TaskFilter, Depends(task_filter)],
    limit: Limit = PAGE_SIZE,
) -> TaskList:
    """Tasks of the caller's robots, one page at a time."""
    context = context_of(request)
    page = await context.tasks.page(
        wanted,
        limit=limit,
        robot_ids=robots_of(context, principal),
        is_visible=visible_to(context, principal),
    )
    now = time.time()
    return TaskList(
        items=[task_object(view, context.robots, now_unix_s=now) for view in page.items],
        next_cursor=cursor_text(page.next, wanted.order),
    )


@router.get(
    "/tasks/{task_id}",
    response_model=TaskObject,
    responses={304: {"description": "It has not changed (also after waiting)."}},
)
async def get_task(
    request: Request,
    response: Response,
    task_id: TaskId,
    principal: Reader,
    if_none_match: Annotated[
        str | None, Header(description="The ETag that you have: 304 while it is still the one.")
    ] = None,
    prefer: Annotated[
        str | None, Header(description="wait=1 to wait=30: wait so long (s) for a change.")
    ] = None,
) -> TaskObject | Response:
    """One task: its state, its figures, and why it failed if it did."""
    context = context_of(request)
    view = await own_task(context, principal, task_id)
    waits_s = wait_s(prefer)
    if waits_s and is_known(if_none_match, etag_of(view.task)):
        view = await _changed_view(context, principal, task_id, if_none_match, waits_s)
        response.headers["Preference-Applied"] = f"wait={waits_s}"
    etag = etag_of(view.task)
    if is_known(if_none_match, etag):
        return Response(status_code=304, headers={"ETag": etag, **response.headers})
    response.headers["ETag"] = etag
    return task_object(view, context.robots, now_unix_s=time.time())


async def _changed_view(
    context: AppContext,
    principal: Principal,
    task_id: str,
    if_none_match: str | None,
    waits_s: int,
) -> TaskView:
    """The task after its next change, or as it still is after so many seconds."""
    deadline = time.monotonic() + waits_s
    with context.tasks.watch(task_id) as watch:
        while True:
            view = await own_task(context, principal, task_id)
            left_s = deadline - time.monotonic()
            if left_s <= 0.0 or not is_known(if_none_match, etag_of(view.task)):
                return view
            await watch.next(timeout_s=left_s)


def _tell_of_replay(response: Response, made: Submissions) -> None:
    if made.replayed:
        response.status_code = 200
        response.headers["Idempotency-Replayed"] = "true"


def _in_batch(fault: LanyardFault, index: int) -> LanyardFault:
    """The same fault, with the place in the batch of the task that it is about."""
    if isinstance(fault, (Overloaded, Unavailable)):
        return fault
    if isinstance(fault, ValidationFailed):
        errors = [
            FieldError(f"tasks.{index}.{error.field}", error.code, error.message)
            for error in fault.errors
        ]
        return ValidationFailed(f"tasks.{index}: {fault.detail}", errors=errors, code=fault.code)
    extra = {**fault.extra, "index": index}
    return type(fault)(f"tasks.{index}: {fault.detail}", code=fault.code, extra=extra)


def _refused(fault: LanyardFault, index: int) -> RefusedTask:
    errors = fault.errors if isinstance(fault, ValidationFailed) else ()
    return RefusedTask(
        index=index,
        code=fault.code,
        detail=fault.detail,
        errors=[
            WrongField(field=error.field, code=error.code, message=error.message)
            for error in errors
        ],
    )


def _all_refused(refused: list[RefusedTask]) -> ValidationFailed:
    errors = [FieldError(f"tasks.{each.index}", each.code, each.detail) for each in refused]
    return ValidationFailed("no task of the batch can be taken in", errors=errors)
