"""JSON Schema, the part of draft 2020-12 that task types may use: judge a value, fill in defaults.

A small part on purpose, without ``$ref`` and without regular expressions: it needs nothing but the
standard library (the jsonschema package of the oldest ROS that we serve does not know 2020-12), its
cost is bounded by the schema's own depth, and its complaints name fields as the REST interface
does. A schema with a keyword that is not understood is refused as a whole, never half applied. Pure
functions; callable from any thread.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from lanyard_core.faults import FieldError

Schema = Mapping[str, object]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# These say something to people, not to the validator.
ANNOTATIONS = frozenset({"$schema", "title", "description", "default", "examples"})

_TYPES: dict[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, Mapping),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: _is_number(value),
    "integer": lambda value: _is_number(value) and _is_whole(value),
}


def problems_of_schema(schema: object, place: str = "parameters") -> list[str]:
    """What is wrong with a schema itself, one sentence each with its place."""
    if not isinstance(schema, Mapping):
        return [f"{place}: a schema must be an object"]
    problems = [
        f"{place}: the keyword {keyword!r} is not supported"
        for keyword in schema
        if keyword not in _RULES and keyword not in ANNOTATIONS and keyword not in _STRUCTURE
    ]
    kind = schema.get("type")
    if not isinstance(kind, str) or kind not in _TYPES:
        problems.append(f"{place}: 'type' must be one of {', '.join(sorted(_TYPES))}")
    problems += [
        f"{place}: {keyword!r} says nothing about {_with_article(str(kind))}"
        for keyword, kinds in _SPEAKS_OF.items()
        if keyword in schema and kind not in kinds
    ]
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        problems.append(f"{place}: 'additionalProperties' must be false: typos must not pass")
    properties = _mapping(schema.get("properties"))
    for name in _strings(schema.get("required")):
        if name not in properties:
            problems.append(f"{place}: the required property {name!r} is not described")
    for name, child in properties.items():
        problems += problems_of_schema(child, f"{place}.{name}")
    if "items" in schema:
        problems += problems_of_schema(schema["items"], f"{place}[]")
    if not problems and "default" in schema:
        problems += [
            f"{place}: the default does not fit: {error.field}: {error.message}"
            for error in validate(schema["default"], schema, place)
        ]
    return problems


def validate(value: object, schema: Schema, field: str = "parameters") -> list[FieldError]:
    """Every way in which ``value`` does not fit ``schema``; empty when it does.

    ``field`` is the dotted path of the value. The code of an error is the keyword that was broken, or
    ``unknown_field``.
    """
    wanted = str(schema.get("type"))
    if not _TYPES[wanted](value):
        return [FieldError(field, "type", f"must be {_with_article(wanted)}")]
    errors = [
        FieldError(field, keyword, complaint)
        for keyword, rule in _RULES.items()
        if keyword in schema and (complaint := rule(value, schema[keyword])) is not None
    ]
    if isinstance(value, Mapping):
        errors += _object_errors(value, schema, field)
    if isinstance(value, list) and "items" in schema:
        items = _mapping(schema["items"])
        for index, item in enumerate(value):
            errors += validate(item, items, f"{field}[{index}]")
    return errors


def with_defaults(value: Mapping[str, object], schema: Schema) -> dict[str, object]:
    """A copy of a valid object in which left-out properties have their schema's default."""
    filled = dict(value)
    for name, child in _mapping(schema.get("properties")).items():
        described = _mapping(child)
        if name in filled:
            filled[name] = _filled(filled[name], described)
        elif "default" in described:
            filled[name] = _filled(described["default"], described)
    return filled


def _filled(value: object, schema: Schema) -> object:
    if isinstance(value, list) and "items" in schema:
        return [_filled(item, _mapping(schema["items"])) for item in value]
    return with_defaults(value, schema) if isinstance(value, Mapping) else value


def _object_errors(value: Mapping[str, object], schema: Schema, field: str) -> Iterator[FieldError]:
    properties = _mapping(schema.get("properties"))
    for name in _strings(schema.get("required")):
        if name not in value:
            yield FieldError(f"{field}.{name}", "required", "is required")
    for name, item in value.items():
        if name in properties:
            yield from validate(item, _mapping(properties[name]), f"{field}.{name}")
        else:
            known = ", ".join(properties) or "none"
            yield FieldError(
                f"{field}.{name}", "unknown_field", f"is not known; known here: {known}"
            )


def _is_number(value: object) -> bool:
    # JSON has no NaN and no infinity, and True is not a number, whatever Python thinks of it.
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return value.is_integer() if isinstance(value, float) else isinstance(value, int)


def _with_article(type_name: str) -> str:
    if type_name == "null":
        return "null"
    return f"{'an' if type_name[0] in 'aio' else 'a'} {type_name}"


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _strings(value: object) -> Sequence[str]:
    items = value if isinstance(value, (list, tuple)) else ()
    return [item for item in items if isinstance(item, str)]


def _number(value: object) -> float:
    return value if isinstance(value, (int, float)) else math.nan


def _length(value: object) -> int:
    return len(value) if isinstance(value, (str, list)) else 0


def _same(one: object, other: object) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _enum(value: object, allowed: object) -> str | None:
    choices = allowed if isinstance(allowed, (list, tuple)) else ()
    if any(_same(value, choice) for choice in choices):
        return None
    return f"must be one of {', '.join(repr(choice) for choice in choices)}"


def _bound(
    applies: Callable[[object], float], holds: Callable[[float, float], bool], words: str
) -> Callable[[object, object], str | None]:
    def rule(value: object, limit: object) -> str | None:
        return None if holds(applies(value), _number(limit)) else words.format(limit)

    return rule


# The keywords that restrict a value, asked when the type was found right. Each answers with a
# complaint, or None when the value fits.
_RULES: dict[str, Callable[[object, object], str | None]] = {
    "enum": _enum,
    "minimum": _bound(_number, lambda value, limit: value >= limit, "must be ≥ {}"),
    "maximum": _bound(_number, lambda value, limit: value <= limit, "must be ≤ {}"),
    "exclusiveMinimum": _bound(_number, lambda value, limit: value > limit, "must be > {}"),
    "exclusiveMaximum": _bound(_number, lambda value, limit: value < limit, "must be < {}"),
    "minLength": _bound(_length, lambda value, limit: value >= limit, "needs ≥ {} characters"),
    "maxLength": _bound(_length, lambda value, limit: value <= limit, "may have ≤ {} characters"),
    "minItems": _bound(_length, lambda value, limit: value >= limit, "needs ≥ {} items"),
    "maxItems": _bound(_length, lambda value, limit: value <= limit, "may have ≤ {} items"),
}
_STRUCTURE = frozenset({"type", "properties", "required", "additionalProperties", "items"})

_NUMBERS = frozenset({"number", "integer"})
_SPEAKS_OF: dict[str, frozenset[str]] = {
    "minimum": _NUMBERS,
    "maximum": _NUMBERS,
    "exclusiveMinimum": _NUMBERS,
    "exclusiveMaximum": _NUMBERS,
    "minLength": frozenset({"string"}),
    "maxLength": frozenset({"string"}),
    "minItems": frozenset({"array"}),
    "maxItems": frozenset({"array"}),
    "items": frozenset({"array"}),
    "properties": frozenset({"object"}),
    "required": frozenset({"object"}),
    "additionalProperties": frozenset({"object"}),
}
