"""Types as rosapi describes them: names, types and array lengths of fields, for each type used."""

from __future__ import annotations

from typing import Any

from lanyard_rosbridge.conversion.layout import Field, Kind, Many, Struct, Text, Type

_NO_ARRAY, _ANY_LENGTH = -1, 0
_EXAMPLES = {"?": "false", "f": "0.0", "d": "0.0"}

Typedef = dict[str, Any]


def typedefs(layout: Struct) -> list[Typedef]:
    """The description of a type, and of every type inside it once."""
    found: dict[str, Typedef] = {}
    _describe(layout, found)
    return list(found.values())


def full_text(layout: Struct) -> str:
    """The type as a message definition, with those inside it behind lines of ``=``."""
    parts: dict[str, str] = {}
    _write(layout, parts)
    first, *others = parts.items()
    rest = [f"{'=' * 80}\nMSG: {_short(name)}\n{text}" for name, text in others]
    return "\n".join([first[1], *rest])


def _describe(layout: Struct, found: dict[str, Typedef]) -> None:
    if layout.name in found:
        return
    found[layout.name] = {
        "type": layout.name,
        "fieldnames": [field.name for field in layout.fields],
        "fieldtypes": [_type_name(field.type) for field in layout.fields],
        "fieldarraylen": [_array_length(field.type) for field in layout.fields],
        "examples": [_example(field.type) for field in layout.fields],
        "constnames": [],
        "constvalues": [],
    }
    for field in layout.fields:
        inner = _item(field.type)
        if isinstance(inner, Struct):
            _describe(inner, found)


def _write(layout: Struct, parts: dict[str, str]) -> None:
    if layout.name in parts:
        return
    parts[layout.name] = "".join(f"{_line(field)}\n" for field in layout.fields)
    for field in layout.fields:
        inner = _item(field.type)
        if isinstance(inner, Struct):
            _write(inner, parts)


def _line(field: Field) -> str:
    length = _array_length(field.type)
    brackets = {_NO_ARRAY: "", _ANY_LENGTH: "[]"}.get(length, f"[{length}]")
    return f"{_short(_type_name(field.type))}{brackets} {field.name}"


def _short(name: str) -> str:
    return name.replace("/msg/", "/")


def _item(kind: Type) -> Kind | Text | Struct:
    return kind.item if isinstance(kind, Many) else kind


def _type_name(kind: Type) -> str:
    inner = _item(kind)
    if isinstance(inner, Text):
        return "string"
    return inner.name if isinstance(inner, Struct) else _PRIMITIVES.get(inner, inner.ros_name)


_PRIMITIVES = {
    Kind.BOOL: "bool",
    Kind.OCTET: "byte",
    Kind.FLOAT32: "float32",
    Kind.FLOAT64: "float64",
}


def _array_length(kind: Type) -> int:
    if not isinstance(kind, Many):
        return _NO_ARRAY
    return kind.length or _ANY_LENGTH


def _example(kind: Type) -> str:
    if isinstance(kind, Many):
        return "[]"
    if isinstance(kind, Text):
        return ""
    return "{}" if isinstance(kind, Struct) else _EXAMPLES.get(kind.letter, "0")
