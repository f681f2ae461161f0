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


def _load(data: bytes) -> object:
    return msgpack.unpackb(
        data, raw=False, strict_map_key=True, object_pairs_hook=refuse_duplicate_names
    )
