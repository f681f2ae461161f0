"""Reads messages from CDR bytes into plain values, by code compiled for their type.

Values are what a JSON or CBOR encoder takes as it is: dicts, numbers, strings, and for arrays of
numbers whatever the flavour's encoder writes fastest. A reader is made once per type and flavour,
and may be called in any thread.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable
from enum import Enum
from typing import cast

import numpy as np

from lanyard_core.faults import BadInput
from lanyard_rosbridge.conversion.cdr_source import Source
from lanyard_rosbridge.conversion.layout import Kind, Struct

Read = Callable[[bytes], dict[str, object]]
"""Reads one serialized message; raises BadInput for bytes that are not one of the type."""

_ReadStruct = Callable[[memoryview, int], tuple[dict[str, object], int]]
_HEADER = b"\x00\x01"  # little-endian plain CDR; two bytes of options follow
_HEADER_BYTES = 4
# From this length on numpy is faster than a list.
_NUMPY_FROM = 48


class Tagged:
    """An array of numbers for CBOR: its RFC 8746 tag and its little-endian bytes."""

    __slots__ = ("data", "tag")

    def __init__(self, tag: int, data: bytes) -> None:
        self.tag = tag
        self.data = data


class Flavour(Enum):
    """Whose encoder the values are for."""

    JSON = "json"
    CBOR = "cbor"


def compile_reader(layout: Struct, flavour: Flavour) -> Read:
    """The reader of a type."""
    source = Source()
    function = source.reader_of(layout)
    names: dict[str, object] = {**source.names, **_HELPERS[flavour]}
    exec("\n".join(source.lines), names)  # noqa: S102  made above, of a type's layout
    read_struct = cast("_ReadStruct", names[function])

    def read(raw: bytes) -> dict[str, object]:
        if raw[:2] != _HEADER:
            head = raw[:4].hex() or "nothing"
            raise BadInput(f"{layout.name}: not little-endian CDR, but {head}")
        try:
            return read_struct(memoryview(raw)[_HEADER_BYTES:], 0)[0]
        except (struct.error, ValueError) as error:
            raise BadInput(f"{layout.name}: cut short or damaged ({error})") from None

    return read


def _text(body: memoryview, offset: int, length: int) -> str:
    if not length:
        return ""
    end = offset + length
    if end > len(body):
        raise ValueError("a string goes beyond the end")
    return str(body[offset : end - 1], "utf-8", "replace")


def _read_text(body: memoryview, offset: int) -> tuple[str, int]:
    offset = (offset + 3) & -4
    (length,) = _LENGTH(body, offset)
    return _text(body, offset + 4, length), offset + 4 + length


_LENGTH = struct.Struct("<I").unpack_from


def _room(body: memoryview, offset: int, length: int) -> None:
    """Every item takes a byte at least: a length beyond what is there is no length."""
    if length > len(body) - offset:
        raise ValueError("a sequence is longer than the message")


def _slice(kind: Kind, body: memoryview, offset: int, length: int) -> memoryview:
    end = offset + kind.size * length
    if end > len(body):
        raise ValueError("an array goes beyond the end")
    return body[offset:end]


def _json_numbers(kind: Kind, body: memoryview, offset: int, length: int) -> object:
    part = _slice(kind, body, offset, length)
    if kind.is_bytes:
        return base64.b64encode(part).decode("ascii")
    if length < _NUMPY_FROM:
        return list(struct.unpack(f"<{length}{kind.letter}", part))
    return np.frombuffer(part, dtype=_DTYPES[kind])


def _cbor_numbers(kind: Kind, body: memoryview, offset: int, length: int) -> object:
    part = _slice(kind, body, offset, length)
    if kind.is_bytes:
        return bytes(part)
    if not kind.tag:
        return list(struct.unpack(f"<{length}{kind.letter}", part))
    return Tagged(kind.tag, bytes(part))


def _json_small(_kind: Kind, values: list[object]) -> object:
    return values


def _cbor_small(kind: Kind, values: list[object]) -> object:
    if not kind.tag:
        return values
    return Tagged(kind.tag, struct.pack(f"<{len(values)}{kind.letter}", *values))


_DTYPES = {kind: np.dtype("<" + kind.letter) for kind in Kind}
_COMMON: dict[str, object] = {"text": _text, "read_text": _read_text, "room": _room}
_HELPERS: dict[Flavour, dict[str, object]] = {
    Flavour.JSON: {**_COMMON, "numbers": _json_numbers, "small": _json_small},
    Flavour.CBOR: {**_COMMON, "numbers": _cbor_numbers, "small": _cbor_small},
}
