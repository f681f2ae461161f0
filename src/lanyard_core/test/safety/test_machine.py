"""The whole machine in virtual time: start, arm, stop, reset, and the order of things."""

import itertools
import math
from dataclasses import replace

import pytest

from lanyard_core.safety.causes import INTERNAL, SEVERE
from lanyard_core.safety.machine import fail, initial, step
from lanyard_core.safety.states import Cause, State, StopKind
from lanyard_core.safety.values import (
    ACK_TIMEOUT_REASON,
    Arm,
    Inputs,
    Observation,
    Reset,
    Stop,
    StopInput,
)

TICK_S = 0.002


# Starting


def test_it_starts_in_starting_and_waits_for_its_sensors(starting):
    starting.seen = Observation()
    starting.wait(5.0)
    assert (starting.state, starting.causes) == (State.STARTING, 0)


def test_it_is_idle_once_its_sensors_are_fresh(starting):
    starting.tick()
    assert starting.state is State.IDLE


def test_starting_waits_for_a_wired_stop_input_that_was_not_heard_yet(starting):
    starting.see(stop_input=StopInput.RELEASED, stop_input_age_s=math.inf)
    starting.wait(1.0)
    assert (starting.state, starting.causes) == (State.STARTING, 0)
    starting.see(stop_input_age_s=0.1)
    starting.tick()
    assert starting.state is State.IDLE


def test_a_stop_during_start_is_latched_there(starting, fresh):
    starting.seen = Observation()
    starting.stop()
    starting.seen = fresh
    starting.wait(1.0)
    assert (starting.state, starting.causes) == (State.STARTING, Cause.STOP_REQUEST)
    assert starting.reset().success
    assert starting.state is State.IDLE


# Arming


def test_arming_needs_the_lease(idle):
    reply = idle.arm()
    assert not reply.success
    assert "lease" in reply.message


def test_arming_needs_a_heartbeat_of_the_session(idle):
    idle.acquire()
    reply = idle.ask(Arm(idle.session, arm=True), commands=idle.command())
    assert not reply.success
    assert "heartbeat" in reply.message


def test_arming_needs_a_neutral_command(idle):
    idle.acquire()
    reply = idle.ask(Arm(idle.session, arm=True), commands=idle.command(0.1), beats=idle.beat())
    assert not reply.success
    assert "neutral" in reply.message


def test_the_neutral_command_must_be_fresh(idle):
    idle.acquire()
    idle.tick(commands=idle.command(), beats=idle.beat())
    idle.wait(0.098)
    assert idle.ask(Arm(idle.session, arm=True), elapsed_s=0.001).success
    idle.disarm()
    idle.tick(commands=idle.command())
    idle.wait(0.1)
    assert not idle.ask(Arm(idle.session, arm=True), elapsed_s=0.001).success


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"odometry_age_s": 0.3}, "odometry"),
        ({"tf_age_s": 0.6}, "tf"),
        ({"joints_age_s": 0.3}, "joint states"),
        ({"gateway_age_s": 0.4}, "gateway"),
    ],
)
def test_arming_needs_fresh_sensors_and_says_which(idle, change, word):
    idle.acquire()
    idle.see(**change)
    reply = idle.arm()
    assert not reply.success
    assert word in reply.message


def test_arming_an_armed_session_again_changes_nothing(armed):
    assert armed.arm().success
    assert armed.state is State.ACTIVE


def test_a_stop_in_the_tick_of_the_arming_wins(idle):
    idle.acquire()
    outcome = idle.tick(
        Arm(idle.session, arm=True),
        Stop(StopKind.SAFE_STOP),
        commands=idle.command(),
        beats=idle.beat(),
    )
    assert idle.state is State.SAFE_STOP
    assert [reply.success for reply in outcome.replies] == [False, True]


def test_disarming_at_rest_is_idle_at_once(armed):
    assert armed.disarm().success
    assert (armed.state, armed.causes) == (State.IDLE, 0)


