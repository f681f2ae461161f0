"""Moments as clients and logs read them."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import lru_cache
from typing import overload


@overload
def rfc3339(unix_s: float) -> str: ...
@overload
def rfc3339(unix_s: None) -> None: ...
def rfc3339(unix_s: float | None) -> str | None:
    """A moment as UTC text with milliseconds, ``2026-11-21T11:12:13.456Z``."""
    if unix_s is None:
        return None
    second, micros = divmod(round(unix_s * 1e6), 1_000_000)
    return f"{_to_the_second(second)}.{micros // 1000:03d}Z"


@lru_cache(maxsize=64)
def _to_the_second(unix_s: int) -> str:
    """Most moments that are told are of this very second."""
    return datetime.fromtimestamp(unix_s, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
