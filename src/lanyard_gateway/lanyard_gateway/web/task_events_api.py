"""What happened to a task, over REST: as a page, or as a stream that goes on until the task ends.

The stream is server-sent events. Each event of the history carries its number as id, so that a
client that comes back with Last-Event-ID goes on where it was. Progress is sent besides, without an
id: it is not part of the history.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.sse import format_sse_event
from starlette.responses import StreamingResponse

from lanyard_core.faults import BadInput, FieldError, ValidationFailed
from lanyard_core.task.model import TaskRecord
from lanyard_gateway.dispatch.views import TaskView
from lanyard_gateway.web.context import AppContext, context_of
from lanyard_gateway.web.own_tasks import own_task
from lanyard_gateway.web.plain import milliseconds, number, rfc3339
from lanyard_gateway.web.routing import ApiRoute
from lanyard_gateway.web.task_listing import LARGEST_PAGE, PAGE_SIZE, CursorText, Limit
from lanyard_gateway.web.task_models import StatusWord, TaskEvent, TaskEventList
from lanyard_gateway.web.tasks_api import Reader, TaskId

router = APIRouter(tags=["tasks"], route_class=ApiRoute)

EVENT_STREAM = "text/event-stream"
PROGRESS_PERIOD_S = 1.0
QUIET_S = 15.0
"""A stream that has nothing to tell says so this often, or proxies would end it."""
_KEEP_ALIVE = b": still here\n\n"


@router.get(
    "/tasks/{task_id}/events",
    response_model=TaskEventList,
    responses={
        200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}},
        204: {"description": "A stream was asked for, but nothing will follow: do not reconnect."},
    },
)
async def task_events(
    request: Request,
    task_id: TaskId,
    principal: Reader,
    limit: Limit = PAGE_SIZE,
    cursor: CursorText = None,
    last_event_id: Annotated[
        str | None, Header(description="The id of the last event that you have; for streams.")
    ] = None,
    accept: Annotated[str | None, Header(description="text/event-stream for a stream.")] = None,
) -> TaskEventList | Response:
    """What happened to a task, oldest first; a stream with `Accept: text/event-stream`."""
    context = context_of(request)
    view = await own_task(context, principal, task_id)
    if EVENT_STREAM in (accept or ""):
        after = _number_of(last_event_id)
        if view.task.status.ended and after >= view.task.version:
            return Response(status_code=204)
        return StreamingResponse(
            _stream(context, task_id, after),
            media_type=EVENT_STREAM,
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
    after = _number_of_cursor(cursor)
    records = await context.tasks.history(task_id, after=after, limit=limit + 1)
    shown = records[:limit]
    more = len(records) > limit
    return TaskEventList(
        items=[_event(record) for record in shown],
        next_cursor=str(shown[-1].number) if more else None,
    )


async def _stream(context: AppContext, task_id: str, after: int) -> AsyncIterator[bytes]:
    quiet_s, told_count = 0.0, -1
    with context.tasks.watch(task_id) as watch:
        while True:
            for record in await context.tasks.history(task_id, after=after, limit=LARGEST_PAGE):
                after, quiet_s = record.number, 0.0
                yield _as_sse(record)
            view = await context.tasks.get(task_id)
            if view.task.status.ended and view.task.version <= after:
                return
            if view.task.status.on_robot and view.feedback_count != told_count:
                told_count, quiet_s = view.feedback_count, 0.0
                yield _progress(view)
            if quiet_s >= QUIET_S:
                quiet_s = 0.0
                yield _KEEP_ALIVE
            if not await watch.next(timeout_s=PROGRESS_PERIOD_S):
                quiet_s += PROGRESS_PERIOD_S


def _event(record: TaskRecord) -> TaskEvent:
    return TaskEvent(
        number=record.number,
        at=rfc3339(record.at_unix_s),
        event=record.event,
        status=StatusWord.of(record.status),
        detail=record.detail,
    )


def _as_sse(record: TaskRecord) -> bytes:
    return format_sse_event(
        event=record.event, id=str(record.number), data_str=_event(record).model_dump_json()
    )


def _progress(view: TaskView) -> bytes:
    data = {
        "phase": view.phase or None,
        "progress": number(view.progress),
        "cancellable": view.cancellable,
        "distance_m": number(view.distance_m),
        "remaining_ms": milliseconds(view.remaining_s),
        "feedback_count": view.feedback_count,
    }
    return format_sse_event(event="progress", data_str=json.dumps(data, separators=(",", ":")))


def _number_of(last_event_id: str | None) -> int:
    if last_event_id is None or last_event_id == "":
        return 0
    if not last_event_id.isascii() or not last_event_id.isdigit() or len(last_event_id) > 9:
        raise BadInput("Last-Event-ID must be the id of an event of this task", code="bad_header")
    return int(last_event_id)


def _number_of_cursor(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 9:
        error = FieldError("cursor", "invalid", "must be a next_cursor that this list gave")
        raise ValidationFailed("the cursor is not one of this list", errors=[error])
    return int(cursor)
