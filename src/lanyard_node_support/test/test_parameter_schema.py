"""Requirements of parameter declarations: what is refused, what is accepted, and in which words."""

import math

import pytest

from lanyard_node_support.parameter_schema import parse_declarations

DECLARATIONS = """
control:
  rate_hz:
    type: double
    default_value: 500.0
    unit: Hz
    description: Rate of the loop.
    validation:
      bounds<>: [50.0, 1000.0]
  base:
    frame:
      type: string
      default_value: base_link
      description: Frame of the base.
      read_only: true
      validation:
        not_empty<>:
  joint_names:
    type: string_array
    default_value: [joint_1]
    description: Joints in order.
    validation:
      size_gt<>: 0
  mode:
    type: string
    default_value: strict
    description: How late is late.
    validation:
      one_of<>: [[strict, lenient]]
"""


@pytest.fixture
def declarations():
    return parse_declarations(DECLARATIONS, source="test.yaml")


def test_nested_groups_become_dotted_names(declarations):
    assert list(declarations) == ["rate_hz", "base.frame", "joint_names", "mode"]


def test_a_whole_number_is_taken_for_a_double(declarations):
    value = declarations["rate_hz"].convert(500)
    assert value == 500.0
    assert isinstance(value, float)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_are_refused(declarations, bad):
    with pytest.raises(ValueError, match="finite"):
        declarations["rate_hz"].convert(bad)


@pytest.mark.parametrize(
    ("name", "bad", "words"),
    [
        ("rate_hz", 0, "must be between 50.0 and 1000.0"),
        ("rate_hz", True, "must be a number, not True"),
        ("rate_hz", "fast", "must be a number"),
        ("base.frame", "", "must not be empty"),
        ("base.frame", 3, "must be a text"),
        ("joint_names", [], "must have more than 0 entries"),
        ("joint_names", "joint_1", "must be a list, a text each"),
        ("joint_names", [1], "must be a text"),
        ("mode", "off", r"must be one of \['strict', 'lenient'\]"),
    ],
)
def test_a_wrong_value_is_refused_with_the_rule_that_it_breaks(declarations, name, bad, words):
    with pytest.raises(ValueError, match=words):
        declarations[name].convert(bad)


def test_the_rules_are_told_in_words(declarations):
    assert declarations["rate_hz"].constraints() == "between 50.0 and 1000.0"
    assert declarations["mode"].constraints() == "one of strict, lenient"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: 2\n", "one mapping"),
        ("n:\n  p: {type: int, default_value: 1}\n", "missing"),
        ("n:\n  p: {type: int, default_value: 1, description: d, colour: red}\n", "colour"),
        ("n:\n  p: {type: int, default_value: 1.5, description: d}\n", "default"),
        (
            "n:\n  p: {type: int, default_value: 1, description: d, validation: {near<>: 1}}\n",
            "near<>",
        ),
    ],
)
def test_a_faulty_declaration_file_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        parse_declarations(text, source="test.yaml")
