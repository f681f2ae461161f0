"""Interface types by their names, and what they are made of. Any thread."""

from __future__ import annotations

import functools
import importlib
import re
from typing import Any

from rosidl_parser import definition

from lanyard_core.faults import BadInput
from lanyard_rosbridge.conversion.layout import Field, Kind, Many, Struct, Text, Type

_NAME = re.compile(r"([a-zA-Z][a-zA-Z0-9_]*)/(?:(msg|srv|action)/)?([a-zA-Z][a-zA-Z0-9_]*)")
_KINDS = {kind.ros_name: kind for kind in Kind}


def full_name(name: str, folder: str) -> str:
    """``pkg/Type`` as ``pkg/msg/Type`` (``folder`` msg, srv or action). Raises BadInput."""
    match = _NAME.fullmatch(name)
    if match is None or match[2] not in (None, folder):
        raise BadInput(f"{name!r} is no name of a type; write it as package/{folder}/Name")
    return f"{match[1]}/{folder}/{match[3]}"


@functools.lru_cache(maxsize=1024)
def interface(name: str) -> Any:
    """The class of ``pkg/msg/Type`` and the like. Raises BadInput when it is not installed."""
    package, folder, type_name = name.split("/")
    try:
        module = importlib.import_module(f"{package}.{folder}")
        found = getattr(module, type_name, None)
        return _part(module, type_name) if found is None else found
    except (ImportError, AttributeError):
        raise BadInput(
            f"the type {name} is not installed where the bridge runs: install its package there"
            " and start the bridge with that workspace sourced"
        ) from None


def _part(module: Any, name: str) -> Any:
    """The class of ``Type_Goal`` and the like, which is inside that of the action or service."""
    whole, _, part = name.rpartition("_")
    return getattr(getattr(module, whole), part)


@functools.lru_cache(maxsize=1024)
def layout(message_class: Any) -> Struct:
    """What a message class is made of. Raises BadInput for what cannot be converted."""
    names, slots = message_class.get_fields_and_field_types(), message_class.SLOT_TYPES
    fields = tuple(Field(name, _type(slot)) for name, slot in zip(names, slots))
    return Struct(type_name(message_class), fields)


def type_name(message_class: Any) -> str:
    """``pkg/msg/Type`` of a class; for parts of services and actions ``pkg/srv/Type_Request``."""
    package, folder = message_class.__module__.split(".")[:2]
    return f"{package}/{folder}/{message_class.__name__}"


def make(name: str) -> Any:
    """An empty message of the type ``pkg/msg/Type``."""
    return interface(name)()


def _type(slot: Any) -> Type:
    if isinstance(slot, definition.Array):
        return Many(_item(slot.value_type), length=slot.size)
    if isinstance(slot, definition.BoundedSequence):
        return Many(_item(slot.value_type), bound=slot.maximum_size)
    if isinstance(slot, definition.UnboundedSequence):
        return Many(_item(slot.value_type))
    return _item(slot)


def _item(slot: Any) -> Kind | Text | Struct:
    if isinstance(slot, definition.NamespacedType):
        return layout(interface("/".join([*slot.namespaces, slot.name])))
    if isinstance(slot, (definition.UnboundedString, definition.BoundedString)):
        return Text()
    kind = _KINDS.get(getattr(slot, "typename", ""))
    if kind is None:
        raise BadInput(f"fields of type {getattr(slot, 'typename', 'wstring')} cannot be converted")
    return kind
