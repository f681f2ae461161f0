"""Moments as clients and logs read them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import overload


@overload
def rfc3339(unix_s: float) -> str: ...
@overload
def rfc3339(unix_s: None) -> None: ...
def rfc3339(unix_s: float | None) -> str | None:
    """A moment as UTC text with milliseconds, ``2026-11-21T11:12:13.456Z``."""
    if unix_s is None:
        return None
    text = datetime.fromtimestamp(unix_s, timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
