"""Schemas of task parameters: what they may hold, and what a value that does not fit is told."""

from __future__ import annotations

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanyard_core.task.schema import MAX_ERRORS, problems_of_schema, validate, with_defaults

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
def test_the_drafts_of_old_and_new_libraries_judge_alike(document: object) -> None:
    for draft in (jsonschema.Draft7Validator, jsonschema.Draft202012Validator):
        assert (not validate(document, SPOT)) == draft(SPOT).is_valid(document)


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


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, 1.5, "1"])
def test_only_whole_finite_numbers_are_integers(value: object) -> None:
    assert fields({"x_m": 0, "count": value}) == {"parameters.count": "type"}


@pytest.mark.parametrize("field", SPOT["properties"])
def test_the_value_itself_is_not_repeated(field: str) -> None:
    errors = validate({"x_m": 0, field: {"s3cret": ["s3cret"]}}, SPOT)
    assert errors
    assert not any("s3cret" in error.message for error in errors)


@pytest.mark.parametrize(
    "document", [{f"f{number}": 1 for number in range(1000)}, {"x_m": 0, "tags": [1] * 1000}]
)
def test_the_list_of_errors_is_bounded(document: object) -> None:
    assert len(validate(document, SPOT)) == MAX_ERRORS


def test_a_value_that_is_nested_too_deeply_to_be_printed_is_refused() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert fields({"x_m": deep}) == {"parameters": "depth"}


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
        ({"type": "string", "minimum": 1}, "'minimum' is not supported for the type 'string'"),
        ({"type": "string", "minLength": -1}, "at minLength: -1 is less than"),
        ({"type": "object"}, "'additionalProperties' must be false"),
        (
            {"type": "object", "additionalProperties": True, "properties": {}},
            "'additionalProperties' must be false",
        ),
        ({"type": "object", "additionalProperties": False, "properties": 5}, "at properties: 5"),
        ({"type": "number", "maximum": 1, "default": 2}, "the default does not fit"),
        ({"type": "array", "items": {"type": "null", "default": 0}}, "parameters[]: the default"),
        (
            {"type": "object", "additionalProperties": False, "required": ["a"]},
            "required property 'a' is not described",
        ),
        ({"type": "array", "items": {"type": "any"}}, "parameters[]: 'type' must be"),
    ],
)
def test_a_schema_that_is_not_fully_understood_is_refused(schema: object, complaint: str) -> None:
    assert any(complaint in problem for problem in problems_of_schema(schema))


def test_every_problem_of_a_schema_is_listed_with_its_place() -> None:
    inner = {"type": "object", "required": ["a"]}
    schema = {"type": "object", "properties": {"one": {"type": "any"}, "inner": inner}}
    assert [problem.split(" ")[0] for problem in problems_of_schema(schema)] == [
        "parameters:",
        "parameters.one:",
        "parameters.inner:",
        "parameters.inner:",
    ]


def test_a_good_schema_has_no_problems() -> None:
    assert problems_of_schema(SPOT) == []
