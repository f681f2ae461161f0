"""MessagePack in binary messages, without extension types, time stamps and odd names."""

from __future__ import annotations

import msgpack  # type: ignore[import-untyped]

from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.plain import Limits, Plain, Wire, bytes_of, decoded, refuse_duplicate_names


class MsgpackCodec:
    """The MessagePack encoding; ``single_floats`` halves the size of numbers, to about 7 digits."""

    encoding = Encoding.MSGPACK

    def __init__(self, *, single_floats: bool = False) -> None:
        self._single_floats = single_floats

    def encode(self, value: Plain) -> Wire:
        """MessagePack bytes."""
        packed: bytes = msgpack.packb(value, use_single_float=self._single_floats)
        return packed

    def decode(self, message: Wire, *, limits: Limits) -> Plain:
        """The value of MessagePack bytes; raises MalformedFrame."""
        return decoded(_load, bytes_of(message), limits=limits)

    def join(self, head: Wire, tail: Wire) -> Wire:
        """One map out of two, of less than 65,536 entries together."""
        first, entries = _map_body(bytes_of(head))
        second, more = _map_body(bytes_of(tail))
        count = first + second
        start = bytes([0x80 | count]) if count < 16 else b"\xde" + count.to_bytes(2, "big")
        return start + entries + more


def _map_body(data: bytes) -> tuple[int, bytes]:
    """How many entries a map has, and the bytes of its entries."""
    if data[0] == 0xDE:
        return int.from_bytes(data[1:3], "big"), data[3:]
    return data[0] & 0x0F, data[1:]


def _load(data: bytes) -> object:
    return msgpack.unpackb(
        data, raw=False, strict_map_key=True, object_pairs_hook=refuse_duplicate_names
    )
