"""A histogram that does not grow and is wrong by a sixteenth at most."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanyard_control.histogram import BINS, Histogram, bin_of, quantiles, since, upper_edge

DURATIONS = st.floats(0.0, 120.0)


@given(DURATIONS)
def test_a_duration_is_below_the_edge_of_its_bin_and_by_no_more_than_a_sixteenth(duration_s):
    edge = upper_edge(bin_of(duration_s))
    assert duration_s <= edge * (1 + 1e-9)
    assert edge <= (duration_s + 1e-6) * (1 + 1 / 16) * (1 + 1e-9)


@given(DURATIONS, DURATIONS)
def test_a_longer_duration_is_never_in_an_earlier_bin(one, other):
    assert bin_of(min(one, other)) <= bin_of(max(one, other))


@pytest.mark.parametrize(("duration_s", "number"), [(-1.0, 0), (0.0, 0), (1e9, BINS - 1)])
def test_what_fits_no_bin_is_in_the_first_or_the_last(duration_s, number):
    assert bin_of(duration_s) == number


@given(st.lists(DURATIONS, min_size=1, max_size=200), st.floats(0.01, 1.0))
def test_a_quantile_is_that_of_the_sorted_durations(durations, share):
    histogram = Histogram()
    for duration_s in durations:
        histogram.add(duration_s)
    (found,) = quantiles(histogram.counts(), (share,))
    rank = math.ceil(share * len(durations))
    assert found == upper_edge(bin_of(sorted(durations)[rank - 1]))


def test_nothing_has_quantiles_of_zero():
    assert quantiles(Histogram().counts(), (0.5, 1.0)) == [0.0, 0.0]


def test_what_came_between_two_copies_is_their_difference():
    histogram = Histogram()
    histogram.add(1.0)
    before = histogram.counts()
    histogram.add(0.001)
    (found,) = quantiles(since(before, histogram.counts()), (1.0,))
    assert found == pytest.approx(0.001, rel=0.07)
