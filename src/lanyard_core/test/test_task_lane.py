"""The order of tasks that the same robots may take, and what goes before each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanyard_core.task.lane import Ahead, Lane, QueueEntry, RunTimes

ARM = frozenset({"arm-001"})
GUESSES = {"fetch": 10.0, "wait": 2.0}


def run_times() -> RunTimes:
    return RunTimes(lambda task_type: GUESSES.get(task_type, 0.0))


def entry(seq: int, *, priority: int = 1, task_type: str = "fetch") -> QueueEntry:
    return QueueEntry(seq, f"t-{seq}", task_type, priority, ARM)


def lane_of(*entries: QueueEntry) -> Lane:
    lane = Lane(ARM)
    for each in entries:
        lane.push(each)
    return lane


def test_higher_priority_goes_first_and_inside_one_the_order_of_arrival():
    lane = lane_of(entry(1), entry(2, priority=5), entry(3, priority=5), entry(4, priority=0))
    assert [each.seq for each in lane] == [2, 3, 1, 4]


def test_a_task_that_comes_back_gets_its_old_place():
    lane = lane_of(entry(2), entry(3))
    lane.push(entry(1))
    assert [each.seq for each in lane] == [1, 2, 3]


def test_what_goes_before_a_task_is_counted_in_tasks_and_in_work():
    lane = lane_of(entry(1), entry(2, priority=9, task_type="wait"), entry(3))
    assert lane.ahead_of(entry(2, priority=9, task_type="wait"), run_times()) == Ahead(0, 0.0)
    assert lane.ahead_of(entry(1), run_times()) == Ahead(1, 2.0)
    assert lane.ahead_of(entry(3), run_times()) == Ahead(2, 12.0)


def test_what_goes_before_a_task_of_another_lane_is_counted_too():
    lane = lane_of(entry(1), entry(3), entry(5))
    assert lane.ahead_of(entry(4), run_times()) == Ahead(2, 20.0)
    assert lane.ahead_of(entry(9, priority=0), run_times()) == Ahead(3, 30.0)
    assert Lane(ARM).ahead_of(entry(4), run_times()) == Ahead(0, 0.0)


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=40))
def test_a_lane_agrees_with_sorting_whatever_comes_and_goes(steps):
    lane, expected = Lane(ARM), []
    for seq, (priority, takes_out) in enumerate(steps):
        lane.push(entry(seq, priority=priority))
        expected.append(entry(seq, priority=priority))
        if takes_out:
            gone = min(expected, key=lambda each: each.rank)
            assert next(iter(lane)) == gone
            lane.remove(gone)
            expected.remove(gone)
    in_order = sorted(expected, key=lambda each: each.rank)
    assert list(lane) == in_order
    assert len(lane) == len(expected)
    for count, each in enumerate(in_order):
        assert lane.ahead_of(each, run_times()).tasks == count


def test_run_times_begin_with_the_guess_and_follow_what_happens():
    times = run_times()
    assert times.expected_s("fetch") == 10.0
    times.observe("fetch", 5.0)
    assert times.expected_s("fetch") == pytest.approx(9.0)
    for _ in range(50):
        times.observe("fetch", 4.0)
    assert times.expected_s("fetch") == pytest.approx(4.0, abs=0.01)
    assert times.expected_s("never seen") == 0.0
    times.observe("new", 3.0)
    assert times.expected_s("new") == 3.0
