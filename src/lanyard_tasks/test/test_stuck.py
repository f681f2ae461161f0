"""A robot that does not move as commanded is noticed; one that merely corrects is not."""

from __future__ import annotations

from collections.abc import Callable

from lanyard_tasks.motion.stuck import Axis, StuckWatch

TICK_S = 0.02


def first_alarm(rate: Callable[[float], float], *, follows: float, seconds: float) -> float | None:
    """When an axis that covers the share ``follows`` of what it is told is called stuck."""
    watch = StuckWatch(slow_s=2.0)
    position, now = 0.0, 0.0
    while now < seconds:
        if watch.observe(now, {"wheel": Axis(rate(now), position, 0.03)}):
            return now
        position += follows * rate(now) * TICK_S
        now += TICK_S
    return None


def test_an_axis_that_does_not_follow_is_named_when_the_time_is_up() -> None:
    alarm = first_alarm(lambda _: 0.2, follows=0.0, seconds=5.0)
    assert alarm is not None
    assert 2.0 <= alarm <= 2.5


def test_an_axis_that_stops_on_its_way_is_named_soon_after() -> None:
    watch = StuckWatch(slow_s=2.0)
    position, now = 0.0, 0.0
    while not watch.observe(now, {"wheel": Axis(0.2, position, 0.03)}):
        position += 0.2 * TICK_S if now < 10.0 else 0.0
        now += TICK_S
    assert 12.0 <= now <= 13.5


def test_an_axis_that_runs_the_other_way_is_stuck_too() -> None:
    assert first_alarm(lambda _: 0.2, follows=-1.0, seconds=5.0) is not None


def test_an_axis_that_follows_slowly_is_not_stuck() -> None:
    assert first_alarm(lambda _: 0.2, follows=0.5, seconds=20.0) is None


def test_an_axis_that_is_told_next_to_nothing_is_not_judged() -> None:
    assert first_alarm(lambda _: 0.01, follows=0.0, seconds=20.0) is None


def test_corrections_to_and_fro_are_not_stuck() -> None:
    def swinging(now: float) -> float:
        return 0.2 if now % 0.4 < 0.2 else -0.2

    assert first_alarm(swinging, follows=0.0, seconds=9.0) is None


def test_a_lag_at_the_start_of_each_of_many_short_motions_is_not_stuck() -> None:
    watch = StuckWatch(slow_s=2.0)
    position, speed, now = 0.0, 0.0, 0.0
    while now < 60.0:
        told = 0.5 if now % 1.0 < 0.6 else 0.0
        assert watch.observe(now, {"joint": Axis(told, position, 0.05)}) is None
        lagging = told if now % 1.0 > 0.3 else 0.0
        speed += max(-1.0 * TICK_S, min(1.0 * TICK_S, lagging - speed))
        position += speed * TICK_S
        now += TICK_S


def test_after_a_reset_the_time_begins_anew() -> None:
    watch = StuckWatch(slow_s=2.0)
    for tick in range(150):
        if tick == 75:
            watch.reset()
        assert watch.observe(tick * TICK_S, {"wheel": Axis(0.2, 0.0, 0.03)}) is None
