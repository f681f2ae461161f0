"""JSON (RFC 8259) in text messages.

The standard library reads, because it can be told to refuse doubled names and NaN. orjson writes,
because it is fast and writes numbers that are not finite as null.
"""

from __future__ import annotations

import json
from typing import NoReturn

import orjson

from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.plain import Limits, Plain, Wire, decoded, refuse_duplicate_names, text_of


class JsonCodec:
    """The JSON encoding."""

    encoding = Encoding.JSON

    def encode(self, value: Plain) -> Wire:
        """JSON text without spaces."""
        return orjson.dumps(value).decode("utf-8")

    def decode(self, message: Wire, *, limits: Limits) -> Plain:
        """The value of a JSON text; raises MalformedFrame."""
        return decoded(_load, text_of(message), limits=limits)

    def join(self, head: Wire, tail: Wire) -> Wire:
        """One map out of two, neither of them empty."""
        return f"{text_of(head)[:-1]},{text_of(tail)[1:]}"


def _load(text: str) -> object:
    return json.loads(
        text, parse_constant=_refuse_constant, object_pairs_hook=refuse_duplicate_names
    )


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
