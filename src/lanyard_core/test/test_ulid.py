"""ULIDs sort by time, and never go back."""

from hypothesis import given
from hypothesis import strategies as st

from lanyard_core.ulid import MonotonicUlids, is_ulid, ulid_text, ulid_value


def test_the_letters_are_those_of_the_specification():
    value = ulid_value(now_unix_s=1469918176.385, entropy=0)
    assert ulid_text(value) == "01ARYZ6S410000000000000000"


def test_ids_of_one_millisecond_rise_by_one():
    ulids = MonotonicUlids()
    first = ulids.next(now_unix_s=1.0, entropy=31)
    assert first.endswith("Z")
    assert ulids.next(now_unix_s=1.0, entropy=0).endswith("10")


@given(st.lists(st.tuples(st.floats(0, 4e9), st.integers(0, 2**80 - 1)), max_size=30))
def test_each_id_is_greater_than_the_one_before_whatever_the_clock_does(moments):
    ulids = MonotonicUlids()
    made = [ulids.next(now_unix_s=now, entropy=entropy) for now, entropy in moments]
    assert made == sorted(set(made))
    assert all(is_ulid(text) for text in made)


def test_other_letters_are_no_ulid():
    for text in ("", "01ARYZ6S41", "01aryz6s410000000000000000", "81ARYZ6S410000000000000000"):
        assert not is_ulid(text)
