"""Events as they go over the wire: encoded once for everybody who reads the same encoding."""

from __future__ import annotations

from collections import OrderedDict

from starlette.requests import HTTPConnection

from lanyard_core.events.answers import event_body
from lanyard_core.events.news import Event
from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.plain import Wire

CAPACITY = 1024
"""Encoded events that are kept for the next reader; the oldest make room."""


class EventBodies:
    """The part of an event's frame that is the same for every client. Event loop's thread."""

    def __init__(self) -> None:
        self._encoded: OrderedDict[tuple[str, Encoding], Wire] = OrderedDict()

    def body(self, event: Event, encoding: Encoding) -> Wire:
        """The encoded event, without the head that is each client's own."""
        key = (event.id, encoding)
        found = self._encoded.get(key)
        if found is None:
            found = self._encoded[key] = CODECS[encoding].encode(event_body(event))
            if len(self._encoded) > CAPACITY:
                self._encoded.popitem(last=False)
        return found


def bodies_of(connection: HTTPConnection) -> EventBodies:
    """Those of the application that is asked; made when first asked for."""
    state = connection.app.state
    found = getattr(state, "event_bodies", None)
    if not isinstance(found, EventBodies):
        found = state.event_bodies = EventBodies()
    return found
