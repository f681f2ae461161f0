"""Reads the fields of an operation that a client sent, each with the type that it must have.

Lenient where the libraries differ (numbers as floats, null for "not given"), strict where a
mistake would be taken for something else. Every complaint says which field of which operation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from lanyard_core.faults import BadInput

MAX_NAME = 256
MAX_ID = 512


class Fields:
    """The fields of one operation."""

    def __init__(self, op: str, values: Mapping[str, object]) -> None:
        self.op = op
        self._values = values

    def value(self, name: str) -> object:
        """Whatever it is; None when it is not there."""
        return self._values.get(name)

    def name(self, name: str) -> str:
        """A name of the ROS graph, or of a type; needed."""
        value = self._values.get(name)
        if not isinstance(value, str) or not value:
            raise self._wrong(name, "a name")
        if len(value) > MAX_NAME:
            raise self._wrong(name, f"a name of {MAX_NAME} characters at most")
        return value

    def name_or_none(self, name: str) -> str | None:
        """The same, where it may be left out."""
        return None if self._values.get(name) in (None, "") else self.name(name)

    @property
    def id(self) -> str | None:
        """The operation's id: any short text or number, given back as text."""
        value = self._values.get("id")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise self._wrong("id", "text or a number")
        text = str(value)
        if len(text) > MAX_ID:
            raise self._wrong("id", f"text of {MAX_ID} characters at most")
        return text

    def needed_id(self) -> str:
        """The id, where there must be one."""
        found = self.id
        if found is None:
            raise self._wrong("id", "there: the answer is found by it")
        return found

    def number(self, name: str, default: float, *, low: float, high: float) -> float:
        """A number within bounds; what is beyond them is brought to them."""
        value = self._values.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._wrong(name, "a number")
        if math.isnan(value):
            raise self._wrong(name, "a number")
        return min(max(float(value), low), high)

    def count(self, name: str, default: int, *, low: int, high: int) -> int:
        """A whole number within bounds; libraries send some as floats."""
        return round(self.number(name, float(default), low=low, high=high))

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        value = self._values.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def text(self, name: str) -> str:
        """Text; needed, may be empty."""
        value = self._values.get(name)
        if not isinstance(value, str):
            raise self._wrong(name, "text")
        return value

    def mapping(self, name: str) -> Mapping[str, object]:
        """An object; not there means an empty one."""
        value = self._values.get(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self._wrong(name, "an object")
        return value

    def _wrong(self, name: str, wanted: str) -> BadInput:
        return BadInput(f"{self.op}: the field {name!r} must be {wanted}")
