"""JSON Schemas (draft 7) of frames, from the code: what readers ask for, and what writers say.

A ``Describer`` stands in for the fields of a frame and notes how a reader reads each, so the schema
of a client's frame cannot differ from what is accepted. What a server writes is described by
inference from examples that the writers themselves made: a full one, and one in which as much as
possible is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, cast

from lanyard_core.stream.fields import Fields, head
from lanyard_core.stream.plain import MAX_ITEMS, MAX_TEXT, Plain

Schema: TypeAlias = "dict[str, Plain]"

ReadFrame: TypeAlias = "Callable[[Fields, int, int], object]"
"""Reads a frame's own fields; is told its number and time, which were read before."""

ULID_PATTERN = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"

_KINDS = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}


def schema_of_reader(kind: str, read: ReadFrame) -> Schema:
    """The schema of the frames of a kind, from the function that reads them."""
    fields = Describer()
    _, seq, ts_us = head(fields)
    read(fields, seq, ts_us)
    schema = fields.schema()
    properties = cast("dict[str, Plain]", schema["properties"])
    properties["t"] = {"const": kind}
    return schema


def schema_of_examples(examples: Sequence[Plain]) -> Schema:
    """The schema of what these examples have in common; more fields may come later."""
    kinds = sorted({_KINDS.get(type(value), "") for value in examples} - {""})
    lists = [value for value in examples if isinstance(value, list)]
    maps = [value for value in examples if isinstance(value, Mapping)]
    if "number" in kinds and "integer" in kinds:
        kinds.remove("integer")
    found: Schema = {}
    if maps:
        kinds.append("object")
        found |= _schema_of_maps(maps)
    if lists:
        kinds.append("array")
        items = [item for value in lists for item in value]
        found["items"] = schema_of_examples(items) if items else {}
    return {"type": kinds[0] if len(kinds) == 1 else list(kinds), **found}


def _schema_of_maps(maps: Sequence[Mapping[str, Plain]]) -> Schema:
    names = list(dict.fromkeys(name for value in maps for name in value))
    return {
        "properties": {
            name: schema_of_examples([value[name] for value in maps if name in value])
            for name in names
        },
        "required": [name for name in names if all(name in value for value in maps)],
    }


class Describer(Fields):
    """Fields of which every one is there; notes how each was read."""

    __slots__ = ("_optional", "_properties")

    def __init__(self) -> None:
        super().__init__({}, where="described")
        self._properties: dict[str, Schema | Describer] = {}
        self._optional: set[str] = set()

    def schema(self) -> Schema:
        """What was noted."""
        return {
            "type": "object",
            "properties": {
                name: found.schema() if isinstance(found, Describer) else found
                for name, found in self._properties.items()
            },
            "required": [name for name in self._properties if name not in self._optional],
            "additionalProperties": False,
        }

    def has(self, name: str) -> bool:
        """Always; who asks can also do without."""
        self._optional.add(name)
        return True

    def uint(self, name: str, *, at_least: int = 0, at_most: int = 2**64 - 1) -> int:
        """An integer."""
        self._note(name, {"type": "integer", "minimum": at_least, "maximum": at_most})
        return at_least

    def optional_uint(
        self, name: str, *, at_least: int = 0, at_most: int = 2**64 - 1
    ) -> int | None:
        """An integer, null, or nothing."""
        self._optional.add(name)
        self._note(name, {"type": ["integer", "null"], "minimum": at_least, "maximum": at_most})
        return at_least

    def number(self, name: str, default: float | None = None) -> float:
        """A number."""
        self._note(name, {"type": "number"}, default)
        return 0.0

    def text(self, name: str, default: str | None = None) -> str:
        """A text."""
        self._note(name, {"type": "string", "maxLength": MAX_TEXT}, default)
        return default or ""

    def ulid(self, name: str) -> str:
        """The letters of a ULID."""
        self._note(name, {"type": "string", "pattern": ULID_PATTERN})
        return ""

    def choice(self, name: str, among: Sequence[str], default: str | None = None) -> str:
        """One of some texts."""
        self._note(name, {"type": "string", "enum": list(among)}, default)
        return among[0]

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        """True or false."""
        self._note(name, {"type": "boolean"}, default)
        return False

    def nested(self, name: str) -> Fields:
        """A map."""
        inner = self._properties[name] = Describer()
        return inner

    def numbers(self, name: str, *, at_most: int) -> tuple[float, ...]:
        """A list of numbers."""
        self._note(name, {"type": "array", "items": {"type": "number"}, "maxItems": at_most})
        return ()

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        item: Schema = {"type": "string", "maxLength": MAX_TEXT}
        self._note(name, {"type": "array", "items": item, "maxItems": MAX_ITEMS})
        return ()

    def end(self) -> None:
        """Nothing is ever left over."""

    def _note(self, name: str, schema: Schema, default: Plain = None) -> None:
        if default is not None:
            self._optional.add(name)
            schema = {**schema, "default": default}
        self._properties[name] = schema
