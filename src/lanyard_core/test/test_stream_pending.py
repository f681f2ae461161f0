from lanyard_core.stream.frames import Command
from lanyard_core.stream.pending import CAPACITY, PendingAcks
from lanyard_core.telemetry.status import Twist


def table(*times, awaited=True):
    pending = PendingAcks(deadline_s=0.01)
    for seq, now in enumerate(times, 1):
        pending.sent(now, Command(seq, 0, Twist()), arrived=now, awaited=awaited)
    return pending


def test_an_answer_is_overdue_at_its_deadline_and_counted_once():
    pending = table(0.0)
    assert pending.overdue(0.00999) == 0
    assert pending.overdue(0.01) == 1
    assert pending.overdue(0.02) == 0


def test_the_next_deadline_is_that_of_the_oldest_open_command():
    pending = table(0.0, 0.005)
    assert pending.next_deadline() == 0.01
    pending.answered(1)
    assert pending.next_deadline() == 0.015
    pending.answered(2)
    assert pending.next_deadline() is None


def test_a_late_answer_still_finds_its_command():
    pending = table(0.0)
    pending.overdue(1.0)
    assert pending.answered(1).settled
    assert pending.answered(1) is None


def test_a_command_that_nobody_waits_for_has_no_deadline():
    pending = table(0.0, awaited=False)
    assert pending.next_deadline() is None
    assert pending.overdue(1.0) == 0
    assert pending.answered(1) is not None


def test_deadlines_can_be_forgotten():
    pending = table(0.0, 0.001)
    pending.forget_deadlines()
    assert pending.next_deadline() is None


def test_the_table_is_bounded_and_keeps_the_newest():
    pending = table(*(n * 0.001 for n in range(10_000)))
    assert len(pending) == CAPACITY
    assert pending.answered(1) is None
    assert pending.answered(10_000) is not None
