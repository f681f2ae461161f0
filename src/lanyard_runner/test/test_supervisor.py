"""Real processes: started, relayed, stopped in order, none left behind."""

import io
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest
from waiting import wait_for

from lanyard_runner.command import Command
from lanyard_runner.output import LinePrinter
from lanyard_runner.stop_order import StopOrder
from lanyard_runner.supervisor import Supervisor

DEADLINE_S = 20.0
# Says that it is there, and how it was asked to end.
OBEDIENT = """
import os, signal, time
def end(number, frame):
    os.write(1, b"asked\\n")
    os._exit(0)
signal.signal(signal.SIGTERM, end)
os.write(1, b"up\\n")
while True: time.sleep(0.01)
"""
STUBBORN = OBEDIENT.replace("os._exit(0)", "pass")


@pytest.fixture
def stream():
    return io.StringIO()


@pytest.fixture
def supervisor(stream):
    supervisor = Supervisor(LinePrinter(stream, colour=False))
    yield supervisor
    supervisor.stop(StopOrder(first=(), patience_s=0.0))


def start(supervisor, name, code):
    supervisor.start(Command(name, (sys.executable, "-c", code), dict(os.environ)))


def pump_until(supervisor, condition):
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        supervisor.pump()


def ups(stream):
    return stream.getvalue().count("| up")


def test_what_a_process_prints_appears_behind_its_name_to_the_last_line(supervisor, stream):
    start(supervisor, "one", "print('a'); print('b', end='')")
    pump_until(supervisor, supervisor.ended)
    supervisor.stop(StopOrder(first=(), patience_s=5.0))
    assert stream.getvalue() == "one | a\none | b\n"


def test_the_pid_is_that_of_the_process_itself(supervisor, stream):
    start(supervisor, "one", "import os; print(os.getpid())")
    pump_until(supervisor, stream.getvalue)
    assert stream.getvalue() == f"one | {supervisor.pids()['one']}\n"


def test_the_end_of_a_process_is_noticed_with_its_code(supervisor):
    start(supervisor, "one", "raise SystemExit(3)")
    pump_until(supervisor, supervisor.ended)
    assert supervisor.ended() == {"one": 3}
    assert supervisor.running() == frozenset()


def test_the_first_has_ended_before_the_others_are_asked(supervisor, stream):
    for name in ("sim", "control", "tasks"):
        start(supervisor, name, OBEDIENT)
    pump_until(supervisor, lambda: ups(stream) == 3)
    supervisor.stop(StopOrder(first=("control",), patience_s=DEADLINE_S))
    asked = [line.split()[0] for line in stream.getvalue().splitlines() if "asked" in line]
    assert asked[0] == "control"
    assert sorted(asked) == ["control", "sim", "tasks"]
    assert set(supervisor.ended().values()) == {0}


def test_who_does_not_end_when_asked_is_killed(supervisor, stream):
    start(supervisor, "one", STUBBORN)
    pump_until(supervisor, lambda: ups(stream) == 1)
    supervisor.stop(StopOrder(first=(), patience_s=0.2))
    assert supervisor.ended() == {"one": -signal.SIGKILL}
    assert "one did not end when asked: killed" in stream.getvalue()


def test_a_process_is_out_of_reach_of_the_terminals_ctrl_c(supervisor):
    start(supervisor, "one", OBEDIENT)
    assert os.getsid(supervisor.pids()["one"]) != os.getsid(0)


def test_processes_end_when_the_supervisor_is_killed(tmp_path):
    pid_file = tmp_path / "pid"
    code = f"""
import io, os, pathlib, sys
from lanyard_runner.command import Command
from lanyard_runner.output import LinePrinter
from lanyard_runner.supervisor import Supervisor
supervisor = Supervisor(LinePrinter(io.StringIO(), colour=False))
supervisor.start(Command("one", (sys.executable, "-c", "import time; time.sleep(600)"), os.environ))
pathlib.Path({str(tmp_path / "draft")!r}).write_text(str(supervisor.pids()["one"]))
os.rename({str(tmp_path / "draft")!r}, {str(pid_file)!r})
while True: supervisor.pump()
"""
    parent = subprocess.Popen([sys.executable, "-c", code])
    try:
        wait_for(pid_file.exists)
        pid = int(pid_file.read_text())
    finally:
        parent.kill()
        parent.wait()
    wait_for(lambda: not is_running(pid))


def is_running(pid):
    """False also for one that has ended and was not waited for."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")
