"""Frames as JSON text. NaN and infinities are null, because JSON has no word for them."""

from __future__ import annotations

import orjson

from lanyard_core.faults import MalformedFrame

_OPTIONS = orjson.OPT_SERIALIZE_NUMPY


def encode(values: object) -> bytes:
    """The JSON text of plain values and numpy arrays."""
    return orjson.dumps(values, option=_OPTIONS)


def decode(text: str | bytes) -> object:
    """The values in a frame. Raises MalformedFrame when it is not one JSON text."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise MalformedFrame(f"the frame is not one JSON text: {error}") from None
