"""An entry of the audit log as one line of JSON, in as little time as may be.

Whatever a caller managed to put into an entry can be written: half a surrogate pair, say, is not
UTF-8 and goes out as an escape.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import orjson

# Made once: json.dumps would make one for every line.
_ESCAPING = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


def encode(entry: Mapping[str, object]) -> bytes:
    """``entry`` as JSON without spaces and line ends; ValueError, TypeError when it is none."""
    try:
        return orjson.dumps(entry)
    except TypeError:
        return _ESCAPING.encode(entry).encode("ascii")
