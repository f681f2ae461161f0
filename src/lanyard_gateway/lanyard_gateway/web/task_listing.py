"""What a list of tasks can be asked for: the query's parameters, and the filter that they make."""

from __future__ import annotations

import base64
import json
import math
from typing import Annotated

from fastapi import Query

from lanyard_core.faults import FieldError, ValidationFailed
from lanyard_core.task.listing import Cursor, ListOrder, TaskFilter
from lanyard_gateway.web.moments import Moment
from lanyard_gateway.web.task_models import StatusWord

PAGE_SIZE = 50
LARGEST_PAGE = 500
_LARGEST_SEQ = 2**63 - 1

Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Items of a page.")]
CursorText = Annotated[
    str | None, Query(max_length=128, description="The next_cursor of the page before.")
]


async def task_filter(
    status: Annotated[StatusWord | None, Query(description="Where it stands.")] = None,
    robot_id: Annotated[
        str | None, Query(max_length=64, description="The robot that has it, or is to have it.")
    ] = None,
    task_type: Annotated[str | None, Query(max_length=64)] = None,
    external_ref: Annotated[str | None, Query(max_length=128)] = None,
    label: Annotated[
        str | None, Query(max_length=129, description="A label, as name:value.")
    ] = None,
    created_after: Moment | None = None,
    created_before: Moment | None = None,
    finished_after: Moment | None = None,
    finished_before: Moment | None = None,
    order: Annotated[
        ListOrder, Query(description="created: newest first; priority: as they would begin.")
    ] = ListOrder.CREATED,
    cursor: CursorText = None,
) -> TaskFilter:
    """The tasks that are asked for."""
    return TaskFilter(
        statuses=status.statuses() if status is not None else None,
        robot_id=robot_id,
        task_type=task_type,
        external_ref=external_ref,
        label=_label(label),
        created_after=created_after,
        created_before=created_before,
        finished_after=finished_after,
        finished_before=finished_before,
        order=order,
        after=_cursor_of(cursor, order),
    )


def cursor_text(cursor: Cursor | None, order: ListOrder) -> str | None:
    """A cursor as clients get it."""
    if cursor is None:
        return None
    return _packed([order.value, cursor.rank, cursor.seq])


def _label(text: str | None) -> tuple[str, str] | None:
    if text is None:
        return None
    name, colon, value = text.partition(":")
    if not colon:
        error = FieldError("label", "invalid", "must be name:value")
        raise ValidationFailed("label must be name:value", errors=[error])
    return name, value


def _cursor_of(text: str | None, order: ListOrder) -> Cursor | None:
    if text is None:
        return None
    try:
        of_order, rank, seq = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        cursor = Cursor(float(rank), int(seq))
    except (ValueError, TypeError, OverflowError):
        of_order, cursor = "", Cursor(0.0, 0)
    is_ours = 0 < cursor.seq <= _LARGEST_SEQ and math.isfinite(cursor.rank)
    if not is_ours or of_order != order.value:
        error = FieldError("cursor", "invalid", "must be a next_cursor that this list gave")
        raise ValidationFailed("the cursor is not one of this list", errors=[error])
    return cursor


def _packed(value: object) -> str:
    text = json.dumps(value, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
