import pytest

from lanyard_core.telemetry.schedule import Schedule


def ticks(schedule, *, until, lateness=0.0, work=0.0):
    """Times at which samples are made by someone who wakes late and needs time to work."""
    made = []
    while schedule.due + lateness <= until:
        now = schedule.due + lateness
        made.append(now)
        schedule.done(now + work)
    return made


def test_the_first_sample_is_due_at_once():
    assert Schedule(now=5.0, rate_hz=10.0).due == 5.0


@pytest.mark.parametrize("rate_hz", [0.1, 1.0, 10.0, 100.0])
def test_lateness_does_not_add_up(rate_hz):
    made = ticks(Schedule(now=0.0, rate_hz=rate_hz), until=600.0, lateness=0.004)
    assert len(made) == pytest.approx(600.0 * rate_hz, abs=2)


def test_what_was_missed_is_left_out_and_not_made_up_for():
    schedule = Schedule(now=0.0, rate_hz=10.0)
    schedule.done(0.0)
    schedule.done(1.234)
    assert schedule.due == pytest.approx(1.3)


def test_the_next_sample_is_always_due_later_than_now():
    schedule = Schedule(now=0.0, rate_hz=100.0)
    for now in (0.0, 0.0100001, 0.5, 0.5, 7.77):
        schedule.done(now)
        assert schedule.due > now - 1e-9
