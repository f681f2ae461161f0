"""Which command counts: session, order, values, freshness, gaps. Exactly one answer to each."""

import math

import pytest

from lanyard_core.safety.states import AckStatus, Cause, State


def statuses(outcome):
    return [ack.status for ack in outcome.acks]


def test_a_good_command_is_obeyed(armed):
    outcome = armed.tick(commands=armed.command(0.3))
    assert statuses(outcome) == [AckStatus.OK]
    assert armed.velocity[0] > 0.0


def test_a_command_above_the_cap_is_clamped_with_its_curvature(armed):
    outcome = armed.tick(commands=armed.command(1.0, 0.5))
    assert statuses(outcome) == [AckStatus.CLAMPED]
    armed.stream(2.0, 1.0, 0.5)
    assert armed.velocity[:3] == pytest.approx((0.5, 0.0, 0.25))


def test_without_full_speed_the_cap_is_250_millimetres_per_second(make_armed):
    drive = make_armed(full_speed=False)
    drive.stream(2.0, 1.0)
    assert drive.velocity[0] == pytest.approx(0.25)


def test_each_command_is_acknowledged_once_and_in_order(armed):
    burst = (
        *armed.command(0.1),
        *armed.command(0.2, session=99),
        *armed.command(math.nan),
        *armed.command(0.3, stamp_age_s=9.0),
        *armed.command(0.4, seq=1),
    )
    outcome = armed.tick(commands=burst)
    assert [(a.session, a.seq) for a in outcome.acks] == [(c.session, c.seq) for c in burst]


def test_of_a_burst_the_newest_good_command_counts(armed):
    burst = (*armed.command(0.1), *armed.command(0.2), *armed.command(0.3, stamp_age_s=9.0))
    outcome = armed.tick(commands=burst)
    assert statuses(outcome) == [AckStatus.SUPERSEDED, AckStatus.OK, AckStatus.STALE]
    assert armed.machine.stream.wanted[0] == 0.2


def test_a_command_of_another_session_has_no_effect(armed):
    outcome = armed.tick(commands=armed.command(math.nan, session=armed.session + 1))
    assert statuses(outcome) == [AckStatus.LEASE_LOST]
    assert (armed.state, armed.causes, armed.velocity[0]) == (State.ACTIVE, 0, 0.0)


def test_a_command_before_arming_is_not_obeyed(idle):
    idle.acquire()
    outcome = idle.tick(commands=idle.command(0.3))
    assert statuses(outcome) == [AckStatus.NOT_ARMED]
    assert not any(idle.velocity)


def test_a_command_to_a_stopped_robot_is_told_so(armed):
    armed.stop()
    assert statuses(armed.tick(commands=armed.command(0.3))) == [AckStatus.SAFE_STOP]


def test_a_command_in_the_tick_of_a_stop_is_not_said_to_be_obeyed(armed):
    outcome = armed.tick(commands=(*armed.command(0.3), *armed.command(9e9)))
    assert armed.state is State.SAFE_STOP
    assert statuses(outcome) == [AckStatus.SAFE_STOP, AckStatus.INVALID]


@pytest.mark.parametrize("stamp_age_s", [0.100, -0.050, 0.0])
def test_a_stamp_within_its_limits_counts(armed, stamp_age_s):
    outcome = armed.tick(commands=armed.command(0.3, stamp_age_s=stamp_age_s))
    assert statuses(outcome) == [AckStatus.OK]


@pytest.mark.parametrize("stamp_age_s", [0.101, -0.051, 3600.0, -3600.0, math.nan, math.inf])
def test_a_stamp_beyond_its_limits_is_stale(armed, stamp_age_s):
    outcome = armed.tick(commands=armed.command(0.3, stamp_age_s=stamp_age_s))
    assert statuses(outcome) == [AckStatus.STALE]
    assert not any(armed.velocity)


def test_a_command_older_than_the_limit_is_refused(armed):
    assert statuses(armed.tick(commands=armed.command(0.3, age_s=0.101))) == [AckStatus.STALE]


def test_a_stamp_an_hour_ahead_does_not_delay_a_stop(moving):
    for _ in range(60):  # 0.12 s
        moving.tick(commands=moving.command(0.4, stamp_age_s=-3600.0), beats=moving.beat())
    assert moving.causes == Cause.COMMAND_GAP
    assert moving.velocity[0] < 0.4


def test_silence_ramps_to_rest_within_gap_two_ticks_and_ramp(moving):
    ticks = 0
    while any(moving.velocity):
        moving.tick(beats=moving.beat())
        ticks += 1
    assert 0.1 < ticks * 0.002 <= 0.1 + 2 * 0.002 + 0.4 / 1.0 + 0.002
    assert moving.state is State.ACTIVE


def test_the_gap_counts_from_arrival_not_from_the_tick(moving):
    moving.tick(commands=moving.command(0.4, age_s=0.09), beats=moving.beat())
    moving.wait(0.012)
    assert moving.causes == Cause.COMMAND_GAP


