"""The row between the ROS thread and the loop: in order, bounded, one call for many messages."""

from lanyard_rosbridge.ros.incoming import MAX_WAITING, MAX_WAITING_BYTES, Intake


class FakeHandover:
    """Keeps what is posted until the loop gets to it."""

    def __init__(self):
        self.posted = []

    def post(self, call):
        self.posted.append(call)

    def loop_runs(self):
        calls, self.posted = self.posted, []
        for call in calls:
            call()


def intake():
    handover, heard = FakeHandover(), []
    return handover, heard, Intake(handover, heard.extend)


def test_messages_that_came_together_are_handed_over_together_in_order():
    handover, heard, row = intake()
    for data in (b"a", b"b", b"c"):
        row.put(data)
    assert len(handover.posted) == 1
    handover.loop_runs()
    assert heard == [b"a", b"b", b"c"]
    row.put(b"d")
    handover.loop_runs()
    assert heard[-1] == b"d"


def test_when_the_loop_does_not_keep_up_the_oldest_go():
    handover, heard, row = intake()
    for number in range(MAX_WAITING + 10):
        row.put(str(number).encode())
    handover.loop_runs()
    assert (len(heard), heard[0], row.dropped) == (MAX_WAITING, b"10", 10)


def test_large_messages_are_bounded_by_their_bytes():
    handover, heard, row = intake()
    for _ in range(10):
        row.put(bytes(MAX_WAITING_BYTES // 2))
    handover.loop_runs()
    assert len(heard) == 2


def test_a_message_larger_than_the_bound_is_kept_while_it_is_the_newest():
    handover, heard, row = intake()
    row.put(bytes(MAX_WAITING_BYTES + 1))
    handover.loop_runs()
    assert len(heard) == 1
