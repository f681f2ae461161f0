"""Reads the fields of one map by name and type, and notices the ones that nobody asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lanyard_core.faults import MalformedFrame
from lanyard_core.stream.channel import PROTOCOL_VERSION
from lanyard_core.stream.plain import Plain
from lanyard_core.ulid import is_ulid

MAX_TS_US = 2**53
"""Latest time in a frame, in microseconds: the largest integer that every language holds."""
_MAX_UINT = 2**64 - 1
_MISSING = object()


class Fields:
    """The fields of a map. Readers raise MalformedFrame when a field is missing or wrong."""

    __slots__ = ("_left", "_where")

    def __init__(self, value: Plain, *, where: str = "frame") -> None:
        if not isinstance(value, Mapping):
            raise MalformedFrame(f"{where} must be a map")
        self._left: dict[str, object] = dict(value)
        self._where = where

    def has(self, name: str) -> bool:
        """Whether the field is there and was not read yet."""
        return name in self._left

    def uint(self, name: str, *, at_least: int = 0, at_most: int = _MAX_UINT) -> int:
        """An integer in [at_least, at_most]."""
        return uint(self._take(name), f"{self._where}.{name}", at_least=at_least, at_most=at_most)

    def optional_uint(
        self, name: str, *, at_least: int = 0, at_most: int = _MAX_UINT
    ) -> int | None:
        """An integer in [at_least, at_most], or None when the field is missing or null."""
        if self._left.get(name) is None:
            self._left.pop(name, None)
            return None
        return self.uint(name, at_least=at_least, at_most=at_most)

    def number(self, name: str, default: float | None = None) -> float:
        """A finite number; an integer counts as one."""
        if default is not None and name not in self._left:
            return default
        return number(self._take(name), f"{self._where}.{name}")

    def text(self, name: str, default: str | None = None) -> str:
        """A text."""
        if default is not None and name not in self._left:
            return default
        return text(self._take(name), f"{self._where}.{name}")

    def ulid(self, name: str) -> str:
        """The letters of a ULID."""
        found = self.text(name)
        if not is_ulid(found):
            raise MalformedFrame(f"{self._where}.{name} must be the id of an event")
        return found

    def choice(self, name: str, among: Sequence[str], default: str | None = None) -> str:
        """One of some texts."""
        found = self.text(name, default)
        if found not in among:
            raise MalformedFrame(f"{self._where}.{name} must be one of {', '.join(among)}")
        return found

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        """True or false."""
        if default is not None and name not in self._left:
            return default
        value = self._take(name)
        if not isinstance(value, bool):
            raise MalformedFrame(f"{self._where}.{name} must be true or false")
        return value

    def nested(self, name: str) -> Fields:
        """The fields of a map inside this one."""
        where = f"{self._where}.{name}"
        value = self._take(name)
        if not isinstance(value, Mapping):
            raise MalformedFrame(f"{where} must be a map")
        return Fields(value, where=where)

    def items(self, name: str) -> Sequence[object]:
        """The items of a list."""
        return items(self._take(name), f"{self._where}.{name}")

    def numbers(self, name: str, *, at_most: int) -> tuple[float, ...]:
        """The numbers of a list of at most so many."""
        values = self.items(name)
        if len(values) > at_most:
            raise MalformedFrame(f"{self._where}.{name} may have {at_most} items")
        return tuple(number(value, f"{self._where}.{name}") for value in values)

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of a list of texts."""
        return tuple(text(item, f"{self._where}.{name}") for item in self.items(name))

    def end(self) -> None:
        """Raise MalformedFrame when fields are left that nobody read."""
        if self._left:
            names = ", ".join(sorted(self._left))
            raise MalformedFrame(f"{self._where} has fields that are not known: {names}")

    def _take(self, name: str) -> object:
        value = self._left.pop(name, _MISSING)
        if value is _MISSING:
            raise MalformedFrame(f"{self._where}.{name} is missing")
        return value


def uint(value: object, where: str, *, at_least: int = 0, at_most: int = _MAX_UINT) -> int:
    """``value`` as an integer in [at_least, at_most]; raises MalformedFrame."""
    if type(value) is not int or not at_least <= value <= at_most:
        raise MalformedFrame(f"{where} must be an integer from {at_least} to {at_most}")
    return value


def number(value: object, where: str) -> float:
    """``value`` as a float, finite because the codecs let no other through; or MalformedFrame."""
    if type(value) is float:
        return value
    if type(value) is int:
        return float(value)
    raise MalformedFrame(f"{where} must be a number")


def text(value: object, where: str) -> str:
    """``value`` as a text; raises MalformedFrame."""
    if not isinstance(value, str):
        raise MalformedFrame(f"{where} must be a text")
    return value


def items(value: object, where: str) -> Sequence[object]:
    """``value`` as a list; raises MalformedFrame."""
    if not isinstance(value, list):
        raise MalformedFrame(f"{where} must be a list")
    return value


def head(fields: Fields) -> tuple[str, int, int]:
    """What every frame starts with: its kind, sequence number and sender's time in µs."""
    fields.uint("v", at_least=PROTOCOL_VERSION, at_most=PROTOCOL_VERSION)
    return fields.text("t"), fields.uint("seq", at_least=1), fields.uint("ts_us", at_most=MAX_TS_US)
