"""Fills message objects from what a client sent, by functions made once per type.

Strict, because what a client misspells must not become a default: an unknown field, a value of the
wrong type or out of range is refused with the path to it. What is left out keeps its default.
"""

from __future__ import annotations

import array
import base64
import binascii
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from lanyard_core.faults import BadInput
from lanyard_rosbridge.conversion.layout import Kind, Many, Struct, Text, Type

Make = Callable[[str], Any]
"""Makes an empty message object of a type by its name, such as ``std_msgs/msg/Header``."""

_Convert = Callable[[object, str], Any]
_Values = Sequence[Any]
_TIMES = ("builtin_interfaces/msg/Time", "builtin_interfaces/msg/Duration")
_OLD_TIME_NAMES = {"secs": "sec", "nsecs": "nanosec"}
HEADER = "std_msgs/msg/Header"


class Filler:
    """Makes messages of one type from plain values."""

    def __init__(self, layout: Struct, make: Make) -> None:
        self._layout = layout
        self._convert = _struct_converter(layout, make)
        self._stamped = any(
            field.name == "header" and isinstance(field.type, Struct) and field.type.name == HEADER
            for field in layout.fields
        )

    def fill(self, values: object, *, now: object = None) -> Any:
        """The message; a header that comes without a stamp gets ``now``. Raises BadInput."""
        message: Any = self._convert(values, "")
        if self._stamped and now is not None and not _has_stamp(values):
            message.header.stamp = now
        return message

    def fill_list(self, values: list[object]) -> Any:
        """The same from a list of the fields' values in order, as old clients call services."""
        names = [field.name for field in self._layout.fields]
        if len(values) > len(names):
            raise BadInput(f"{len(values)} values for {len(names)} fields of {self._layout.name}")
        return self.fill(dict(zip(names, values)))


def _has_stamp(values: object) -> bool:
    header = values.get("header") if isinstance(values, Mapping) else None
    return isinstance(header, Mapping) and header.get("stamp") is not None


def _converter(kind: Type, make: Make) -> _Convert:
    if isinstance(kind, Kind):
        return _number_converter(kind)
    if isinstance(kind, Text):
        return _text
    if isinstance(kind, Struct):
        return _struct_converter(kind, make)
    return _array_converter(kind, make)


def _struct_converter(layout: Struct, make: Make) -> _Convert:
    converters = {field.name: _converter(field.type, make) for field in layout.fields}
    aliases = _OLD_TIME_NAMES if layout.name in _TIMES else {}

    def convert(values: object, path: str) -> object:
        if not isinstance(values, Mapping):
            raise _wrong(path, values, f"an object with the fields of {layout.name}")
        message = make(layout.name)
        for given, value in values.items():
            name = aliases.get(str(given), str(given))
            converter = converters.get(name)
            if converter is None:
                known = ", ".join(converters) or "none"
                raise BadInput(f"{_at(path)}{layout.name} has no field {given!r}; it has: {known}")
            if value is not None or isinstance(converter, _NullIsNan):
                setattr(message, name, converter(value, f"{path}.{name}"))
        return message

    return convert


def _text(value: object, path: str) -> object:
    if not isinstance(value, str):
        raise _wrong(path, value, "text")
    return value


class _NullIsNan:
    """A number with a fraction: null stands for what JSON has no number for."""

    def __call__(self, value: object, path: str) -> object:
        if value is None:
            return math.nan
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise _wrong(path, value, "a number")
        return float(value)


def _number_converter(kind: Kind) -> _Convert:
    if kind.is_float:
        return _NullIsNan()
    if kind is Kind.BOOL:
        return _bool
    low, high = _range(kind)

    def convert(value: object, path: str) -> object:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise _wrong(path, value, f"a whole number from {low} to {high}")
        return bytes([value]) if kind is Kind.OCTET else value

    return convert


def _range(kind: Kind) -> tuple[int, int]:
    bits = 8 * kind.size
    is_signed = kind.letter.islower()
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if is_signed else (0, (1 << bits) - 1)


def _bool(value: object, path: str) -> object:
    if isinstance(value, bool):
        return value
    if value in (0, 1):  # roslibjs forms send them
        return bool(value)
    raise _wrong(path, value, "true or false")


def _array_converter(many: Many, make: Make) -> _Convert:
    item = many.item
    convert_item = _converter(item, make)

    def convert(value: object, path: str) -> object:
        if isinstance(item, Kind) and item.is_bytes and isinstance(value, (str, bytes)):
            value = array.array("B", _decoded(value, path))
        if not isinstance(value, (list, tuple, array.array)):
            raise _wrong(path, value, "a list")
        if many.length is not None and len(value) != many.length:
            raise BadInput(f"{_at(path)}{len(value)} items where {many.length} are needed")
        if many.bound and len(value) > many.bound:
            raise BadInput(f"{_at(path)}{len(value)} items where {many.bound} at most are allowed")
        if isinstance(item, Kind) and item not in _LISTED:
            numbers = _numbers(item, value, convert_item, path)
            # rclpy keeps fixed arrays of numbers as numpy arrays, and takes nothing else for them.
            return numbers if many.length is None else np.array(numbers, dtype=_DTYPES[item])
        return [convert_item(each, f"{path}[{index}]") for index, each in enumerate(value)]

    return convert


def _numbers(kind: Kind, values: _Values, convert: _Convert, path: str) -> array.array[Any]:
    """The numbers in one step where they are as they should be, else one by one."""
    if isinstance(values, array.array):
        return values
    try:
        return array.array(kind.letter, values)
    except (TypeError, OverflowError):
        each = (convert(value, f"{path}[{index}]") for index, value in enumerate(values))
        return array.array(kind.letter, each)


_LISTED = (Kind.BOOL, Kind.OCTET)
_DTYPES = {kind: np.dtype(kind.letter) for kind in Kind}


def _decoded(value: str | bytes, path: str) -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise BadInput(f"{_at(path)}bytes are written as base64 or as a list of numbers") from None


def _wrong(path: str, value: object, wanted: str) -> BadInput:
    told = repr(value)
    return BadInput(f"{_at(path)}{told[:40]} is not {wanted}")


def _at(path: str) -> str:
    return f"{path[1:]}: " if path else ""
