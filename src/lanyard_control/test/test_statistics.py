"""Figures of the loop: totals grow, windows begin anew."""

from lanyard_control.statistics import LoopStatistics
from lanyard_core.safety.states import AckStatus


def test_totals_grow_and_windows_begin_anew():
    statistics = LoopStatistics()
    statistics.ticked(elapsed_s=0.002, late_s=0.0001, missed=0)
    statistics.ticked(elapsed_s=0.009, late_s=0.0070, missed=3)
    statistics.acknowledged(AckStatus.OK, handling_s=0.001)
    window = statistics.window()
    assert (window.ticks, window.worst_late_s, window.worst_gap_s) == (2, 0.007, 0.009)
    assert (window.commands, window.worst_handling_s) == (1, 0.001)
    assert statistics.window().ticks == 0
    assert (statistics.ticks_total, statistics.missed_total) == (2, 3)


def test_commands_are_counted_by_what_became_of_them():
    statistics = LoopStatistics()
    statistics.acknowledged(AckStatus.OK, handling_s=0.0)
    statistics.acknowledged(AckStatus.STALE, handling_s=0.0)
    assert statistics.by_status[AckStatus.OK] == statistics.by_status[AckStatus.STALE] == 1
