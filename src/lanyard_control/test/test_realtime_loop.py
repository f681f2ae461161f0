"""The loop on a machine whose every core is busy: on time with priority, and honest without."""

from __future__ import annotations

import contextlib
import os
import pathlib
import subprocess
import sys

import pytest

from lanyard_core.safety.states import Cause, Priority


@pytest.fixture
def busy_machine():
    """Keeps every core busy with work of normal priority."""
    with contextlib.ExitStack() as stack:
        for _ in os.sched_getaffinity(0):
            burner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            stack.callback(burner.wait)
            stack.callback(burner.kill)
        yield


def told(bench, name: str) -> dict[str, str]:
    """What one part of the control node said last in its diagnostics."""
    for message in reversed(bench.diagnostics.copy()):
        for status in message.status:
            if status.name.endswith(name):
                return {value.key: value.value for value in status.values}
    return {}


def test_a_loop_with_real_time_priority_keeps_time_on_a_busy_machine(lab, busy_machine):
    bench = lab.bench
    with lab.start():
        bench.armed(Priority.TASK)  # nobody but the loop itself is to stop it
        bench.script.linear_x = 0.1
        bench.diagnostics.clear()
        bench.wait_for(lambda: len(bench.diagnostics) >= 6)  # one each second
        figures = told(bench, "control loop")
        if told(bench, "real time")["loop_scheduling"].startswith("applied"):
            assert "stops_overrun" not in figures
            assert not bench.causes & Cause.OVERRUN
            assert int(figures["missed_ticks"]) < 0.05 * int(figures["ticks"])
        else:  # then it may be late, and has to say so
            assert "stops_overrun" in figures or not bench.causes & Cause.OVERRUN


def test_no_process_can_hold_up_the_loop_through_shared_memory(lab):
    with lab.start() as control:
        lab.bench.wait_idle()
        maps = pathlib.Path(f"/proc/{control.pid}/maps").read_text()
    assert "fastrtps_port" not in maps
    transport = told(lab.bench, "real time").get("transport", "applied: ")
    assert transport.startswith("applied: ")


def test_every_setting_is_told_in_the_diagnostics_with_what_became_of_it(bench):
    bench.wait_for(lambda: "loop_scheduling" in told(bench, "real time"))
    settings = told(bench, "real time")
    assert set(settings) == {
        "transport",
        "thread_scheduling",
        "memory",
        "garbage_collector",
        "switch_interval",
        "loop_scheduling",
        "loop_affinity",
    }
    assert all(s.startswith(("applied: ", "refused: ", "not wanted: ")) for s in settings.values())


def test_the_diagnostics_say_how_well_the_loop_keeps_time_and_how_fast_commands_are_answered(bench):
    bench.moving()
    bench.diagnostics.clear()
    bench.wait_for(lambda: len(bench.diagnostics) >= 2)
    figures = told(bench, "control loop")
    for name in ("late_us", "late_last_10_s_us", "ack_us", "ack_last_10_s_us"):
        shares = [float(figures[f"{name}_{share}"]) for share in ("p50", "p99", "p99_9", "max")]
        assert shares == sorted(shares)
    assert int(figures["ticks"]) > 500
    assert int(figures["commands"]) >= int(figures["commands_ok"]) > 0
    assert float(figures["ack_us_p50"]) > 0


def test_stops_are_counted_by_cause_in_the_diagnostics(bench):
    bench.wait_for(lambda: bool(told(bench, "control loop")))
    counted = int(told(bench, "control loop").get("stops_stop_request", "0"))
    bench.moving()
    bench.stop()
    bench.wait_for(
        lambda: int(told(bench, "control loop").get("stops_stop_request", "0")) == counted + 1
    )
