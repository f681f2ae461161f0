"""CBOR (RFC 8949) in binary messages: the part of it that plain values need.

cbor2 reads with everything switched off that it can switch off since version 6.2: tags, lengths
that are not given in advance, names that stand twice, deep nesting. It would take bytes behind the
value; that is checked here. What is left (simple values, ``undefined``) the gate behind every
decoder refuses by its type.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence
from typing import NoReturn

import cbor2

from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.plain import MAX_DEPTH, Limits, Plain, Wire, bytes_of, decoded

_SINGLE = struct.Struct(">f")


def _refuse_tag(*_: object) -> NoReturn:
    raise ValueError("tags are not allowed")


# Tags that cbor2 knows by itself; its tag_hook is asked about all the others.
_KNOWN_TAGS = (
    *range(6), 25, 28, 29, 30, 35, 36, 37, 100, 256, 258, 260, 261, 1004, 43000, 55799,
)  # fmt: skip
_REFUSED_TAGS = dict.fromkeys(_KNOWN_TAGS, _refuse_tag)


class CborCodec:
    """The CBOR encoding; ``single_floats`` halves the size of numbers, to about 7 digits."""

    encoding = Encoding.CBOR

    def __init__(self, *, single_floats: bool = False) -> None:
        self._single_floats = single_floats

    def encode(self, value: Plain) -> Wire:
        """CBOR bytes."""
        if not self._single_floats:
            return cbor2.dumps(value)
        # Canonical CBOR takes the shortest form that holds a number: four bytes, or even two.
        return cbor2.dumps(_rounded(value), canonical=True)

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
    source = io.BytesIO(data)
    value: object = cbor2.CBORDecoder(
        source,
        tag_hook=_refuse_tag,
        semantic_decoders=_REFUSED_TAGS,
        max_depth=MAX_DEPTH + 1,
        allow_indefinite=False,
        allow_duplicate_keys=False,
        strict_hashable_types=True,
    ).decode()
    if source.tell() != len(data):
        raise ValueError("bytes follow the value")
    return value


def _rounded(value: Plain) -> Plain:
    """The value with each float rounded to what four bytes can hold."""
    if isinstance(value, float):
        return _single(value)
    if isinstance(value, Mapping):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [_rounded(item) for item in value]
    return value


def _single(number: float) -> float:
    try:
        rounded: float = _SINGLE.unpack(_SINGLE.pack(number))[0]
    except OverflowError:
        return number  # too large for four bytes: it keeps its eight
    return rounded
