"""What the sensors, the stop input and the clockwork say."""

import math
from dataclasses import replace

import pytest

from lanyard_core.safety.states import Cause
from lanyard_core.safety.values import StopInput
from lanyard_core.safety.watch import joint_beyond, missing, overspeed, standing

REST = (0.0, 0.0, 0.0, 0.0)


def test_fresh_senses_have_nothing_standing(fresh, limits):
    assert standing(fresh, limits) == 0


@pytest.mark.parametrize(
    ("field", "limit"),
    [("odometry_age_s", 0.2), ("tf_age_s", 0.5), ("joints_age_s", 0.2)],
)
def test_a_sensor_is_lost_just_after_its_limit(fresh, limits, field, limit):
    assert standing(replace(fresh, **{field: limit}), limits) == 0
    for age in (limit + 0.001, math.inf, math.nan):
        assert standing(replace(fresh, **{field: age}), limits) == Cause.SENSOR_LOST


@pytest.mark.parametrize(
    "change",
    [
        {"linear_speed": math.nan},
        {"angular_speed": math.inf},
        {"joint_positions": (math.nan,)},
        {"joint_positions": ()},
    ],
)
def test_a_measurement_that_is_not_finite_is_as_good_as_none(fresh, limits, change):
    assert standing(replace(fresh, **change), limits) == Cause.SENSOR_LOST


def test_what_is_missing_is_named_for_the_operator(fresh, limits):
    blind = replace(fresh, odometry_age_s=math.inf, tf_age_s=math.inf, joints_age_s=math.inf)
    assert missing(blind, limits) == ("odometry", "tf from odometry to base", "joint states")


def test_a_robot_without_arm_needs_no_joint_states(fresh, limits):
    base = replace(
        limits,
        max_velocity=(0.5, 0.0, 1.0),
        joint_lower=(),
        joint_upper=(),
    )
    assert missing(replace(fresh, joints_age_s=math.inf, joint_positions=()), base) == ()


def test_the_gateway_is_dead_after_three_tenths_of_a_second(fresh, limits):
    assert standing(replace(fresh, gateway_age_s=0.3), limits) == 0
    assert standing(replace(fresh, gateway_age_s=0.301), limits) == Cause.GATEWAY_DEAD


def test_a_stop_input_that_is_not_wired_says_nothing(fresh, limits):
    assert standing(replace(fresh, stop_input=StopInput.NOT_WIRED), limits) == 0


@pytest.mark.parametrize(
    ("level", "age_s", "expected"),
    [
        (StopInput.RELEASED, 0.5, Cause.NONE),
        (StopInput.RELEASED, 0.501, Cause.STOP_INPUT_SILENT),
        (StopInput.PRESSED, 0.0, Cause.STOP_INPUT),
        (StopInput.PRESSED, 0.6, Cause.STOP_INPUT | Cause.STOP_INPUT_SILENT),
    ],
)
def test_a_pressed_or_silent_stop_input_stands(fresh, limits, level, age_s, expected):
    seen = replace(fresh, stop_input=level, stop_input_age_s=age_s)
    assert standing(seen, limits) == expected


@pytest.mark.parametrize(
    ("linear", "angular", "too_fast"),
    [
        (0.53, 0.0, False),  # 1.2 * 0.4 + 0.05
        (0.54, 0.0, True),
        (0.0, 0.33, False),  # 1.2 * 0.2 + 0.1 = 0.34
        (0.0, 0.35, True),
        (math.nan, 0.0, True),
    ],
)
def test_the_measured_speed_may_exceed_the_commanded_one_by_a_tolerance(
    fresh, limits, linear, angular, too_fast
):
    seen = replace(fresh, linear_speed=linear, angular_speed=angular)
    assert overspeed(seen, (-0.4, 0.0, -0.2, 0.0), limits) is too_fast


@pytest.mark.parametrize(
    ("position", "speed", "beyond"),
    [(2.01, 0.1, True), (2.01, -0.1, False), (-2.01, -0.1, True), (1.99, 0.1, False)],
)
def test_a_joint_past_its_limit_and_commanded_outward_is_beyond(
    fresh, limits, position, speed, beyond
):
    seen = replace(fresh, joint_positions=(position,))
    assert joint_beyond(seen, (0.0, 0.0, 0.0, speed), limits) is beyond
