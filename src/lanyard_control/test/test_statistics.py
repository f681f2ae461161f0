"""Figures of the loop: totals only grow, and those of the last seconds come from copies."""

from __future__ import annotations

import pytest

from lanyard_control.statistics import LoopStatistics, Recent
from lanyard_core.safety.states import AckStatus, Cause


@pytest.fixture
def statistics() -> LoopStatistics:
    return LoopStatistics()


def run(statistics, ticks, *, late_s=0.0001, missed=0):
    for _ in range(ticks):
        statistics.ticked(late_s=late_s, missed=missed)


def test_ticks_and_missed_ticks_are_counted_from_the_start(statistics):
    recent = Recent(statistics)
    run(statistics, 10)
    run(statistics, 1, late_s=0.007, missed=3)
    figures = recent.look()
    assert (figures["ticks"], figures["missed_ticks"]) == ("11", "3")
    assert figures["late_us_max"] == "7000"


def test_the_quantiles_are_those_of_what_was_counted(statistics):
    recent = Recent(statistics)
    run(statistics, 989, late_s=40e-6)
    run(statistics, 9, late_s=100e-6)
    run(statistics, 2, late_s=900e-6)
    figures = recent.look()
    found = [float(figures[f"late_us_{share}"]) for share in ("p50", "p99", "p99_9", "max")]
    assert found == [pytest.approx(us, rel=0.07) for us in (40, 100, 900, 900)]


def test_figures_of_the_last_seconds_forget_what_is_older(statistics):
    recent = Recent(statistics, looks=3)
    run(statistics, 1, late_s=0.05, missed=20)
    recent.look()
    for _ in range(3):
        run(statistics, 100)
        figures = recent.look()
    assert figures["missed_ticks"] == "20"
    assert figures["missed_ticks_last_3_s"] == "0"
    assert float(figures["late_us_max"]) == 50_000
    assert float(figures["late_last_3_s_us_max"]) == pytest.approx(100, rel=0.07)


def test_a_loop_that_stands_still_has_no_ticks_since_the_last_look(statistics):
    recent = Recent(statistics)
    run(statistics, 5)
    assert recent.look()["ticks_since_last_look"] == "5"
    assert recent.look()["ticks_since_last_look"] == "0"


def test_of_nothing_all_figures_are_zero(statistics):
    assert set(Recent(statistics).look().values()) == {"0"}


def test_commands_are_counted_by_what_became_of_them_and_timed(statistics):
    statistics.acknowledged(AckStatus.OK, handling_s=0.001)
    statistics.acknowledged(AckStatus.STALE, handling_s=0.003)
    assert statistics.by_status[AckStatus.OK] == statistics.by_status[AckStatus.STALE] == 1
    figures = Recent(statistics).look()
    assert (figures["commands"], figures["ack_us_max"]) == ("2", "3000")


def test_each_cause_of_a_stop_is_counted(statistics):
    statistics.stopped(int(Cause.OVERRUN | Cause.SENSOR_LOST))
    statistics.stopped(int(Cause.OVERRUN))
    assert {c: n for c, n in statistics.stops.items() if n} == {
        Cause.SENSOR_LOST: 1,
        Cause.OVERRUN: 2,
    }


def test_looking_for_hours_keeps_no_more_than_the_last_seconds(statistics):
    recent = Recent(statistics)
    for _ in range(100):
        recent.look()
    assert len(recent._looks) == 10
