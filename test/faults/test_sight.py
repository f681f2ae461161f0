"""What the observer prints is understood: when the base came to rest, and how far it went."""

import io
import json
import os

import pytest

from fault_campaign.sight import NotSeenError, Sight


def motion(at, x, speed):
    return {"kind": "motion", "at": at, "x": x, "y": 0.0, "speed": speed, "turn": 0.0}


def state(at, number):
    return {"kind": "state", "at": at, "state": number, "causes": 0, "session": 0}


def sight(*lines):
    seen = Sight(io.BytesIO(b"".join(json.dumps(line).encode() + b"\n" for line in lines)))
    newest = max(line["at"] for line in lines if line["kind"] == "motion")
    seen.watch_until(newest)
    return seen


DRIVE = [
    motion(1.00, 0.00, 0.25),
    motion(1.02, 0.02, 0.25),
    motion(1.04, 0.03, 0.10),
    motion(1.06, 0.03, 0.00),
    motion(1.08, 0.03, 0.00),
]


def test_rest_is_the_first_sight_without_speed():
    assert sight(*DRIVE).rest(since=1.0).at == 1.06


def test_a_base_that_turns_on_the_spot_is_not_at_rest():
    turning = {**motion(1.06, 0.03, 0.0), "turn": 0.1}
    assert sight(*DRIVE[:3], turning).rest(since=1.0) is None


def test_the_way_begins_at_the_moment_between_two_sights():
    assert sight(*DRIVE).way(begin=1.01, end=1.06) == pytest.approx(0.02)


def test_a_base_at_rest_goes_no_way():
    assert sight(*DRIVE).way(begin=1.06, end=1.08) == 0.0


def test_a_base_that_moves_again_goes_a_way():
    again = motion(1.10, 0.05, 0.25)
    assert sight(*DRIVE, again).way(begin=1.06, end=1.10) == pytest.approx(0.02)


def test_what_was_seen_before_is_forgotten_but_for_the_newest():
    seen = sight(state(1.0, 1), state(1.01, 2), *DRIVE)
    seen.forget()
    assert [told.state for told in seen.states(since=0.0)] == [2]
    assert [each.at for each in seen.motions(since=0.0)] == [1.08]


def test_a_halt_counts_from_its_moment():
    halt = {"kind": "halt", "at": 1.05, "halted": True}
    seen = sight(halt, *DRIVE)
    assert seen.halted(since=1.0)
    assert not seen.halted(since=1.06)


def test_what_does_not_come_in_time_is_named():
    read, write = os.pipe()
    seen = Sight(os.fdopen(read, "rb"))
    with pytest.raises(NotSeenError, match="a unicorn: not within"):
        seen.wait_for(lambda: False, what="a unicorn", within_s=0.01)
    os.close(write)


def test_an_observer_that_has_ended_is_not_waited_for():
    with pytest.raises(NotSeenError, match="a unicorn: the observer has ended"):
        sight(*DRIVE).wait_for(lambda: False, what="a unicorn", within_s=60.0)
