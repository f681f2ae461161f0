from itertools import permutations

import pytest

from lanyard_core.stream.sequence import Arrival, SequenceTracker


def arrivals(*numbers):
    tracker = SequenceTracker()
    return tracker, [tracker.take(number) for number in numbers]


def test_numbers_that_rise_are_new():
    tracker, seen = arrivals(1, 2, 3)
    assert seen == [Arrival.NEW] * 3
    assert (tracker.last, tracker.lost) == (3, 0)


def test_a_gap_is_counted_once():
    tracker, seen = arrivals(1, 5, 6)
    assert seen == [Arrival.NEW] * 3
    assert tracker.lost == 3


def test_numbers_that_start_late_count_as_a_gap():
    assert arrivals(4)[0].lost == 3


@pytest.mark.parametrize("numbers", [(1, 1), (1, 2, 1), (3, 2, 2)])
def test_a_number_that_came_before_is_a_duplicate(numbers):
    assert arrivals(*numbers)[1][-1] is Arrival.DUPLICATE


def test_a_number_that_comes_late_is_out_of_order():
    tracker, seen = arrivals(1, 3, 2)
    assert seen[-1] is Arrival.OUT_OF_ORDER
    assert tracker.last == 3


@pytest.mark.parametrize("jump", [63, 64, 65, 10**18])
def test_a_jump_of_any_width_is_followed(jump):
    tracker, seen = arrivals(1, 1 + jump, 1)
    assert seen[1] is Arrival.NEW
    assert seen[2] is Arrival.DUPLICATE
    assert tracker.lost == jump - 1


def test_each_order_of_arrival_lets_every_number_through_once_at_most():
    for order in permutations(range(1, 7)):
        tracker, seen = arrivals(*order, *order)
        new = [number for number, what in zip(order, seen) if what is Arrival.NEW]
        assert new == sorted(new)
        assert set(seen[len(order) :]) == {Arrival.DUPLICATE}
        assert tracker.last == 6
