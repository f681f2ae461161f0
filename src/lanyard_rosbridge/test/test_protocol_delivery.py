"""What waits for a client: the newest, within its pace and its bytes."""

from dataclasses import dataclass

from lanyard_rosbridge.protocol.delivery import MAX_WAITING_BYTES, Delivery, Pace


@dataclass(frozen=True)
class Item:
    number: int
    size: int = 10


def test_the_newest_takes_the_place_of_the_last():
    row = Delivery(Pace())
    for number in range(5):
        row.put(Item(number))
    assert (len(row), row.take(0.0).number, row.dropped) == (1, 4, 4)
    assert row.due_at is None


def test_a_queue_keeps_the_last_few_in_order():
    row = Delivery(Pace(queue_length=3))
    for number in range(5):
        row.put(Item(number))
    assert [row.take(0.0).number for _ in range(3)] == [2, 3, 4]


def test_a_throttled_message_waits_for_its_time_and_is_the_newest_then():
    row = Delivery(Pace(throttle_s=0.5))
    row.put(Item(1))
    assert row.due_at == float("-inf")
    row.take(10.0)
    row.put(Item(2))
    row.put(Item(3))
    assert row.due_at == 10.5
    assert row.take(10.5).number == 3


def test_what_waits_is_bounded_in_bytes():
    row = Delivery(Pace(queue_length=100))
    for number in range(10):
        row.put(Item(number, size=MAX_WAITING_BYTES // 2))
    assert len(row) == 2


def test_messages_larger_than_the_policy_allows_are_left_out():
    row = Delivery(Pace(max_bytes=100))
    row.put(Item(1, size=101))
    row.put(Item(2, size=100))
    assert row.take(0.0).number == 2


def test_a_pace_may_change_while_something_waits():
    row = Delivery(Pace(queue_length=5))
    for number in range(4):
        row.put(Item(number))
    row.pace = Pace(queue_length=2)
    assert [row.take(0.0).number for _ in range(2)] == [2, 3]


def test_what_a_shorter_queue_left_out_takes_no_room_any_more():
    row = Delivery(Pace(queue_length=4))
    for number in range(4):
        row.put(Item(number, size=MAX_WAITING_BYTES // 4))
    row.pace = Pace(queue_length=1)
    row.pace = Pace(queue_length=4)
    for number in range(4, 7):
        row.put(Item(number, size=MAX_WAITING_BYTES // 4))
    assert [row.take(0.0).number for _ in range(4)] == [3, 4, 5, 6]
