"""``GET /events``: what the events socket tells, as server-sent events or as pages of JSON.

A stream goes on behind ``Last-Event-ID``, which browsers send by themselves when they connect
again. Pages are for programs that look from time to time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import format_sse_event
from pydantic import BaseModel, Field

from lanyard_core.access.principal import Principal
from lanyard_core.access.scopes import Scope
from lanyard_core.events.news import Event
from lanyard_core.events.telling import Gap, Telling
from lanyard_core.events.wishes import EventFilter, read_types, visible
from lanyard_core.stream.channel import Encoding
from lanyard_core.wire.schema import ULID_PATTERN
from lanyard_gateway.events.hub import EventHub
from lanyard_gateway.web.auth import require
from lanyard_gateway.web.context import context_of
from lanyard_gateway.web.event_bodies import EventBodies, bodies_of
from lanyard_gateway.web.event_stream import (
    MEDIA_TYPE,
    EventStream,
    EventStreamResponse,
    accepts_event_stream,
)
from lanyard_gateway.web.plain import rfc3339
from lanyard_gateway.web.routing import ApiRoute

router = APIRouter(tags=["events"], route_class=ApiRoute)

PAGE_SIZE = 50
LARGEST_PAGE = 500
MOST_BATCHES = 50
"""Batches that are looked at for one page: who filters much gets fewer, and asks again."""

Names = Annotated[str | None, Query(max_length=512)]


class EventObject(BaseModel):
    """Something that happened."""

    id: str = Field(description="Rises with each event.")
    at: str
    type: str
    robot_id: str | None
    task_id: str | None
    data: dict[str, object]


class EventPage(BaseModel):
    """Events, oldest first."""

    items: list[EventObject]
    complete: bool = Field(
        description="False when events right before these may be missing: they are kept for ten"
        " minutes, and not over a restart."
    )
    last_event_id: str | None = Field(description="Ask for what comes after this.")


@router.get(
    "/events",
    response_model=EventPage,
    responses={200: {"content": {MEDIA_TYPE: {}}, "description": "Events, as a page or a stream."}},
)
async def list_events(
    request: Request,
    principal: Annotated[Principal, Depends(require(Scope.ROBOTS_READ))],
    types: Names = None,
    robots: Names = None,
    tasks: Names = None,
    after: Annotated[str | None, Query(pattern=ULID_PATTERN)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE_SIZE,
    last_event_id: Annotated[str | None, Header(pattern=ULID_PATTERN)] = None,
) -> EventPage | EventStreamResponse:
    """What happened to robots, tasks and the gateway.

    With `Accept: text/event-stream` it goes on behind `after` or `Last-Event-ID` and never ends.
    Lists of names are separated by commas; a type may be a family, such as `task.*`.
    """
    hub = context_of(request).events
    is_stream = accepts_event_stream(request)
    telling = Telling(
        cursor=hub.end if is_stream else 0, may_see=lambda news: visible(principal, news)
    )
    kinds = _names(types)
    telling.wanted = EventFilter(
        None if kinds is None else read_types(kinds), _names(robots), _names(tasks)
    )
    came_last = last_event_id or after
    is_complete = True
    if came_last is not None:
        cursor, is_complete = hub.cursor_after(came_last)
        telling.resume(cursor, is_complete=is_complete)
    if is_stream:
        return _EventsStream(request, hub, telling).response()
    return _page(hub, telling, limit=limit, complete=is_complete, came_last=came_last)


def _page(
    hub: EventHub, telling: Telling, *, limit: int, complete: bool, came_last: str | None
) -> EventPage:
    found: list[Event] = []
    last_id = came_last
    for _ in range(MOST_BATCHES):
        if len(found) >= limit or not telling.is_behind(hub.end):
            break
        found += [item for item in telling.next(hub.read) if isinstance(item, Event)]
        last_id = telling.last_id or last_id
    if len(found) > limit:
        last_id = found[limit - 1].id
    items = [_object(event) for event in found[:limit]]
    return EventPage(items=items, complete=complete, last_event_id=last_id)


def _object(event: Event) -> EventObject:
    return EventObject(
        id=event.id,
        at=rfc3339(event.at_us / 1e6),
        type=event.news.type.value,
        robot_id=event.news.robot_id,
        task_id=event.news.task_id,
        data=dict(event.news.data),
    )


def _names(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(name.strip() for name in text.split(","))


class _EventsStream:
    """One client, with its place in the events."""

    def __init__(self, request: Request, hub: EventHub, telling: Telling) -> None:
        self._hub = hub
        self._telling = telling
        self._bodies: EventBodies = bodies_of(request)
        self._stream = EventStream(request, self._take, finish=self._finish)
        self._stop_listening = hub.listen(self._stream.wake)

    def response(self) -> EventStreamResponse:
        return self._stream.response()

    def _take(self) -> bytes | None:
        if not self._telling.is_behind(self._hub.end):
            return None
        told = b"".join(self._written())
        self._stream.wake()  # there may be more; others have their turn first
        return told or None

    def _written(self) -> Iterator[bytes]:
        for item in self._telling.next(self._hub.read):
            if isinstance(item, Gap):
                lost = "null" if item.lost is None else str(item.lost)
                yield format_sse_event(event="gap", data_str=f'{{"lost":{lost}}}')
            else:
                text = str(self._bodies.body(item, Encoding.JSON))
                yield format_sse_event(event=item.news.type.value, id=item.id, data_str=text)

    def _finish(self) -> None:
        self._stop_listening()
