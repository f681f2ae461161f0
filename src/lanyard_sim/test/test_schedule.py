import pytest

from lanyard_sim.schedule import Every, Pace

STEP_S = 0.005


@pytest.mark.parametrize("rate_hz", [1.0, 2.0, 5.0, 15.0, 50.0, 100.0, 200.0])
def test_in_ten_seconds_everything_is_due_as_often_as_its_rate_says(rate_hz):
    every = Every(rate_hz)
    assert sum(every.due(STEP_S) for _ in range(2000)) == pytest.approx(10 * rate_hz, abs=1)


def test_the_first_step_is_due():
    assert Every(1.0).due(STEP_S)


def test_a_rate_that_divides_the_steps_is_due_at_even_distances():
    every = Every(50.0)
    assert [every.due(STEP_S) for _ in range(12)] == [True, False, False, False] * 3


def pace() -> Pace:
    return Pace(step_s=STEP_S, catch_up_s=0.1, now=100.0)


def test_steps_keep_up_with_the_clock():
    p = pace()
    made = sum(p.steps_until(100.0 + 0.0013 * tick) for tick in range(1, 1001))
    assert made == 260
    assert p.lost_s == 0.0


def test_a_late_call_is_caught_up_with():
    p = pace()
    assert p.steps_until(100.05) == 10
    assert p.lost_s == 0.0


def test_a_long_pause_is_left_out_and_counted():
    p = pace()
    assert p.steps_until(160.0) == 20
    assert p.lost_s == pytest.approx(59.9)
    assert p.steps_until(160.005) == 1


def test_a_clock_that_stands_still_makes_no_steps():
    p = pace()
    assert p.steps_until(100.0) == 0
    assert p.steps_until(100.0) == 0
