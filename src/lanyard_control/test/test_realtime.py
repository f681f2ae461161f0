"""Real-time settings: applied where the machine allows it, reported plainly where not."""

import os

import pytest

from lanyard_control import realtime
from lanyard_control.realtime import RealtimeSettings

NOTHING = RealtimeSettings(realtime_priority=0, loop_cpu=-1, lock_memory=False)


def test_what_is_configured_off_is_reported_as_not_applied():
    applied = {setting.name: setting for setting in realtime.prepare_loop(NOTHING)}
    assert not applied["scheduling_loop"].done
    assert "as configured" in applied["scheduling_loop"].detail
    assert not applied["affinity"].done


def test_a_machine_that_does_not_permit_it_is_told_what_would_allow_it(monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    wanted = RealtimeSettings(realtime_priority=80, loop_cpu=-1, lock_memory=False)
    (scheduling, _) = realtime.prepare_loop(wanted)
    assert not scheduling.done
    assert "rtprio" in scheduling.detail


def test_what_was_applied_is_reported(monkeypatch):
    asked = []
    monkeypatch.setattr(
        os, "sched_setscheduler", lambda who, policy, p: asked.append((who, p.sched_priority))
    )
    wanted = RealtimeSettings(realtime_priority=80, loop_cpu=-1, lock_memory=False)
    (scheduling, _) = realtime.prepare_loop(wanted)
    assert (scheduling.done, scheduling.detail) == (True, "SCHED_FIFO 80")
    assert asked == [(0, 80)]


def test_a_processor_that_does_not_exist_is_reported_and_not_fatal():
    wanted = RealtimeSettings(realtime_priority=0, loop_cpu=1023, lock_memory=False)
    (_, affinity) = realtime.prepare_loop(wanted)
    assert not affinity.done
    assert "refused" in affinity.detail


@pytest.mark.parametrize("limit", [8_388_608, 0])
def test_memory_is_not_locked_where_a_limit_could_make_allocations_fail(monkeypatch, limit):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(realtime.resource, "getrlimit", lambda _: (limit, limit))
    settings = RealtimeSettings(realtime_priority=0, loop_cpu=-1, lock_memory=True)
    monkeypatch.setattr(realtime.gc, "freeze", lambda: None)
    monkeypatch.setattr(realtime.gc, "disable", lambda: None)
    monkeypatch.setattr(realtime.sys, "setswitchinterval", lambda _: None)
    applied = {setting.name: setting for setting in realtime.prepare_process(settings)}
    assert not applied["memory"].done
    assert str(limit) in applied["memory"].detail
