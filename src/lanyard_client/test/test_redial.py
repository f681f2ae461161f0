"""When a client connects again, in virtual time."""

import pytest

from lanyard_client.redial import Redial


class Rig:
    def __init__(self, *, draw=0.5):
        self.now = 100.0
        self.redial = Redial(clock=lambda: self.now, draw=lambda: draw)

    def fails(self, count):
        """So many attempts in a row that fail; the waits before the next ones."""
        waits = []
        for _ in range(count):
            waits.append(self.redial.next_wait())
            self.now += waits[-1]
        return waits

    def holds(self, seconds):
        self.redial.linked()
        self.now += seconds


def test_the_waits_are_1_2_4_8_and_then_8_for_as_long_as_it_takes():
    assert Rig().fails(7) == [1, 2, 4, 8, 8, 8, 8]


def test_the_time_without_a_link_does_not_count_as_a_good_link():
    rig = Rig()
    rig.holds(3.0)
    assert rig.fails(6) == [1, 2, 4, 8, 8, 8]


def test_a_link_of_ten_seconds_starts_from_one_second_again():
    rig = Rig()
    rig.fails(3)
    rig.holds(10.0)
    assert rig.fails(2) == [1, 2]


def test_a_link_that_breaks_at_once_goes_on_where_it_was():
    rig = Rig()
    rig.fails(2)
    rig.holds(0.5)
    assert rig.fails(2) == [4, 8]


@pytest.mark.parametrize(("draw", "share"), [(0.0, 0.8), (1.0, 1.2)])
def test_every_wait_is_up_to_a_fifth_shorter_or_longer(draw, share):
    assert Rig(draw=draw).fails(4) == pytest.approx([share * s for s in (1, 2, 4, 8)])