def test_disarming_while_moving_ramps_to_idle_without_a_cause(moving):
    moving.disarm()
    assert moving.state is State.STOPPING
    assert not moving.arm().success
    moving.wait(0.5)
    assert (moving.state, moving.causes) == (State.IDLE, 0)


def test_only_the_holder_disarms(armed):
    assert not armed.ask(Arm(armed.session + 1, arm=False)).success
    assert armed.state is State.ACTIVE


# Stopping


def test_a_stop_request_lowers_the_speed_in_its_own_tick(moving):
    before = moving.velocity[0]
    moving.stop()
    assert moving.velocity[0] < before


def test_a_controlled_stop_takes_no_longer_than_its_ramp(moving):
    moving.stop()
    moving.stream(0.4, 0.4)
    assert (moving.state, moving.velocity[0]) == (State.SAFE_STOP, 0.0)


def test_a_halt_takes_the_fast_ramp_and_then_the_power(moving):
    moving.stop(StopKind.HALT)
    assert moving.state is State.HALTED
    moving.wait(0.2)
    assert not any(moving.velocity)
    assert not moving.outcome.power_off
    moving.wait(0.31)
    assert moving.outcome.power_off


def test_power_comes_back_with_the_reset(moving):
    moving.stop(StopKind.HALT)
    moving.wait(1.0)
    moving.reset(severe=True)
    assert not moving.outcome.power_off


def test_a_missed_acknowledgement_is_told_apart_from_a_stop_by_a_person(moving):
    moving.stop(reason=ACK_TIMEOUT_REASON)
    assert moving.causes == Cause.ACK_LATE


@pytest.mark.parametrize("state", ["starting", "idle", "armed", "moving"])
@pytest.mark.parametrize("kind", list(StopKind))
def test_a_stop_is_latched_in_every_state(state, kind, request):
    drive = request.getfixturevalue(state)
    assert drive.stop(kind).success
    assert drive.causes in (Cause.STOP_REQUEST, Cause.HALT_REQUEST)
    drive.wait(5.0)
    assert drive.causes in (Cause.STOP_REQUEST, Cause.HALT_REQUEST)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"odometry_age_s": 0.3}, Cause.SENSOR_LOST),
        ({"tf_age_s": 0.6}, Cause.SENSOR_LOST),
        ({"gateway_age_s": 0.4}, Cause.GATEWAY_DEAD),
        ({"joint_positions": (math.nan,)}, Cause.SENSOR_LOST),
    ],
)
def test_losing_a_sensor_stops_a_moving_robot_in_the_same_tick(moving, change, cause):
    moving.see(**change)
    moving.stream(TICK_S, 0.4)
    assert (moving.state, moving.causes) == (State.STOPPING, cause)


def test_losing_a_sensor_at_rest_latches_nothing_but_forbids_arming(idle):
    idle.see(odometry_age_s=9.0)
    idle.wait(1.0)
    assert (idle.state, idle.causes) == (State.IDLE, 0)


def test_a_speed_that_is_too_high_for_too_long_stops_the_robot(moving):
    moving.see(linear_speed=0.6)
    moving.stream(0.098, 0.4)
    assert moving.state is State.ACTIVE
    moving.stream(3 * TICK_S, 0.4)
    assert moving.causes == Cause.LIMIT


def test_a_base_that_lags_behind_while_it_is_braked_is_not_too_fast(moving):
    commanded = [0.4] * 50
    while any(moving.velocity):
        moving.see(linear_speed=commanded[-50])  # as it was 0.1 s ago
        moving.stream(TICK_S, 0.0)
        commanded.append(moving.velocity[0])
    for speed in commanded[-50:]:
        moving.see(linear_speed=speed)
        moving.stream(TICK_S, 0.0)
    assert moving.state is State.ACTIVE


def test_braking_now_and_then_does_not_hide_a_base_that_runs_away(moving):
    moving.see(linear_speed=0.9)
    for _ in range(40):
        moving.stream(3 * TICK_S, 0.4)
        moving.stream(3 * TICK_S, 0.35)
    assert moving.causes == Cause.LIMIT


