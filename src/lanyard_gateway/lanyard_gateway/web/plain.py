"""Plain JSON values: times as RFC 3339, durations in milliseconds, only numbers that JSON has."""

from __future__ import annotations

import math

from lanyard_core.moments import rfc3339 as rfc3339


def milliseconds(seconds: float | None) -> float | None:
    """A duration in whole tenths of a millisecond; None stays None."""
    return None if seconds is None else number(round(seconds * 1000.0, 1))


def number(value: float | None) -> float | None:
    """The value, or None when JSON has no number for it (NaN, infinities)."""
    return value if value is not None and math.isfinite(value) else None


def finite(value: object) -> object:
    """A copy of a JSON value in which numbers that JSON lacks are None."""
    if isinstance(value, float):
        return number(value)
    if isinstance(value, dict):
        return {name: finite(item) for name, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    return value
