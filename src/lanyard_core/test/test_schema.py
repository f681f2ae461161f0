"""The validator agrees with the reference implementation and says what is wrong in words."""

from __future__ import annotations

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanyard_core.task.schema import problems_of_schema, validate, with_defaults

SPOT = {
    "type": "object",
    "properties": {
        "x_m": {"type": "number", "minimum": -5, "maximum": 5},
        "count": {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10},
        "name": {"type": "string", "minLength": 1, "maxLength": 4, "default": "box"},
        "side": {"type": "string", "enum": ["left", "right"]},
        "flag": {"type": "boolean", "default": True},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 2},
        "inner": {
            "type": "object",
            "properties": {"y_m": {"type": "number", "default": 1.5}},
            "additionalProperties": False,
        },
    },
    "required": ["x_m"],
    "additionalProperties": False,
}

numbers = st.one_of(st.integers(-12, 12), st.floats(-12, 12), st.just(10**400))
scalars = st.one_of(st.none(), st.booleans(), numbers, st.text(max_size=6), st.just("left"))
values = st.one_of(
    scalars,
    st.lists(scalars, max_size=3),
    st.dictionaries(st.sampled_from(["y_m", "z_m"]), scalars, max_size=2),
)
documents = st.one_of(
    values,
    st.dictionaries(st.sampled_from([*SPOT["properties"], "other"]), values, max_size=8),
)


def fields(value: object) -> dict[str, str]:
    return {error.field: error.code for error in validate(value, SPOT)}


@given(documents)
@settings(max_examples=500, deadline=None)
def test_it_accepts_what_the_reference_implementation_accepts(document: object) -> None:
    reference = jsonschema.Draft202012Validator(SPOT)
    assert (not validate(document, SPOT)) == reference.is_valid(document)


@given(documents)
@settings(max_examples=200, deadline=None)
def test_filling_in_defaults_keeps_a_valid_value_valid_and_does_not_touch_the_original(
    document: object,
) -> None:
    if validate(document, SPOT) or not isinstance(document, dict):
        return
    before = repr(document)
    assert not validate(with_defaults(document, SPOT), SPOT)
    assert repr(document) == before


def test_each_wrong_field_is_named_by_its_path_and_the_rule_that_it_breaks() -> None:
    assert fields({"x_m": 9, "side": "up", "tags": [1], "inner": {"q": 1}, "name": ""}) == {
        "parameters.x_m": "maximum",
        "parameters.side": "enum",
        "parameters.tags[0]": "type",
        "parameters.inner.q": "unknown_field",
        "parameters.name": "minLength",
    }


def test_a_missing_field_is_named() -> None:
    assert fields({}) == {"parameters.x_m": "required"}


def test_the_message_of_a_bound_says_the_bound() -> None:
    assert [error.message for error in validate({"x_m": 9}, SPOT)] == ["must be ≤ 5"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, "1", None])
def test_only_finite_numbers_are_numbers(value: object) -> None:
    assert fields({"x_m": value}) == {"parameters.x_m": "type"}


def test_defaults_are_filled_in_at_every_depth_where_the_object_is_there() -> None:
    assert with_defaults({"x_m": 1, "inner": {}}, SPOT) == {
        "x_m": 1,
        "name": "box",
        "flag": True,
        "inner": {"y_m": 1.5},
    }


@pytest.mark.parametrize(
    ("schema", "complaint"),
    [
        ([], "must be an object"),
        ({}, "'type' must be one of"),
        ({"type": ["string", "null"]}, "'type' must be one of"),
        ({"type": "string", "pattern": "a+"}, "'pattern' is not supported"),
        ({"type": "string", "minimum": 1}, "'minimum' says nothing about a string"),
        ({"type": "object"}, "'additionalProperties' must be false"),
        ({"type": "number", "maximum": 1, "default": 2}, "the default does not fit"),
        (
            {"type": "object", "additionalProperties": False, "required": ["a"]},
            "required property 'a' is not described",
        ),
        ({"type": "array", "items": {"type": "any"}}, "parameters[]: 'type' must be"),
    ],
)
def test_a_schema_that_is_not_fully_understood_is_refused(schema: object, complaint: str) -> None:
    assert any(complaint in problem for problem in problems_of_schema(schema))


def test_a_good_schema_has_no_problems_and_the_reference_implementation_agrees() -> None:
    jsonschema.Draft202012Validator.check_schema(SPOT)
    assert problems_of_schema(SPOT) == []
