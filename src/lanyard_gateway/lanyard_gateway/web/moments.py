"""Moments as clients write them, RFC 3339 with an offset, and as we count them, Unix seconds."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

_EARLIEST = datetime(2000, 1, 1, tzinfo=timezone.utc).timestamp()
_LATEST = datetime(2200, 1, 1, tzinfo=timezone.utc).timestamp()


def unix_of(text: object) -> float:
    """The moment in Unix seconds; raises ValueError that says how to write one."""
    if not isinstance(text, str) or len(text) > 40 or "T" not in text.upper():
        raise ValueError("must be a moment such as 2026-11-21T11:12:13.456Z")
    try:
        # Python 3.10 reads neither the Z nor other than 3 or 6 digits of a second.
        moment = datetime.fromisoformat(_spelled_out(text))
    except ValueError:
        raise ValueError("must be a moment such as 2026-11-21T11:12:13.456Z") from None
    if moment.tzinfo is None:
        raise ValueError("needs an offset from UTC, such as Z or +01:00")
    unix_s = moment.timestamp()
    if not _EARLIEST <= unix_s <= _LATEST:
        raise ValueError("must be between the years 2000 and 2200")
    return unix_s


def _spelled_out(text: str) -> str:
    text = text.upper()
    if text.endswith("Z"):
        text = text[:-1] + "+00:00"
    head, dot, tail = text.partition(".")
    if not dot:
        return text
    digits = tail.partition("+")[0].partition("-")[0]
    if not digits.isdigit():
        raise ValueError("no fraction")
    return f"{head}.{digits[:6]:0<6}{tail[len(digits) :]}"


Moment = Annotated[
    float,
    BeforeValidator(unix_of),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2026-11-21T11:12:13.456Z"]}
    ),
]
"""A field that clients write in RFC 3339 and handlers get in Unix seconds."""
