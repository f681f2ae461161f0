"""The window of events: what can be read again, by whom, and who is told of a gap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanyard_core.events.news import Event, EventType, News
from lanyard_core.events.window import CAPACITY, KEEP_S, EventWindow


def event(number):
    return Event(f"{number:026d}", number, News(EventType.TASK_QUEUED))


def filled(numbers, *, capacity=5, keep_s=60.0):
    window = EventWindow(capacity=capacity, keep_s=keep_s)
    for number in numbers:
        window.add(float(number), event(number))
    return window


def numbers(reading):
    return [each.at_us for each in reading.events]


def test_the_window_holds_ten_thousand_events_for_ten_minutes():
    assert (CAPACITY, KEEP_S) == (10_000, 600.0)


def test_events_are_read_in_order_from_the_cursor_on():
    window = filled(range(5))
    first = window.read(4.0, 0, limit=2)
    assert (numbers(first), first.cursor, first.lost) == ([0, 1], 2, 0)
    assert numbers(window.read(4.0, first.cursor, limit=100)) == [2, 3, 4]


def test_who_is_up_to_date_reads_nothing():
    window = filled(range(5))
    reading = window.read(4.0, window.end, limit=10)
    assert (reading.events, reading.cursor, reading.lost) == ((), window.end, 0)


def test_a_reader_that_is_too_slow_is_told_how_many_it_lost():
    window = filled(range(9))
    reading = window.read(8.0, 1, limit=10)
    assert (numbers(reading), reading.lost) == ([4, 5, 6, 7, 8], 3)


def test_events_go_when_their_time_is_over_though_no_new_one_comes():
    window = filled([0, 10], keep_s=60.0)
    assert numbers(window.read(60.0, 0, limit=10)) == [0, 10]
    reading = window.read(60.1, 0, limit=10)
    assert (numbers(reading), reading.lost) == ([10], 1)
    assert len(window) == 1


@pytest.mark.parametrize("known", range(5))
def test_who_names_an_event_that_is_there_goes_on_behind_it(known):
    window = filled(range(5))
    cursor, is_complete = window.cursor_after(4.0, event(known).id)
    assert is_complete
    assert numbers(window.read(4.0, cursor, limit=10)) == list(range(known + 1, 5))


def test_who_names_the_event_right_before_the_window_has_missed_nothing():
    window = filled(range(6))
    assert window.cursor_after(5.0, event(0).id) == (1, True)


def test_who_names_an_older_event_gets_what_there_is_and_may_have_missed_some():
    window = filled(range(7))
    cursor, is_complete = window.cursor_after(6.0, event(0).id)
    assert not is_complete
    assert numbers(window.read(6.0, cursor, limit=10)) == [2, 3, 4, 5, 6]


def test_an_id_of_another_gateway_leads_to_the_first_event_after_it():
    window = filled([10, 20, 30])
    cursor, is_complete = window.cursor_after(30.0, event(15).id)
    assert not is_complete
    assert numbers(window.read(30.0, cursor, limit=10)) == [20, 30]


def test_an_id_in_an_empty_window_may_have_missed_something():
    assert EventWindow().cursor_after(0.0, event(3).id) == (0, False)


@given(
    st.lists(st.sampled_from(["add", "read"]), max_size=80),
    st.integers(1, 6),
    st.integers(1, 4),
)
def test_a_reader_sees_every_event_once_in_order_or_is_told_how_many_are_lost(
    steps, capacity, limit
):
    window = EventWindow(capacity=capacity, keep_s=1e9)
    cursor = added = expected = 0
    for step in [*steps, *["read"] * 80]:
        if step == "add":
            window.add(0.0, event(added))
            added += 1
        else:
            reading = window.read(0.0, cursor, limit=limit)
            expected += reading.lost
            assert numbers(reading) == list(range(expected, expected + len(reading.events)))
            expected += len(reading.events)
            cursor = reading.cursor
    assert expected == added