def test_a_short_excess_of_speed_is_forgiven(moving):
    for _ in range(5):
        moving.see(linear_speed=0.6)
        moving.stream(0.08, 0.4)
        moving.see(linear_speed=0.4)
        moving.stream(TICK_S, 0.4)
    assert moving.state is State.ACTIVE


def test_a_joint_past_its_limit_and_still_going_stops_the_robot(armed):
    armed.stream(0.5, joint=0.8)
    armed.see(joint_positions=(2.05,))
    armed.stream(TICK_S, joint=0.8)
    assert armed.causes == Cause.LIMIT


@pytest.mark.parametrize("level", [StopInput.PRESSED, StopInput.RELEASED])
def test_a_pressed_or_silent_stop_input_halts(moving, level):
    age = 0.0 if level is StopInput.PRESSED else 0.6
    moving.see(stop_input=level, stop_input_age_s=age)
    moving.stream(TICK_S, 0.4)
    assert moving.state is State.HALTED


# The clockwork


def test_one_gap_of_more_than_50_ms_is_a_fault(moving):
    moving.tick(elapsed_s=0.0501, commands=moving.command(0.4), beats=moving.beat())
    assert (moving.state, moving.causes) == (State.FAULT, Cause.OVERRUN)


def test_a_gap_of_50_ms_is_not(moving):
    moving.tick(elapsed_s=0.05, commands=moving.command(0.4), beats=moving.beat())
    assert moving.state is State.ACTIVE


def test_three_late_ticks_in_a_row_are_a_fault(moving):
    for _ in range(2):
        moving.stream(TICK_S, 0.4, late_s=0.011)
        assert moving.state is State.ACTIVE
    moving.stream(TICK_S, 0.4, late_s=0.011)
    assert moving.causes == Cause.OVERRUN


def test_late_ticks_that_are_not_in_a_row_are_forgiven(moving):
    for _ in range(10):
        moving.stream(2 * TICK_S, 0.4, late_s=0.011)
        moving.stream(TICK_S, 0.4)
    assert moving.state is State.ACTIVE


@pytest.mark.parametrize("state", ["starting", "idle"])
def test_an_overrun_at_rest_is_no_fault(state, request):
    drive = request.getfixturevalue(state)
    drive.tick(elapsed_s=2.0)
    assert drive.causes == 0


# Resetting


def stopped(drive, kind=StopKind.SAFE_STOP):
    drive.stop(kind)
    drive.wait(1.0)
    return drive


def test_a_reset_clears_the_latch_and_moves_nothing(moving):
    stopped(moving)
    assert moving.reset().success
    moving.stream(1.0, 0.4)
    assert (moving.state, moving.causes, moving.velocity[0]) == (State.IDLE, 0, 0.0)


def test_a_reset_of_a_moving_robot_is_refused(moving):
    moving.stop()
    reply = moving.reset()
    assert not reply.success
    assert "moving" in reply.message
    assert moving.causes == Cause.STOP_REQUEST


def test_a_repeated_reset_id_does_nothing(armed):
    armed.stop()
    reset = Reset(77, may_reset_severe=True)
    assert armed.ask(reset).success
    armed.stop()
    for _ in range(3):
        assert not armed.ask(reset).success
    assert armed.state is State.SAFE_STOP


def test_two_held_resets_clear_nothing_in_turns(armed):
    armed.stop()
    for reset_id in (1, 2, 1, 2, 1, 2):
        armed.ask(Reset(reset_id, may_reset_severe=True))
        armed.stop()
    assert armed.state is State.SAFE_STOP


def test_a_reset_in_the_tick_of_a_stop_does_not_swallow_it(armed):
    armed.stop()
    outcome = armed.tick(Stop(StopKind.SAFE_STOP), Reset(5, may_reset_severe=True))
    assert (armed.state, armed.causes) == (State.SAFE_STOP, Cause.STOP_REQUEST)
    assert [reply.success for reply in outcome.replies] == [True, False]


def test_a_severe_stop_is_reset_only_by_a_role_that_may(armed):
    stopped(armed, StopKind.HALT)
    assert not armed.reset().success
    assert armed.state is State.HALTED
    assert armed.reset(severe=True).success
    assert armed.state is State.IDLE


