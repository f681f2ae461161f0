import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanyard_sim.motion import AxisLimits, next_speed

LIMITS = AxisLimits(speed=1.0, acceleration=2.0, braking=4.0)
DT = 0.005

speeds = st.floats(-1.0, 1.0)
wishes = st.floats(-10.0, 10.0)


def test_speed_rises_by_the_acceleration():
    assert next_speed(0.0, 1.0, LIMITS, DT) == pytest.approx(0.01)


def test_speed_falls_by_the_braking_rate():
    assert next_speed(1.0, 0.0, LIMITS, DT) == pytest.approx(0.98)


def test_a_wish_beyond_the_limit_is_cut_to_it():
    assert next_speed(1.0, 5.0, LIMITS, DT) == 1.0


def test_turning_round_passes_through_zero():
    assert next_speed(0.005, -1.0, LIMITS, DT) == 0.0
    assert next_speed(0.0, -1.0, LIMITS, DT) == pytest.approx(-0.01)


@given(current=speeds, wanted=wishes)
def test_no_step_is_larger_than_the_limits_allow(current, wanted):
    after = next_speed(current, wanted, LIMITS, DT)
    assert abs(after - current) <= LIMITS.braking * DT + 1e-12
    assert abs(after) <= max(abs(current), LIMITS.speed)
    if abs(after) > abs(current):
        assert abs(after) - abs(current) <= LIMITS.acceleration * DT + 1e-12


@given(current=speeds)
def test_a_wish_to_stand_is_reached_and_kept(current):
    for _ in range(60):
        current = next_speed(current, 0.0, LIMITS, DT)
    assert current == 0.0