def test_after_a_gap_only_a_neutral_command_lets_motion_go_on(moving):
    moving.wait(0.2)
    outcome = moving.tick(commands=moving.command(0.4))
    assert statuses(outcome) == [AckStatus.NOT_ARMED]
    slowing = moving.velocity[0]
    moving.stream(0.1, 0.4)
    assert moving.velocity[0] < slowing
    moving.tick(commands=moving.command(0.0))
    assert moving.causes == 0
    assert statuses(moving.tick(commands=moving.command(0.4))) == [AckStatus.OK]


def test_a_late_command_does_not_hide_the_gap_before_it(moving):
    moving.tick(elapsed_s=0.045, beats=moving.beat())
    moving.tick(elapsed_s=0.045, beats=moving.beat())
    outcome = moving.tick(elapsed_s=0.02, commands=moving.command(0.4), beats=moving.beat())
    assert statuses(outcome) == [AckStatus.NOT_ARMED]


def test_a_command_in_time_counts_although_its_tick_is_late(moving):
    moving.tick(elapsed_s=0.05, beats=moving.beat())
    moving.tick(elapsed_s=0.04, beats=moving.beat())
    outcome = moving.tick(
        elapsed_s=0.02, commands=moving.command(0.4, age_s=0.015), beats=moving.beat()
    )
    assert statuses(outcome) == [AckStatus.OK]


def test_a_repeated_number_is_a_duplicate(armed):
    seq = armed.command()[0].seq
    armed.tick(commands=armed.command(0.1, seq=seq))
    outcome = armed.tick(commands=armed.command(0.3, seq=seq))
    assert statuses(outcome) == [AckStatus.DUPLICATE]


def test_a_lower_number_is_out_of_order(armed):
    armed.tick(commands=armed.command(0.1, seq=50))
    assert statuses(armed.tick(commands=armed.command(0.3, seq=49))) == [AckStatus.OUT_OF_ORDER]


def test_three_repeated_numbers_in_a_second_stop_the_robot(moving):
    for _ in range(2):
        moving.stream(0.3, 0.4)
        moving.tick(commands=moving.command(0.4, seq=1), beats=moving.beat())
        assert moving.state is State.ACTIVE
    moving.tick(commands=moving.command(0.4, seq=1), beats=moving.beat())
    assert (moving.state, moving.causes) == (State.STOPPING, Cause.SEQUENCE)


def test_repeated_numbers_that_are_far_apart_do_not_stop_the_robot(moving):
    for _ in range(6):
        moving.tick(commands=moving.command(0.4, seq=1), beats=moving.beat())
        moving.stream(0.6, 0.4)
    assert moving.state is State.ACTIVE


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e308, 2.5, -2.5])
@pytest.mark.parametrize("axis", ["x", "yaw", "joint"])
def test_an_insane_value_stops_the_robot_in_the_tick_that_sees_it(moving, bad, axis):
    value = bad * 3 if abs(bad) == 2.5 else bad
    outcome = moving.tick(commands=moving.command(**{axis: value}), beats=moving.beat())
    assert statuses(outcome) == [AckStatus.INVALID]
    assert (moving.state, moving.causes) == (State.STOPPING, Cause.COMMAND_INVALID)
    assert moving.velocity[0] < 0.4


@pytest.mark.parametrize(
    "flaw",
    [
        {"velocity": (0.1, 0.1, 0.0, 0.0)},  # a differential base does not go sideways
        {"velocity": (0.1, 0.0)},
        {"velocity": (0.1, 0.0, 0.0, 0.0, 0.0)},  # one joint too many
        {"other_axes": (0.1, 0.0, 0.0)},
    ],
)
def test_a_malformed_command_is_refused_and_the_third_stops_the_robot(moving, flaw):
    for strike in (1, 2, 3):
        outcome = moving.tick(commands=moving.command(**flaw), beats=moving.beat())
        assert statuses(outcome) == [AckStatus.INVALID]
        assert moving.causes == (Cause.COMMAND_INVALID if strike == 3 else 0)


def test_an_axis_that_does_not_exist_is_insane_when_it_is_not_finite(moving):
    moving.tick(commands=moving.command(other_axes=(math.nan, 0.0, 0.0)), beats=moving.beat())
    assert moving.causes == Cause.COMMAND_INVALID


def test_a_command_for_the_base_alone_leaves_the_joints_at_rest(armed):
    armed.stream(0.2, 0.1, joint=0.5)
    armed.tick(commands=armed.command(velocity=(0.1, 0.0, 0.0)))
    assert armed.machine.stream.wanted == (0.1, 0.0, 0.0, 0.0)


def test_a_joint_in_its_margin_is_held_and_the_command_is_clamped(armed):
    armed.see(joint_positions=(1.95,))
    outcome = armed.tick(commands=armed.command(0.1, joint=0.5))
    assert statuses(outcome) == [AckStatus.CLAMPED]
    assert (armed.velocity[0] > 0.0, armed.velocity[3]) == (True, 0.0)
    armed.stream(0.1, joint=-0.5)
    assert armed.velocity[3] < 0.0


def test_a_nan_from_somebody_else_does_not_stop_the_holder(moving):
    moving.tick(commands=(*moving.command(math.nan, session=1), *moving.command(0.4)))
    assert moving.state is State.ACTIVE
