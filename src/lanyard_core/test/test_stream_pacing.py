import pytest

from lanyard_core.safety.states import AckStatus
from lanyard_core.stream.frames import Command
from lanyard_core.stream.pacing import CommandPacer, Strikes
from lanyard_core.telemetry.status import Twist


def command(seq):
    return Command(seq, 0, Twist())


def numbers(held):
    return held.command.seq if held else None


def sent_of(pacer, times):
    """Offer a command at each time, drive the deadlines in between; what goes on, and when."""
    sent = []
    for seq, now in enumerate(times, 1):
        while (due := pacer.next_deadline()) is not None and due <= now:
            sent.append((due, numbers(pacer.due(due))))
        ready, _ = pacer.offer(now, command(seq))
        if ready:
            sent.append((now, numbers(ready)))
    if (due := pacer.next_deadline()) is not None:
        sent.append((due, numbers(pacer.due(due))))
    return sent


def test_a_burst_goes_through_and_then_the_newest_waits():
    pacer = CommandPacer(rate_hz=120.0, burst=5)
    sent = sent_of(pacer, [10.0] * 20)
    assert [seq for _, seq in sent] == [1, 2, 3, 4, 5, 20]
    assert sent[-1][0] == pytest.approx(10.0 + 1 / 120)


def test_a_command_takes_the_place_of_the_one_that_waits():
    pacer = CommandPacer(rate_hz=120.0, burst=1)
    assert pacer.offer(0.0, command(1))[0] is not None
    assert pacer.offer(0.0, command(2)) == (None, None)
    ready, replaced = pacer.offer(0.0, command(3))
    assert (numbers(ready), numbers(replaced.held)) == (None, 2)


@pytest.mark.parametrize(
    ("apart_s", "status"), [(0.001, AckStatus.STALE), (0.0011, AckStatus.RATE_LIMITED)]
)
def test_who_is_replaced_was_stale_when_more_than_five_came_within_5_ms(apart_s, status):
    pacer = CommandPacer(rate_hz=120.0, burst=5)
    offered = [pacer.offer(10.0 + n * apart_s, command(n)) for n in range(1, 8)]
    [replaced] = [found for _, found in offered if found is not None]
    assert (numbers(replaced.held), replaced.status) == (6, status)


def test_a_steady_100_hz_is_never_held_up():
    pacer = CommandPacer(rate_hz=120.0, burst=5)
    times = [n / 100 for n in range(1000)]
    assert sent_of(pacer, times) == [(now, seq) for seq, now in enumerate(times, 1)]


def test_a_flood_comes_through_at_the_highest_rate_and_always_the_newest():
    pacer = CommandPacer(rate_hz=120.0, burst=5)
    times = [n / 10_000 for n in range(10_000)]
    sent = sent_of(pacer, times)
    assert len(sent) <= 120 + 5 + 1
    assert all(times[seq - 1] > when - 0.001 for when, seq in sent)


def test_what_waits_can_be_dropped():
    pacer = CommandPacer(rate_hz=120.0, burst=1)
    pacer.offer(0.0, command(1))
    pacer.offer(0.0, command(2))
    assert numbers(pacer.drop()) == 2
    assert pacer.next_deadline() is None
    assert pacer.due(1.0) is None


def test_three_strikes_within_the_window_are_out():
    strikes = Strikes(limit=3, window_s=1.0)
    assert [strikes.strike(now) for now in (0.0, 0.5, 1.0)] == [False, False, True]


def test_strikes_outside_the_window_do_not_add_up():
    strikes = Strikes(limit=3, window_s=1.0)
    assert not any(strikes.strike(now) for now in (0.0, 0.6, 1.2, 1.8, 2.4))


def test_after_being_out_the_count_starts_again():
    strikes = Strikes(limit=2, window_s=1.0)
    assert [strikes.strike(0.0) for _ in range(4)] == [False, True, False, True]
