"""Velocities: one factor for all axes, rates kept, zero crossed only by way of zero."""

import math

import pytest

from lanyard_core.safety.ramp import approach, brake, clamp, inward_only, without_dust

RATES = (1.0, 1.0, 2.0, 4.0)
REST = (0.0, 0.0, 0.0, 0.0)


def approached(velocity, target, *, elapsed_s=0.01):
    return approach(
        velocity,
        target,
        acceleration=(0.5, 0.5, 1.0, 2.0),
        deceleration=RATES,
        elapsed_s=elapsed_s,
    )


def test_braking_keeps_the_curvature_to_the_last_step():
    velocity = (0.5, 0.0, 0.3, -0.4)
    curvature = velocity[2] / velocity[0]
    while velocity != REST:
        assert velocity[2] / velocity[0] == pytest.approx(curvature, rel=1e-6)
        velocity = brake(velocity, RATES, elapsed_s=0.002)


def test_braking_takes_as_long_as_the_slowest_axis():
    velocity, steps = (0.5, 0.0, 0.2, 0.1), 0
    while velocity != REST:
        velocity, steps = brake(velocity, RATES, elapsed_s=0.01), steps + 1
    assert steps == pytest.approx(50, abs=1)


def test_braking_ends_in_exact_zeros():
    assert brake((0.001, 0.0, -0.001, 0.0), RATES, elapsed_s=0.01) == REST


def test_braking_at_rest_is_rest():
    assert brake(REST, RATES, elapsed_s=0.002) == REST


def test_gaining_speed_keeps_to_the_acceleration():
    assert approached(REST, (0.5, 0.0, 0.0, 0.0))[0] == pytest.approx(0.005)


def test_losing_speed_keeps_to_the_deceleration():
    assert approached((0.5, 0.0, 0.0, 0.0), REST)[0] == pytest.approx(0.49)


def test_approaching_from_rest_keeps_the_curvature_of_the_target():
    velocity = REST
    for _ in range(20):
        velocity = approached(velocity, (0.4, 0.0, 0.2, 0.0))
        assert velocity[2] / velocity[0] == pytest.approx(0.5, rel=1e-6)


def test_a_target_within_one_step_is_reached_exactly():
    assert approached((0.4, 0.0, 0.2, 0.1), (0.401, 0.0, 0.2, 0.1)) == (0.401, 0.0, 0.2, 0.1)


def test_a_reversal_passes_through_zero():
    velocity, seen = (0.1, 0.0, 0.0, 0.0), []
    while velocity[0] > -0.1:
        velocity = approached(velocity, (-0.1, 0.0, 0.0, 0.0))
        seen.append(velocity[0])
    assert 0.0 in seen


def test_a_reversal_within_one_step_still_rests_for_a_step():
    assert approached((0.001, 0.0, 0.0, 0.0), (-0.001, 0.0, 0.0, 0.0))[0] == 0.0


def test_clamping_scales_all_axes_by_one_factor():
    clamped, cut = clamp((1.0, 0.0, 1.0, 0.5), (0.5, 0.0, 1.0, 1.0))
    assert cut
    assert clamped == (0.5, 0.0, 0.5, 0.25)


def test_a_velocity_at_its_caps_is_not_clamped():
    assert clamp((0.5, 0.0, -1.0, 1.0), (0.5, 0.0, 1.0, 1.0)) == ((0.5, 0.0, -1.0, 1.0), False)


def test_no_minus_zero_comes_out_of_clamping():
    clamped, _ = clamp((1.0, 0.0, 0.0, 0.0), (0.5, 0.0, 1.0, 1.0))
    assert all(math.copysign(1.0, speed) == 1.0 for speed in clamped)


@pytest.mark.parametrize("dust", [-0.0, 5e-324, -1e-300, 1e-7])
def test_dust_becomes_zero(dust):
    (cleaned,) = without_dust((dust,))
    assert cleaned == 0.0
    assert math.copysign(1.0, cleaned) == 1.0


@pytest.mark.parametrize(
    ("position", "speed", "kept"),
    [
        (1.95, 0.3, 0.0),  # in the upper margin, outward
        (1.95, -0.3, -0.3),  # in the upper margin, inward
        (-1.95, -0.3, 0.0),
        (-1.95, 0.3, 0.3),
        (1.85, 0.3, 0.3),  # before the margin
        (math.nan, 0.3, 0.0),
        (math.nan, -0.3, 0.0),
    ],
)
def test_a_joint_in_its_margin_moves_only_inward(position, speed, kept):
    velocity = inward_only((0.1, 0.0, 0.0, speed), (position,), (-2.0,), (2.0,), margin=0.1)
    assert velocity == (0.1, 0.0, 0.0, kept)
