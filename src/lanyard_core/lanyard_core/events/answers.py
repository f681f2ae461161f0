"""Bodies of the frames of the events channel."""

from __future__ import annotations

from lanyard_core.events.news import Event
from lanyard_core.events.wishes import EventFilter
from lanyard_core.stream.plain import Plain


def event_body(event: Event) -> dict[str, Plain]:
    """What a frame about an event says, the same for every client."""
    news = event.news
    return {
        "ts_us": event.at_us,
        "id": event.id,
        "type": news.type.value,
        "robot_id": news.robot_id,
        "task_id": news.task_id,
        "data": dict(news.data),
    }


def gap_body(lost: int | None, *, now_us: int) -> dict[str, Plain]:
    """Says that events are missing: how many at most, or that nobody knows."""
    return {"ts_us": now_us, "lost": lost}


def resumed_body(*, ack: int, is_complete: bool, now_us: int) -> dict[str, Plain]:
    """Confirms the request ``ack``: whether all that came after its event will be told."""
    return {"ts_us": now_us, "ack": ack, "complete": is_complete}


def filtered_body(wanted: EventFilter, *, ack: int, now_us: int) -> dict[str, Plain]:
    """Confirms the request ``ack``: what is told from now on; null stands for any."""
    return {
        "ts_us": now_us,
        "ack": ack,
        "types": _names(wanted.types),
        "robots": _names(wanted.robots),
        "tasks": _names(wanted.tasks),
    }


def _names(names: tuple[str, ...] | None) -> Plain:
    return None if names is None else list(names)
