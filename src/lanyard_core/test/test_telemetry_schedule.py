"""The grid on which samples are made."""

import math
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanyard_core.telemetry.schedule import next_tick, phase_of

RATES = [0.1, 1.0, 10.0, 30.0, 100.0]


def served(rate_hz, *, until, lateness=lambda: 0.0, phase=0.3, now=5.0):
    """Moments that are served by a timer which is a little early or late."""
    moments = []
    while True:
        due = next_tick(now, rate_hz=rate_hz, phase=phase)
        if due > until:
            return moments
        now = due + lateness()
        moments.append(due)


@pytest.mark.parametrize("rate_hz", RATES)
def test_lateness_does_not_add_up(rate_hz):
    dice = random.Random(7)
    made = served(rate_hz, until=605.0, lateness=lambda: dice.uniform(-0.001, 0.004))
    assert len(made) == pytest.approx(600.0 * rate_hz, abs=2)


@pytest.mark.parametrize("rate_hz", RATES)
def test_no_moment_is_served_twice_and_none_left_out_when_the_timer_trembles(rate_hz):
    dice = random.Random(11)
    made = served(rate_hz, until=60.0, lateness=lambda: dice.uniform(-0.001, 0.002))
    gaps = [after - before for before, after in pairwise(made)]
    assert gaps == pytest.approx([1.0 / rate_hz] * len(gaps))


def test_what_was_missed_is_left_out_and_not_made_up_for():
    assert next_tick(1.234, rate_hz=10.0, phase=0.0) == pytest.approx(1.3)


def test_the_slower_grid_lies_on_the_faster_one():
    fast = {round(moment, 6) for moment in served(100.0, until=20.0)}
    assert {round(moment, 6) for moment in served(10.0, until=19.9)} <= fast


def test_robots_have_grids_of_their_own_that_never_change():
    phases = [phase_of(f"arm-{number:03d}") for number in range(500)]
    assert phases == [phase_of(f"arm-{number:03d}") for number in range(500)]
    assert all(0.0 <= phase < 1.0 for phase in phases)
    in_each_tenth = [
        sum(math.floor(10 * phase) == tenth for phase in phases) for tenth in range(10)
    ]
    assert min(in_each_tenth) > 20


@given(st.floats(0.0, 1e6), st.floats(0.1, 100.0), st.floats(0.0, 0.999))
def test_the_next_moment_is_half_a_period_away_at_least_and_one_and_a_half_at_most(
    now, rate_hz, phase
):
    away = (next_tick(now, rate_hz=rate_hz, phase=phase) - now) * rate_hz
    assert 0.499 <= away <= 1.501
