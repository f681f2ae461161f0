"""What crosses the threads: bounded, in order, and nothing unanswered."""

import threading

import pytest

from lanyard_control.mailbox import COMMANDS, Answer, ArrivedBeat, ArrivedCommand
from lanyard_core.safety.states import State
from lanyard_core.safety.values import Release, Reply

ANSWER = Answer(Reply(True), State.IDLE, 0, at_rest=True)


def command(seq, *, arrived=10.0, stamp_age_s=0.01):
    return ArrivedCommand(1, seq, arrived, stamp_age_s, (0.1, 0.0, 0.0), (0.0, 0.0, 0.0))


def test_a_tick_takes_everything_in_order_and_leaves_nothing(mailbox):
    for seq in (1, 2, 3):
        mailbox.put_command(command(seq))
        mailbox.put_beat(ArrivedBeat(1, seq, 10.0))
    batch = mailbox.take()
    assert [c.seq for c in batch.commands] == [1, 2, 3]
    assert [b.seq for b in batch.beats] == [1, 2, 3]
    empty = mailbox.take()
    assert (empty.commands, empty.beats, empty.tickets, empty.evicted) == ([], [], [], [])


def test_a_flood_evicts_the_oldest_commands_and_loses_none(mailbox):
    for seq in range(COMMANDS + 3):
        mailbox.put_command(command(seq))
    batch = mailbox.take()
    assert [c.seq for c in batch.evicted] == [0, 1, 2]
    assert [c.seq for c in batch.commands] == list(range(3, COMMANDS + 3))


def test_ages_count_from_arrival(mailbox):
    seen = command(1, arrived=10.0, stamp_age_s=-0.02).at(10.5)
    assert (seen.age_s, seen.stamp_age_s) == (0.5, pytest.approx(0.48))
    assert ArrivedBeat(1, 1, 10.0).at(10.25).age_s == 0.25


def test_a_request_is_answered_across_threads(mailbox):
    ticket = mailbox.put_request(Release(7))

    def tick():
        (taken,) = mailbox.take().tickets
        assert taken.request == Release(7)
        taken.settle(ANSWER)

    thread = threading.Thread(target=tick)
    thread.start()
    assert ticket.wait(10.0) is ANSWER
    thread.join()


def test_a_request_that_nobody_answers_ends_in_none(mailbox):
    assert mailbox.put_request(Release(7)).wait(0.001) is None
