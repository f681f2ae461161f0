import pytest

from lanyard_core.backoff import Backoff, is_final

MIDDLE = 0.5


def test_the_waits_are_1_2_4_8_seconds_and_then_8():
    backoff = Backoff()
    assert [backoff.next_wait(draw=MIDDLE) for _ in range(6)] == [1, 2, 4, 8, 8, 8]


@pytest.mark.parametrize(("draw", "wait"), [(0.0, 0.8), (1.0, 1.2)])
def test_a_wait_is_at_most_20_percent_longer_or_shorter(draw, wait):
    assert Backoff().next_wait(draw=draw) == pytest.approx(wait)


def test_a_link_that_held_ten_seconds_starts_from_the_beginning():
    backoff = Backoff(attempts=5)
    backoff.link_lost(held_s=10.0)
    assert backoff.next_wait(draw=MIDDLE) == 1


def test_a_short_link_does_not_start_from_the_beginning():
    backoff = Backoff(attempts=2)
    backoff.link_lost(held_s=9.9)
    assert backoff.next_wait(draw=MIDDLE) == 4


@pytest.mark.parametrize("draw", [-0.1, 1.1])
def test_a_draw_outside_its_range_is_refused(draw):
    with pytest.raises(ValueError, match="draw"):
        Backoff().next_wait(draw=draw)


@pytest.mark.parametrize("code", [4401, 4403, 4404, 400, 401, 403, 404])
def test_a_refusal_that_waiting_cannot_cure_is_final(code):
    assert is_final(code)


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1013, 4408, 4409, 4503, 503, 429])
def test_any_other_end_is_worth_another_attempt(code):
    assert not is_final(code)


def test_two_hundred_clients_do_not_come_back_in_one_instant():
    waits = [Backoff().next_wait(draw=n / 200) for n in range(200)]
    fullest = max(sum(start <= wait < start + 0.1 for wait in waits) for start in waits)
    assert fullest <= 52  # spread over 0.4 s: a quarter in any tenth of a second
