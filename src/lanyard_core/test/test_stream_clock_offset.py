import pytest

from lanyard_core.stream.clock_offset import DRIFT, ClockOffset

OFFSETS = [0.0, 3600.0, -3600.0, 1.8e9]


def test_before_anything_was_learned_a_frame_counts_as_just_made():
    assert ClockOffset().age(10.0, 99.0) == 0.0


@pytest.mark.parametrize("offset", OFFSETS)
def test_the_age_does_not_depend_on_what_time_the_sender_thinks_it_is(offset):
    clock = ClockOffset()
    clock.learn(10.0, 10.0 + offset)
    assert clock.age(10.5, 10.4 + offset) == pytest.approx(0.1, abs=1e-3)


def test_the_fastest_frame_sets_the_measure():
    clock = ClockOffset()
    for travel in (0.08, 0.02, 0.05):
        clock.learn(10.0, 10.0 - travel)
    assert clock.age(10.0, 9.9) == pytest.approx(0.08, abs=1e-3)


def test_a_stamp_ahead_of_the_known_clock_gives_a_negative_age():
    clock = ClockOffset()
    clock.learn(10.0, 10.0)
    assert clock.age(10.0, 10.051) == pytest.approx(-0.051, abs=1e-9)


def test_a_link_that_becomes_slow_for_good_is_not_taken_for_normal():
    clock = ClockOffset()
    clock.learn(0.0, 0.0)
    for second in range(1, 61):
        clock.learn(second, second - 0.5)
    assert clock.age(60.0, 59.5) > 0.48


def test_clocks_may_drift_apart_slowly():
    clock = ClockOffset()
    hour = 3600
    for second in range(hour):
        clock.learn(second, second * (1 - DRIFT / 2))
    assert clock.age(hour, hour * (1 - DRIFT / 2)) < 0.01
