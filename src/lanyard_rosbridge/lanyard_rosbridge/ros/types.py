"""Message types with their converters, one for each, made when first asked for. Any thread."""

from __future__ import annotations

import functools
from typing import Any

from rclpy.serialization import serialize_message

from lanyard_rosbridge.conversion.cdr_reader import Flavour, Read, compile_reader
from lanyard_rosbridge.conversion.filler import Filler
from lanyard_rosbridge.ros import layouts


class MessageType:
    """One message type; get it from ``message_type`` or ``type_of``."""

    def __init__(self, message_class: Any) -> None:
        self.message_class = message_class
        self.name = layouts.type_name(message_class)
        self.layout = layouts.layout(message_class)
        self._filler = Filler(self.layout, layouts.make)
        self._readers: dict[Flavour, Read] = {}

    def read(self, raw: bytes, flavour: Flavour) -> dict[str, object]:
        """The values in a serialized message. Raises BadInput when it is damaged."""
        reader = self._readers.get(flavour)
        if reader is None:
            reader = self._readers[flavour] = compile_reader(self.layout, flavour)
        return reader(raw)

    def values(self, message: Any, flavour: Flavour = Flavour.JSON) -> dict[str, object]:
        """The values in a message object."""
        return self.read(serialize_message(message), flavour)

    def fill(self, values: object, *, now: Any = None) -> Any:
        """A message with these values; a header without a stamp gets ``now``. Raises BadInput."""
        if isinstance(values, list):
            return self._filler.fill_list(values)
        return self._filler.fill(values, now=now)


@functools.lru_cache(maxsize=1024)
def type_of(message_class: Any) -> MessageType:
    """The type of a class. Raises BadInput when it cannot be converted."""
    return MessageType(message_class)


def message_type(name: str) -> MessageType:
    """The type ``pkg/Type`` or ``pkg/msg/Type``. Raises BadInput when it is not to be had."""
    return type_of(layouts.interface(layouts.full_name(name, "msg")))


def service_class(name: str) -> Any:
    """The class of a service type, ``pkg/Type`` or ``pkg/srv/Type``. Raises BadInput."""
    return layouts.interface(layouts.full_name(name, "srv"))


def action_class(name: str) -> Any:
    """The class of an action type, ``pkg/Type`` or ``pkg/action/Type``. Raises BadInput."""
    return layouts.interface(layouts.full_name(name, "action"))
