"""Real-time settings: in force where the machine allows it, told with a remedy where not."""

from __future__ import annotations

import ast
import gc
import os
import resource
import subprocess
import sys
import textwrap
import threading

import pytest

from lanyard_node_support import realtime
from lanyard_node_support.realtime import RealtimeSettings, Verdict

WANTED = RealtimeSettings(wanted=True, priority=80, cpus=(), lock_memory=True)
NOTHING = RealtimeSettings(wanted=False, priority=80, cpus=(), lock_memory=False)


def in_a_process(statements: str, *, rights: bool = True) -> object:
    """What the expression after the last line of ``statements`` is, in a process of its own.

    Without ``rights`` it may lock 64 KiB and have no real-time priority, whoever runs the tests.
    """
    give_up = """
        resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (65536, 65536))
        if os.geteuid() == 0:
            os.setuid(65534)
    """
    code = "import gc, os, resource, sys, threading\n"
    code += "from lanyard_node_support import realtime\n"
    code += "" if rights else textwrap.dedent(give_up)
    code += f"settings = realtime.{WANTED}\n" + textwrap.dedent(statements)
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return ast.literal_eval(result.stdout)


def on_a_thread(work):
    """What ``work`` returns on a thread that ends with it, as scheduling is a thread's own."""
    answers = []
    thread = threading.Thread(target=lambda: answers.append(work()))
    thread.start()
    thread.join()
    return answers[0]


def by_name(settings):
    return {setting.name: setting for setting in settings}


def test_the_loops_priority_is_in_force_or_its_refusal_says_what_would_allow_it():
    def prepare():
        scheduling = by_name(realtime.prepare_loop(WANTED))["loop_scheduling"]
        return scheduling, os.sched_getscheduler(0), os.sched_getparam(0).sched_priority

    scheduling, policy, priority = on_a_thread(prepare)
    if scheduling.verdict is Verdict.APPLIED:
        assert policy == os.SCHED_FIFO
        assert scheduling.detail.startswith(f"SCHED_FIFO {priority}")
    else:
        assert policy == os.SCHED_OTHER
        assert "limits.d" in scheduling.detail or "control group" in scheduling.detail


def test_the_other_threads_come_after_the_loop_and_before_all_normal_ones():
    threads = in_a_process("""
        end = threading.Event()
        threads = [threading.Thread(target=end.wait) for _ in range(3)]
        for thread in threads:
            thread.start()
        told = realtime.prepare_process(settings)[0].verdict.value
        found = {os.sched_getparam(t.native_id).sched_priority for t in threading.enumerate()}
        end.set()
        print((told, found))
    """)
    assert threads in (("applied", {70}), ("refused", {0}))


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("thread_scheduling", "rtprio"), ("memory", "memlock"), ("loop_scheduling", "rtprio")],
)
def test_a_user_without_rights_is_told_what_would_give_them(name, remedy):
    verdict, detail = in_a_process(
        f"""
        settings = realtime.prepare_process(settings) + realtime.prepare_loop(settings)
        print([(s.verdict.value, s.detail) for s in settings if s.name == {name!r}][0])
        """,
        rights=False,
    )
    assert verdict == "refused"
    assert remedy in detail
    assert "limits.d" in detail
    assert "systemd" in detail


def test_what_needs_no_rights_is_applied_without_them():
    assert in_a_process(
        """
        named = {s.name: s.verdict.value for s in realtime.prepare_process(settings)}
        names = ("garbage_collector", "switch_interval")
        frozen = gc.get_freeze_count() > 1000 and not gc.isenabled()
        print(([named[n] for n in names], frozen, round(sys.getswitchinterval(), 6)))
        """,
        rights=False,
    ) == (["applied", "applied"], True, 50e-6)


def test_a_limit_below_the_wanted_priority_is_used_and_told(monkeypatch):
    asked = []
    monkeypatch.setattr(realtime, "_has_capability", lambda _: False)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (40, 40))
    monkeypatch.setattr(os, "sched_setscheduler", lambda *given: asked.append(given[2]))
    scheduling = by_name(realtime.prepare_loop(WANTED))["loop_scheduling"]
    assert scheduling.verdict is Verdict.APPLIED
    assert "rtprio is 40" in scheduling.detail
    assert [parameter.sched_priority for parameter in asked] == [40]


def test_a_right_that_the_kernel_does_not_honour_is_told_as_that(monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(realtime, "_has_capability", lambda _: True)
    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    scheduling = by_name(realtime.prepare_loop(WANTED))["loop_scheduling"]
    assert scheduling.verdict is Verdict.REFUSED
    assert "cpu.rt_runtime_us" in scheduling.detail


def test_what_is_configured_off_is_told_as_not_wanted():
    found = [*realtime.prepare_loop(NOTHING), *realtime.examine(NOTHING)]
    assert {setting.verdict for setting in found} == {Verdict.NOT_WANTED}


def test_the_loop_is_pinned_to_the_processors_it_is_given():
    first = min(os.sched_getaffinity(0))
    settings = RealtimeSettings(wanted=False, priority=80, cpus=(first,), lock_memory=False)

    def prepare():
        return by_name(realtime.prepare_loop(settings))["loop_affinity"], os.sched_getaffinity(0)

    affinity, cpus = on_a_thread(prepare)
    assert (affinity.verdict, cpus) == (Verdict.APPLIED, {first})


def test_a_processor_that_does_not_exist_is_told_with_those_that_do():
    settings = RealtimeSettings(wanted=False, priority=80, cpus=(1023,), lock_memory=False)
    affinity = on_a_thread(lambda: by_name(realtime.prepare_loop(settings))["loop_affinity"])
    assert affinity.verdict is Verdict.REFUSED
    assert affinity.detail.startswith("wanted are processors 1023, there are 0")


def test_an_examination_changes_nothing_in_the_process_that_asks():
    before = (os.sched_getscheduler(0), os.sched_getaffinity(0), gc.isenabled())
    names = [setting.name for setting in realtime.examine(WANTED)]
    assert names == ["loop_scheduling", "loop_affinity", "memory"]
    assert (os.sched_getscheduler(0), os.sched_getaffinity(0), gc.isenabled()) == before


def test_it_can_be_asked_where_there_is_no_ros():
    assert (
        in_a_process("""
        realtime.examine(settings)
        print(any(name.split(".")[0] == "rclpy" for name in sys.modules))
    """)
        is False
    )
