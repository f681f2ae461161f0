"""Rates: what a window that slides grants, and when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lanyard_core.access.rates import Rate
from lanyard_gateway.doors.windows import SlidingWindows

HUNDRED = Rate(100)


def test_the_hundredth_in_a_second_is_granted_and_the_next_is_not():
    windows = SlidingWindows()
    answers = [windows.take("a", HUNDRED, now=5.0) for _ in range(101)]
    assert [answer.granted for answer in answers] == [True] * 100 + [False]
    assert (answers[0].remaining, answers[99].remaining, answers[100].remaining) == (99, 0, 0)


def test_whoever_waits_as_long_as_told_is_granted():
    windows = SlidingWindows()
    for step in range(100):
        windows.take("a", HUNDRED, now=step * 0.005)
    refused = windows.take("a", HUNDRED, now=0.6)
    assert not refused.granted
    assert windows.take("a", HUNDRED, now=0.6 + refused.free_in_s).granted
    assert windows.take("b", HUNDRED, now=0.6).granted


def test_a_refusal_costs_nothing():
    windows = SlidingWindows()
    for _ in range(1000):
        windows.take("a", HUNDRED, now=0.0)
    assert windows.take("a", HUNDRED, now=1.0).remaining == 99


def test_a_rate_that_is_lowered_holds_at_once():
    windows = SlidingWindows()
    for _ in range(50):
        windows.take("a", HUNDRED, now=0.0)
    assert not windows.take("a", Rate(20), now=0.1).granted
    assert windows.take("a", Rate(20), now=1.0).granted


def test_the_number_of_callers_is_bounded_and_the_quietest_is_forgotten():
    windows = SlidingWindows(max_callers=2)
    for who in ("a", "b", "a", "c"):
        windows.take(who, Rate(2), now=0.0)
    assert len(windows) == 2
    assert not windows.take("a", Rate(2), now=0.0).granted
    assert windows.take("b", Rate(2), now=0.0).remaining == 1


@given(
    gaps=st.lists(st.floats(0.0, 0.4, allow_nan=False), min_size=1, max_size=200),
    amount=st.integers(1, 20),
)
def test_no_stretch_of_a_second_ever_holds_more_than_the_amount(gaps, amount):
    windows, now, granted = SlidingWindows(), 0.0, []
    for gap in gaps:
        now += gap
        answer = windows.take("a", Rate(amount), now=now)
        assert 0.0 <= answer.free_in_s <= 1.0
        if answer.granted:
            granted.append(now)
    for end in range(len(granted)):
        within = [at for at in granted[: end + 1] if granted[end] - at < 0.999]
        assert len(within) <= amount
