"""What a client of events asks for: go on behind an event, and tell only of some. Read strictly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from lanyard_core.access.principal import Principal
from lanyard_core.access.scopes import Scope
from lanyard_core.events.news import FAMILIES, EventType, News
from lanyard_core.faults import BadInput, MalformedFrame
from lanyard_core.stream.fields import Fields, head
from lanyard_core.stream.frames import Ping
from lanyard_core.stream.plain import Plain

_TYPES = frozenset(kind.value for kind in EventType)
_FAMILY_TYPES = {f"{family}.*": family for family in FAMILIES}


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are wanted; None stands for any. Each type is one, or a family as ``task.*``."""

    types: tuple[str, ...] | None = None
    robots: tuple[str, ...] | None = None
    tasks: tuple[str, ...] | None = None

    def admits(self, news: News) -> bool:
        """Whether this is wanted."""
        return (
            (self.types is None or self._has_type(news.type))
            and (self.robots is None or news.robot_id in self.robots)
            and (self.tasks is None or news.task_id in self.tasks)
        )

    def _has_type(self, kind: EventType) -> bool:
        types = self.types or ()
        return kind.value in types or f"{kind.family}.*" in types


@dataclass(frozen=True, slots=True)
class Resume:
    """Client: tell what came after this event."""

    seq: int
    last_event_id: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Client: tell only of these from now on."""

    seq: int
    wanted: EventFilter


EventRequest: TypeAlias = Resume | Filter | Ping


def read_event_request(value: Plain) -> EventRequest:
    """The frame that a client sent.

    Raises MalformedFrame when it is none, and BadInput (``unknown_type``) when it asks for events
    that there are not.
    """
    fields = Fields(value)
    kind, seq, ts_us = head(fields)
    reader = READERS.get(kind)
    if reader is None:
        raise MalformedFrame(f"t must be one of {', '.join(READERS)} on the events channel")
    request = reader(fields, seq, ts_us)
    fields.end()
    return request


def read_types(types: tuple[str, ...]) -> tuple[str, ...]:
    """The same types; raises BadInput (``unknown_type``) for one that there is not."""
    unknown = [kind for kind in types if kind not in _TYPES and kind not in _FAMILY_TYPES]
    if unknown:
        known = ", ".join([*_FAMILY_TYPES, *sorted(_TYPES)])
        raise BadInput(f"there is no {', '.join(unknown)}; types are {known}", code="unknown_type")
    return types


def visible(principal: Principal, news: News) -> bool:
    """Whether a principal may be told: it needs the scope of the thing, and its robot."""
    scope = Scope.TASKS_READ if news.type.family == "task" else Scope.ROBOTS_READ
    if not principal.may(scope):
        return False
    return news.robot_id is None or principal.may_use(news.robot_id)


def _read_resume(fields: Fields, seq: int, _: int) -> Resume:
    return Resume(seq, fields.ulid("last_event_id"))


def _read_filter(fields: Fields, seq: int, _: int) -> Filter:
    def names(field: str) -> tuple[str, ...] | None:
        return fields.texts(field) if fields.has(field) else None

    types = names("types")
    if types is not None:
        read_types(types)
    return Filter(seq, EventFilter(types, names("robots"), names("tasks")))


def _read_ping(_: Fields, seq: int, ts_us: int) -> Ping:
    return Ping(seq, ts_us)


READERS: dict[str, Callable[[Fields, int, int], EventRequest]] = {
    "resume": _read_resume,
    "filter": _read_filter,
    "ping": _read_ping,
}
"""Reads the own fields of each kind of frame."""
