"""The part of JSON Schema 2020-12 that task types may use: judge a value, fill in defaults.

The jsonschema library judges; this module says what a schema of ours may hold, names wrong fields
as the REST interface does, and never repeats a value. Only keywords are allowed that mean the same
in draft 7, which is where the library of older distributions stops, and that neither fetch anything
(``$ref``) nor run regular expressions. The one module of the core that needs the library. Pure
functions; callable from any thread.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import jsonschema

from lanyard_core.faults import FieldError

Schema = Mapping[str, object]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MAX_ERRORS = 20
"""Wrong fields that one judgement lists at most."""

_ANYWHERE = frozenset({"$schema", "title", "description", "default", "examples", "type", "enum"})
_BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
_KEYWORDS: Mapping[str, frozenset[str]] = {
    "object": frozenset({"properties", "required", "additionalProperties"}),
    "array": frozenset({"items", "minItems", "maxItems"}),
    "string": frozenset({"minLength", "maxLength"}),
    "number": _BOUNDS,
    "integer": _BOUNDS,
    "boolean": frozenset(),
    "null": frozenset(),
}
"""The types of values, each with the keywords that say something about it."""

# The library's own sentences repeat the value, which may be long or not meant for a log.
_SENTENCES = {
    "type": "must be of type {}",
    "enum": "must be one of {}",
    "minimum": "must be ≥ {}",
    "maximum": "must be ≤ {}",
    "exclusiveMinimum": "must be > {}",
    "exclusiveMaximum": "must be < {}",
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "minItems": "must have at least {} items",
    "maxItems": "must have at most {} items",
}


def _is_number(_checker: jsonschema.TypeChecker, value: object) -> bool:
    # JSON has no NaN and no infinity, and True is not a number, whatever Python thinks of it.
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


_Newest = getattr(jsonschema, "Draft202012Validator", jsonschema.Draft7Validator)
_Judge = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    _Newest, type_checker=_Newest.TYPE_CHECKER.redefine("number", _is_number)
)


def problems_of_schema(schema: object, place: str = "parameters") -> list[str]:
    """What is wrong with a schema itself, one sentence each with its place."""
    parts = list(_parts(schema, place))
    problems = [
        f"{where}: {problem}" for where, part in parts for problem in _against_house_rules(part)
    ]
    return problems or _against_the_dialect(schema, place) or list(_wrong_defaults(parts))


def validate(value: object, schema: Schema, field: str = "parameters") -> list[FieldError]:
    """The ways in which ``value`` does not fit ``schema``, MAX_ERRORS at most; empty when it does.

    ``schema`` is one without problems. ``field`` is the dotted path of the value. The code of an
    error is the keyword that was broken, ``unknown_field``, or ``depth``.
    """
    errors: dict[FieldError, None] = {}  # in order, and each once
    try:
        for found in _Judge(schema).iter_errors(value):
            errors.update(dict.fromkeys(_field_errors(found, field)))
            if len(errors) >= MAX_ERRORS:
                break
    except RecursionError:  # the library prints the values that it complains about
        return [FieldError(field, "depth", "is nested too deeply")]
    return list(errors)[:MAX_ERRORS]


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
    return with_defaults(value, schema) if isinstance(value, dict) else value


def _field_errors(error: jsonschema.ValidationError, field: str) -> Iterator[FieldError]:
    keyword, wanted = str(error.validator), error.validator_value
    place = field + "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path
    )
    if keyword == "required":
        for name in _strings(wanted):
            if name not in _mapping(error.instance):
                yield FieldError(f"{place}.{name}", "required", "is required")
    elif keyword == "additionalProperties":
        known = _mapping(_mapping(error.schema).get("properties"))
        message = f"is not known; known here: {', '.join(known) or 'none'}"
        for name in _mapping(error.instance):
            if name not in known:
                yield FieldError(f"{place}.{name}", "unknown_field", message)
    else:
        yield FieldError(place, keyword, _SENTENCES[keyword].format(wanted))


def _parts(schema: object, place: str) -> Iterator[tuple[str, object]]:
    """The schema and those within it, each with the place of the values that it judges."""
    yield place, schema
    described = _mapping(schema)
    for name, child in _mapping(described.get("properties")).items():
        yield from _parts(child, f"{place}.{name}")
    if "items" in described:
        yield from _parts(described["items"], f"{place}[]")


def _against_house_rules(schema: object) -> Iterator[str]:
    if not isinstance(schema, dict):
        yield "a schema must be an object"
        return
    kind = schema.get("type")
    if not isinstance(kind, str) or kind not in _KEYWORDS:
        yield f"'type' must be one of {', '.join(sorted(_KEYWORDS))}"
        return
    for keyword in schema:
        if keyword not in _ANYWHERE | _KEYWORDS[kind]:
            yield f"the keyword {keyword!r} is not supported for the type {kind!r}"
    # An object of which nothing at all is said here is somebody else's to judge.
    is_open = schema.get("additionalProperties") is True and "properties" not in schema
    if kind == "object" and not is_open and schema.get("additionalProperties") is not False:
        yield "'additionalProperties' must be false: typos must not pass"
    for name in _strings(schema.get("required")):
        if name not in _mapping(schema.get("properties")):
            yield f"the required property {name!r} is not described"


def _against_the_dialect(schema: object, place: str) -> list[str]:
    try:
        _Judge.check_schema(_mapping(schema))
    except jsonschema.SchemaError as error:
        return [f"{place}: at {'/'.join(map(str, error.absolute_path))}: {error.message}"]
    return []


def _wrong_defaults(parts: Sequence[tuple[str, object]]) -> Iterator[str]:
    for place, part in parts:
        schema = _mapping(part)
        if "default" in schema:
            for error in validate(schema["default"], schema, place):
                yield f"{place}: the default does not fit: {error.field}: {error.message}"


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _strings(value: object) -> Sequence[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
