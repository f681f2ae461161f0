"""CBOR (RFC 8949) in binary messages: the part of it that plain values need.

cbor2 writes. It does not read: its decoder takes trailing bytes, turns tags into dates, fractions
and lists that hold themselves, and which of that can be switched off depends on its version. The
reader below knows integers, floats of three sizes, texts, bytes, lists, maps and the three
constants; it refuses tags and lengths that are not given in advance.
"""

from __future__ import annotations

import struct

import cbor2

from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.plain import (
    MAX_DEPTH,
    Limits,
    Plain,
    Wire,
    bytes_of,
    decoded,
    refuse_duplicate_names,
)

_CONSTANTS: dict[int, bool | None] = {20: False, 21: True, 22: None, 23: None}
_FLOATS = {25: struct.Struct(">e"), 26: struct.Struct(">f"), 27: struct.Struct(">d")}
_LENGTH_BYTES = {24: 1, 25: 2, 26: 4, 27: 8}


class CborCodec:
    """The CBOR encoding."""

    encoding = Encoding.CBOR

    def encode(self, value: Plain) -> Wire:
        """CBOR bytes."""
        return cbor2.dumps(value)

    def decode(self, message: Wire, *, limits: Limits) -> Plain:
        """The value of CBOR bytes; raises MalformedFrame."""
        return decoded(_load, bytes_of(message), limits=limits)

    def join(self, head: Wire, tail: Wire) -> Wire:
        """One map out of two, of less than 256 entries together."""
        first, entries = _map_body(bytes_of(head))
        second, more = _map_body(bytes_of(tail))
        count = first + second
        start = bytes([0xA0 | count]) if count < 24 else bytes([0xB8, count])
        return start + entries + more


def _map_body(data: bytes) -> tuple[int, bytes]:
    """How many entries a map has, and the bytes of its entries."""
    if data[0] == 0xB8:
        return data[1], data[2:]
    return data[0] & 0x1F, data[1:]


def _load(data: bytes) -> object:
    reader = _Reader(data)
    value = reader.value(depth=0)
    reader.end()
    return value


class _Reader:
    """Reads one value; raises ValueError when the bytes are not what they should be."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def end(self) -> None:
        if self._at != len(self._data):
            raise ValueError("bytes follow the value")

    def value(self, *, depth: int) -> object:
        if depth > MAX_DEPTH:
            raise ValueError("nested too deeply")
        first = self._take(1)[0]
        major, info = first >> 5, first & 31
        if major == 7:
            return self._simple(info)
        number = self._number(info)
        if major == 0:
            return number
        if major == 1:
            return -1 - number
        if major == 2:
            return self._take(number)
        if major == 3:
            return self._take(number).decode("utf-8")
        if major == 4:
            return [self.value(depth=depth + 1) for _ in range(self._count(number))]
        if major == 5:
            return refuse_duplicate_names(
                [self._pair(depth=depth + 1) for _ in range(self._count(number))]
            )
        raise ValueError("tags are not allowed")

    def _pair(self, *, depth: int) -> tuple[str, object]:
        name = self.value(depth=depth)
        if not isinstance(name, str):
            raise ValueError("the names of a map must be texts")
        return name, self.value(depth=depth)

    def _simple(self, info: int) -> object:
        if info in _CONSTANTS:
            return _CONSTANTS[info]
        form = _FLOATS.get(info)
        if form is None:
            raise ValueError("unknown simple value")
        number: float = form.unpack(self._take(form.size))[0]
        return number

    def _number(self, info: int) -> int:
        if info < 24:
            return info
        size = _LENGTH_BYTES.get(info)
        if size is None:
            raise ValueError("a length must be given in advance")
        return int.from_bytes(self._take(size), "big")

    def _count(self, number: int) -> int:
        if number > len(self._data) - self._at:  # every item has at least one byte
            raise ValueError("more items than bytes")
        return number

    def _take(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._data):
            raise ValueError("the bytes end too early")
        taken = self._data[self._at : end]
        self._at = end
        return taken
