"""Tests in real time are begun again when the machine held them up, and only then."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import real_time

CONFTEST = """
import pytest
import real_time

real_time.IN_REAL_TIME = ("test_clocks.py",)
real_time.HELD_UP_S = {held_up_s}
real_time.MOST_AGAIN = {most}

def pytest_configure(config):
    config.pluginmanager.register(real_time)

@pytest.fixture(scope="module")
def shared():
    return []
"""
GOES_WELL_AT_LAST = """
begun = []

def test_it(shared):
    begun.append(1)
    shared.append(1)
    assert shared == [1], "what was shared is made anew"
    assert len(begun) == {which}
"""
LEAVES_MUCH = """
import gc
LEFT = [[] for _ in range(10_000)]

def test_it():
    assert any(each is LEFT for each in gc.get_objects())
"""
SCANS_NOTHING_OLD = """
import gc
from test_before import LEFT

def test_it():
    assert not any(each is LEFT for each in gc.get_objects())
"""
ALWAYS, NEVER = -1.0, 1e9


@pytest.fixture
def outcome(tmp_path):
    """Runs a test that goes well the so manieth time, in a pytest of its own; how it ended."""

    def run(*, which: int, held_up_s: float, name: str = "test_clocks.py", most: int = 20) -> str:
        tests = {name: GOES_WELL_AT_LAST.format(which=which)}
        return run_pytest(tmp_path, tests, held_up_s=held_up_s, most=most)

    return run


def run_pytest(at: Path, tests: dict[str, str], *, held_up_s: float, most: int = 20) -> str:
    """What a pytest of its own says of these files."""
    (at / "pytest.ini").write_text(f"[pytest]\npythonpath = {Path(__file__).parent} .\n")
    (at / "conftest.py").write_text(CONFTEST.format(held_up_s=held_up_s, most=most))
    for name, text in tests.items():
        (at / name).write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "pytest_timeout"]
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=at, env=env, capture_output=True, text=True).stdout


def test_a_test_that_failed_while_the_machine_held_it_up_is_begun_anew_and_told(outcome):
    told = outcome(which=3, held_up_s=ALWAYS)
    assert "1 passed" in told
    assert told.count("test_clocks.py::test_it: held up for") == 2
    assert told.count("s; call: assert 1 == 3") == 1, "and what was wrong"


def test_a_run_that_has_begun_enough_tests_again_begins_no_more(outcome):
    told = outcome(which=3, held_up_s=ALWAYS, most=1)
    assert "1 failed" in told
    assert told.count("held up for") == 1


def test_the_third_failure_stands(outcome):
    told = outcome(which=4, held_up_s=ALWAYS)
    assert "1 failed" in told
    assert told.count("held up for") == 2


def test_a_test_that_fails_by_itself_fails(outcome):
    told = outcome(which=2, held_up_s=NEVER)
    assert "1 failed" in told
    assert "held up" not in told


def test_rules_that_are_told_the_time_are_never_begun_again(outcome):
    told = outcome(which=2, held_up_s=ALWAYS, name="test_rules.py")
    assert "1 failed" in told


def test_what_other_tests_left_is_not_scanned_while_clocks_run(tmp_path):
    tests = {"test_before.py": LEAVES_MUCH, "test_clocks.py": SCANS_NOTHING_OLD}
    assert "2 passed" in run_pytest(tmp_path, tests, held_up_s=NEVER)


def test_every_place_with_real_clocks_is_there(request):
    root = request.config.rootpath
    assert [place for place in real_time.IN_REAL_TIME if not (root / place).exists()] == []


def test_a_machine_that_stands_still_is_noticed():
    still = f"kill -STOP {os.getpid()}; sleep 0.3; kill -CONT {os.getpid()}"
    with real_time.Watch() as watch, subprocess.Popen(["sh", "-c", still]) as child:
        child.wait()
    assert watch.held_up_s > 0.2


def test_a_child_that_waits_for_its_processor_is_noticed():
    first = min(os.sched_getaffinity(0))
    burn = f"import os\nos.sched_setaffinity(0, [{first}])\nos.nice(5)\nwhile True: pass"
    with real_time.Watch() as watch:
        children = [subprocess.Popen([sys.executable, "-c", burn]) for _ in range(3)]
        end = time.monotonic() + 20.0
        while watch.held_up_s < 0.1 and time.monotonic() < end:
            time.sleep(0.05)
        for child in children:
            child.send_signal(signal.SIGKILL)
            child.wait()
    assert watch.held_up_s >= 0.1
