"""Parameters are declared once, with unit and meaning, and the documentation is made from that."""

import pytest

from lanyard_node_support import describe
from lanyard_node_support.parameter_schema import load_declarations


def declarations():
    return [d for package in describe.PACKAGES for d in load_declarations(package).values()]


@pytest.mark.parametrize("declaration", declarations(), ids=lambda d: d.name)
def test_a_parameter_says_what_it_means(declaration):
    assert declaration.description.endswith("."), "a description is a sentence"
    assert len(declaration.description) > 15


@pytest.mark.parametrize("declaration", declarations(), ids=lambda d: d.name)
def test_a_number_has_a_unit_and_a_range(declaration):
    if declaration.type not in ("double", "double_array", "int", "int_array"):
        assert declaration.type
        return
    assert declaration.unit, "say the unit; write 'count' or '1' for a pure number"
    assert declaration.validation, "say what is allowed: no value may switch a check off"


def test_the_parameter_page_is_up_to_date(root):
    written = (root / "docs/parameters.md").read_text(encoding="utf-8")
    assert written == describe.page(), (
        "run: python -m lanyard_node_support.describe > docs/parameters.md"
    )
