import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanyard_sim.base import DifferentialBase
from lanyard_sim.settings import BaseSettings

DT = 0.005
SETTINGS = BaseSettings(
    command_timeout_s=0.2,
    wheel_separation_m=0.5,
    max_wheel_speed_mps=1.0,
    acceleration_mps2=2.0,
    braking_mps2=4.0,
    angular_acceleration_radps2=6.0,
    angular_braking_radps2=12.0,
)


def driven(linear: float, angular: float, seconds: float, *, blocked: bool = False):
    base = DifferentialBase(SETTINGS)
    for _ in range(round(seconds / DT)):
        base.advance(linear, angular, DT, blocked=blocked)
    return base


def test_it_drives_straight_on():
    base = driven(0.5, 0.0, 2.0)
    # 0.25 s of gaining speed cost half of the way that they would have made.
    assert base.pose.x == pytest.approx(0.5 * 2.0 - 0.5 * 0.25 / 2, abs=0.01)
    assert (base.pose.y, base.pose.yaw) == (0.0, 0.0)


def test_it_turns_on_the_spot():
    base = driven(0.0, 1.0, 1.0)
    assert (base.pose.x, base.pose.y) == (0.0, 0.0)
    assert base.pose.yaw == pytest.approx(1.0 - 1.0 / 6.0 / 2, abs=0.01)


def test_too_fast_a_curve_is_driven_slower_but_with_the_same_radius():
    base = driven(1.0, 4.0, 2.0)
    assert base.linear / base.angular == pytest.approx(0.25)
    outer_wheel = base.linear + base.angular * SETTINGS.wheel_separation_m / 2
    assert outer_wheel == pytest.approx(SETTINGS.max_wheel_speed_mps)


def test_it_brakes_to_a_standstill_in_the_way_that_its_brakes_allow():
    base = driven(1.0, 0.0, 1.0)
    before = base.pose.x
    for _ in range(round(0.25 / DT)):
        base.advance(0.0, 0.0, DT, blocked=False)
    assert base.at_rest
    assert base.pose.x - before == pytest.approx(1.0 / (2 * 4.0), abs=0.01)


def test_blocked_wheels_do_not_move_it():
    base = driven(0.5, 0.5, 1.0, blocked=True)
    assert base.at_rest
    assert (base.pose.x, base.pose.y, base.pose.yaw) == (0.0, 0.0, 0.0)


def test_wheels_that_block_while_it_drives_brake_it():
    base = driven(0.5, 0.0, 1.0)
    for _ in range(round(0.2 / DT)):
        base.advance(0.5, 0.0, DT, blocked=True)
    assert base.at_rest


@given(
    commands=st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=1, max_size=40)
)
def test_no_wheel_ever_gains_speed_faster_or_turns_faster_than_it_can(commands):
    base = DifferentialBase(SETTINGS)
    for linear, angular in commands:
        before = base.linear
        base.advance(linear, angular, DT, blocked=False)
        assert abs(base.linear - before) <= SETTINGS.braking_mps2 * DT + 1e-12
        assert abs(base.linear) <= SETTINGS.max_wheel_speed_mps + 1e-12