def test_a_severe_stop_is_left_through_the_self_test(armed):
    stopped(armed, StopKind.HALT)
    armed.see(odometry_age_s=9.0)
    armed.reset(severe=True)
    assert armed.state is State.STARTING


@pytest.mark.parametrize(
    ("change", "restored"),
    [
        ({"odometry_age_s": 9.0}, {"odometry_age_s": 0.0}),
        ({"gateway_age_s": 9.0}, {"gateway_age_s": 0.0}),
    ],
)
def test_a_reset_is_refused_while_its_condition_stands(moving, change, restored):
    moving.see(**change)
    moving.wait(1.0)
    refused = moving.reset()
    assert not refused.success
    assert refused.message
    assert moving.state is State.SAFE_STOP
    moving.see(**restored)
    assert moving.reset().success


def test_a_reset_is_refused_while_the_stop_input_is_pressed(armed):
    armed.see(stop_input=StopInput.PRESSED, stop_input_age_s=0.0)
    armed.wait(0.1)
    assert not armed.reset(severe=True).success
    armed.see(stop_input=StopInput.RELEASED)
    assert armed.reset(severe=True).success


def test_nothing_is_cleared_unless_everything_can_be(moving):
    moving.see(odometry_age_s=9.0)
    moving.tick(Stop(StopKind.SAFE_STOP), beats=moving.beat())
    moving.wait(1.0)
    moving.reset()
    assert moving.causes == Cause.SENSOR_LOST | Cause.STOP_REQUEST


def test_the_end_of_the_process_is_never_reset(armed):
    for _ in range(10):
        armed.tick(Reset(5, may_reset_severe=True), shutdown=True)
    assert (armed.state, armed.causes) == (State.SAFE_STOP, Cause.SHUTDOWN)


def test_communications_that_come_back_do_not_move_the_robot(moving):
    moving.stream(4.0, 0.4)
    for _ in range(1600):  # 3.2 s of silence
        moving.tick()
    assert moving.causes == Cause.HEARTBEAT_LOST
    moving.stream(2.0, 0.4)
    assert (moving.state, moving.velocity[0]) == (State.SAFE_STOP, 0.0)


# Several causes at once


CAUSES = [cause for cause in Cause if cause and cause is not Cause.COMMAND_GAP]


@pytest.mark.parametrize("size", [2, 3])
def test_the_most_severe_of_simultaneous_causes_decides(moving, size):
    machine, limits = moving.machine, moving.limits
    checked = 0
    for causes in itertools.combinations(CAUSES, size):
        bits = sum(causes)
        seen = moving.seen
        after, _ = step(machine, Inputs(TICK_S, seen, failures=Cause(bits)), limits)
        expected = (
            State.FAULT if bits & INTERNAL else State.HALTED if bits & SEVERE else State.STOPPING
        )
        assert (after.state, after.latched) == (expected, bits)
        checked += 1
    assert checked == math.comb(16, size)


# When the machine itself fails


def test_an_error_inside_the_machine_is_a_fault_with_the_fast_ramp(moving):
    after, outcome = fail(moving.machine, moving.limits, elapsed_s=0.01)
    assert (after.state, outcome.causes) == (State.FAULT, Cause.INTERNAL)
    assert after.velocity[0] == pytest.approx(0.38)


def test_a_velocity_that_is_not_sound_never_leaves(moving, limits):
    broken = replace(limits, acceleration=(math.nan,) * 4)
    after, outcome = step(
        moving.machine,
        Inputs(TICK_S, moving.seen, commands=moving.command(0.5), beats=moving.beat()),
        broken,
    )
    assert (after.state, after.velocity) == (State.FAULT, limits.rest)
    assert outcome.causes == Cause.INTERNAL


def test_the_same_inputs_give_the_same_outcome(limits):
    inputs = Inputs(TICK_S, Observation())
    assert step(initial(limits), inputs, limits) == step(initial(limits), inputs, limits)
