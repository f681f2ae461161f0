import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanyard_core.rotation import NO_ROTATION, inverse, product, rotated

HALF = math.sqrt(0.5)
ABOUT_X, ABOUT_Y, ABOUT_Z = (HALF, 0.0, 0.0, HALF), (0.0, HALF, 0.0, HALF), (0.0, 0.0, HALF, HALF)
X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)

angles = st.floats(-math.pi, math.pi)
places = st.tuples(*[st.floats(-100.0, 100.0)] * 3)


def about(axis, angle):
    x, y, z = (part * math.sin(angle / 2.0) for part in axis)
    return (x, y, z, math.cos(angle / 2.0))


@st.composite
def rotations(draw):
    first, second, third = (about(axis, draw(angles)) for axis in (X, Y, Z))
    return product(product(first, second), third)


@pytest.mark.parametrize(("turn", "axis", "becomes"), [
    (ABOUT_X, Y, Z), (ABOUT_Y, Z, X), (ABOUT_Z, X, Y),
])  # fmt: skip
def test_a_quarter_turn_about_each_axis_turns_the_next_axis_into_the_third(turn, axis, becomes):
    assert rotated(axis, turn) == pytest.approx(becomes)


def test_a_product_turns_by_its_second_rotation_in_the_frame_of_its_first():
    assert rotated(Z, product(ABOUT_Z, ABOUT_Y)) == pytest.approx(Y)


@given(places, rotations(), rotations())
def test_to_turn_by_a_product_is_to_turn_by_the_second_and_then_by_the_first(place, first, second):
    at_once = rotated(place, product(first, second))
    assert at_once == pytest.approx(rotated(rotated(place, second), first), abs=1e-9)


@given(places, rotations())
def test_the_inverse_takes_a_rotation_back(place, rotation):
    assert rotated(rotated(place, rotation), inverse(rotation)) == pytest.approx(place, abs=1e-9)
    assert product(rotation, inverse(rotation)) == pytest.approx(NO_ROTATION, abs=1e-12)
