"""Frames as CBOR, with arrays of numbers as RFC 8746 typed arrays."""

from __future__ import annotations

import cbor2

from lanyard_core.faults import MalformedFrame
from lanyard_rosbridge.conversion.cdr_reader import Tagged


def encode(values: object) -> bytes:
    """The CBOR bytes of plain values and ``Tagged`` arrays."""
    return cbor2.dumps(values, default=_tagged)


def decode(data: bytes) -> object:
    """The values in a frame. Raises MalformedFrame."""
    try:
        return cbor2.loads(data)
    except (cbor2.CBORDecodeError, ValueError, RecursionError) as error:
        raise MalformedFrame(f"the frame is not CBOR: {error}") from None


def _tagged(encoder: cbor2.CBOREncoder, value: object) -> None:
    if not isinstance(value, Tagged):
        raise TypeError(f"{type(value).__name__} cannot be written as CBOR")
    encoder.encode(cbor2.CBORTag(value.tag, value.data))
