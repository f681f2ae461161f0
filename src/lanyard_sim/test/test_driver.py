import math

import pytest

from lanyard_sim.driver import CommandIntake

TIMEOUT_S = 0.2
STEP_S = 0.005


@pytest.fixture
def intake() -> CommandIntake:
    """A driver in whose ears a stream has begun."""
    intake = CommandIntake(width=2, timeout_s=TIMEOUT_S)
    intake.offer((0.0, 0.0))
    return intake


def test_nothing_moves_before_the_first_command():
    assert CommandIntake(width=2, timeout_s=TIMEOUT_S).setpoint == (0.0, 0.0)


def test_a_stream_that_does_not_begin_with_zero_moves_nothing():
    intake = CommandIntake(width=2, timeout_s=TIMEOUT_S)
    for _ in range(100):
        assert intake.offer((0.3, 0.1)) is None
        assert intake.setpoint == (0.0, 0.0)


def test_a_command_holds_until_the_time_out_and_not_one_step_longer(intake):
    intake.offer((0.3, 0.1))
    for _ in range(39):
        intake.advance(STEP_S)
    assert intake.setpoint == (0.3, 0.1)
    intake.advance(STEP_S)
    assert intake.setpoint == (0.0, 0.0)


def test_each_command_starts_the_time_out_anew(intake):
    for _ in range(100):
        intake.offer((0.3, 0.1))
        intake.advance(0.9 * TIMEOUT_S)
        assert intake.setpoint == (0.3, 0.1)


def test_the_command_of_a_sender_that_hung_beyond_the_time_out_moves_nothing(intake):
    intake.offer((0.3, 0.1))
    intake.advance(1.0)
    assert intake.offer((0.3, 0.1)) is None
    assert intake.setpoint == (0.0, 0.0)


def test_after_the_time_out_a_stream_that_begins_with_zero_moves_again(intake):
    intake.offer((0.3, 0.1))
    intake.advance(1.0)
    intake.offer((0.0, 0.0))
    assert intake.offer((0.2, 0.0)) is None
    assert intake.setpoint == (0.2, 0.0)


def test_after_nonsense_only_a_stream_that_begins_with_zero_moves_again(intake):
    intake.offer((math.nan, 0.0))
    intake.offer((0.3, 0.1))
    assert intake.setpoint == (0.0, 0.0)
    intake.offer((0.0, 0.0))
    intake.offer((0.3, 0.1))
    assert intake.setpoint == (0.3, 0.1)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", [0, 1])
def test_a_command_that_is_not_finite_is_refused_and_ends_the_one_before(intake, bad, place):
    intake.offer((0.3, 0.1))
    command = [0.3, 0.1]
    command[place] = bad
    assert intake.offer(command) == "not every number is finite"
    assert intake.setpoint == (0.0, 0.0)


@pytest.mark.parametrize("command", [(), (0.3,), (0.3, 0.1, 0.0)])
def test_a_command_of_the_wrong_length_is_refused_and_ends_the_one_before(intake, command):
    intake.offer((0.3, 0.1))
    assert intake.offer(command) == f"expected 2 numbers, got {len(command)}"
    assert intake.setpoint == (0.0, 0.0)


def test_a_stream_of_refused_commands_keeps_the_motors_still(intake):
    intake.offer((0.3, 0.1))
    for _ in range(100):
        intake.offer((math.nan, 0.1))
        intake.advance(STEP_S)
        assert intake.setpoint == (0.0, 0.0)


def test_refused_commands_are_counted_with_their_last_reason(intake):
    assert (intake.refused, intake.refusal, intake.refused_ago_s) == (0, "", math.inf)
    intake.offer((math.nan, 0.0))
    intake.offer((1.0,))
    intake.advance(STEP_S)
    intake.offer((0.1, 0.0))
    assert intake.refused == 2
    assert intake.refusal == "expected 2 numbers, got 1"
    assert intake.refused_ago_s == STEP_S


def test_a_held_driver_follows_no_command_however_long_the_stream(intake):
    intake.offer((0.3, 0.1))
    intake.hold(held=True)
    for _ in range(100):
        assert intake.setpoint == (0.0, 0.0)
        assert intake.offer((0.3, 0.1)) is None
        intake.advance(STEP_S)


def test_after_a_hold_only_a_stream_that_begins_with_zero_moves_anything(intake):
    intake.hold(held=True)
    intake.offer((0.0, 0.0))
    intake.offer((0.3, 0.1))
    intake.hold(held=False)
    intake.offer((0.3, 0.1))
    assert intake.setpoint == (0.0, 0.0)
    intake.offer((0.0, 0.0))
    intake.offer((0.2, 0.0))
    assert intake.setpoint == (0.2, 0.0)


def test_a_held_driver_still_refuses_nonsense(intake):
    intake.hold(held=True)
    assert intake.offer((math.nan, 0.0)) == "not every number is finite"
    assert intake.refused == 1
