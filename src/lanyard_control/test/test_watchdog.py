"""The watchdog over a real ROS graph: control is paused, killed, ended and started again.

The robot is the simulated one, the client is the bench, and what is measured is measured by a
recorder in a process of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from lanyard_core.safety.states import Cause, State
from lanyard_node_support import names
from lanyard_node_support.realtime import RealtimeSettings, prepare_loop

RECORDER = str(pathlib.Path(__file__).with_name("recorder.py"))
WATCHDOG = ("-m", "lanyard_control.watchdog.main")

SPEED = 0.3
# What the tests start must not inherit it: control and watchdog ask for their own priority.
_OURS = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
# What the watchdog promises, what every base must have, and how long this one brakes.
NOTICED_WITHIN_S = 0.2
BASE_TIMEOUT_S = 0.25
BRAKING_S = SPEED / 5.0


@dataclass(frozen=True)
class Heard:
    """One line of the recorder."""

    topic: str
    at: float
    gap: float
    value: object

    @property
    def silent_since(self) -> float:
        """When the message before this one came."""
        return self.at - self.gap


class Scene:
    """Simulated robot, control, watchdog and recorder; control and watchdog can be replaced."""

    def __init__(self, lab, stack: contextlib.ExitStack) -> None:
        self.lab, self.bench = lab, lab.bench
        self._stack = stack
        self.heard: deque[Heard] = deque(maxlen=100_000)
        without = {"odometry": False, "tf": False, "joint_states": False}
        self.bench.beginning = replace(self.bench.beginning, **without)
        self.bench.script = replace(self.bench.beginning)
        robot = stack.enter_context(lab.run("-m", "lanyard_sim.main"))
        recorder = stack.enter_context(lab.run(RECORDER, stdout=subprocess.PIPE))
        self._reader = threading.Thread(target=self._read, args=(recorder.stdout,))
        self._reader.start()
        self.start_control()
        self.start_watchdog()
        self.bench.wait_for(lambda: bool(self.all("truth", after=0.0)))
        # A real robot and its client do not share a processor with a run of tests.
        alone = favour(robot.pid, policy=os.SCHED_FIFO) and favour(os.getpid(), policy=_OURS)
        self.robot_slack_s = 0.1 if alone else 1.0

    def _read(self, lines) -> None:
        with lines:
            for line in lines:
                self.heard.append(Heard(**json.loads(line)))

    def close(self) -> None:
        """To be called when the recorder has ended."""
        self._reader.join()
        favour(os.getpid(), policy=os.SCHED_OTHER)

    def start_control(self) -> None:
        self.control = self._stack.enter_context(self.lab.start())

    def start_watchdog(self) -> None:
        self.watchdog = self._stack.enter_context(self.lab.run(*WATCHDOG))

    def restore(self) -> None:
        """All at rest, IDLE, and the base released."""
        bench = self.bench
        bench.script = replace(bench.beginning)
        if self.control.poll() is not None:
            bench.states.clear()
            self.start_control()
        if self.watchdog.poll() is not None:
            bench.diagnostics.clear()
            begun = time.monotonic()
            self.start_watchdog()
            self.first(names.BASE_HALT, False, after=begun)  # the recorder has found it, too
        bench.wait_for(lambda: self.watch() == "WATCHING" and bool(bench.states))
        bench.release()
        bench.wait_for(lambda: bench.reset().success)
        bench.wait_idle()
        self.heard.clear()

    def moving(self) -> float:
        """Drive, and wait until the base truly moves; returns the moment.

        Begins anew when the machine held up the control node's own loop meanwhile: a true fault.
        """

        def has_overrun() -> bool:
            return bool(self.bench.causes & Cause.OVERRUN)

        def moves() -> bool:
            return any(heard.value == SPEED for heard in self.all("truth", after=0.0))

        self.bench.moving(SPEED)
        self.bench.wait_for(lambda: moves() or has_overrun())
        while has_overrun():
            self.restore()
            self.bench.moving(SPEED)
            self.bench.wait_for(lambda: moves() or has_overrun())
        self.bench.states.clear()
        return time.monotonic()

    def first(self, topic: str, value: object, *, after: float = 0.0) -> Heard:
        """The first message with this value that came ``after``; waits for it."""
        found: list[Heard] = []

        def came() -> bool:
            found.extend(h for h in self.all(topic, after=after) if h.value == value)
            return bool(found)

        self.bench.wait_for(came)
        return found[0]

    def all(self, topic: str, *, after: float) -> list[Heard]:
        """What was heard on a topic and came ``after``."""
        return [h for h in self.heard.copy() if h.topic == topic and h.at > after]

    def values(self, topic: str, *, after: float) -> set:
        return {h.value for h in self.all(topic, after=after)}

    def longest_gap(self, *, after: float) -> float:
        """The longest time between two velocities, once there was one beyond the ordinary."""
        self.bench.wait_for(lambda: bool(self.all(names.CMD_VEL, after=after)))
        return max(h.gap for h in self.all(names.CMD_VEL, after=after))

    def watch(self) -> str:
        """What the watchdog said last about itself."""
        for message in reversed(self.bench.diagnostics.copy()):
            for status in message.status:
                if status.name.endswith("control process"):
                    return {v.key: v.value for v in status.values}["watch"]
        return ""

    def hear_more(self, count: int = 500) -> None:
        """Wait until the bench has heard so many more velocities."""
        until = self.bench.velocities[-1][0]
        self.bench.wait_for(
            lambda: sum(at > until for at, _ in self.bench.velocities.copy()) >= count
        )


def favour(pid: int, *, policy: int) -> bool:
    """Schedule all threads of a process by ``policy``; False where that is not permitted."""
    priority = 0 if policy == os.SCHED_OTHER else 50
    try:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            os.sched_setscheduler(int(task.name), policy, os.sched_param(priority))
    except PermissionError:
        return False
    return True


def pause(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Stop a process for a while; the thread that does it has priority where it may have it."""

    def stop_and_go() -> None:
        prepare_loop(RealtimeSettings(wanted=True, priority=60, cpus=(), lock_memory=False))
        process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)  # the fault itself
        process.send_signal(signal.SIGCONT)

    thread = threading.Thread(target=stop_and_go)
    thread.start()
    thread.join()


@pytest.fixture(scope="module")
def one_scene(common_lab) -> Iterator[Scene]:
    with contextlib.ExitStack() as stack:
        scene = Scene(common_lab, stack)
        yield scene
    scene.close()


@pytest.fixture
def scene(one_scene) -> Scene:
    """The scene that the tests of this file share: IDLE, watched, at rest."""
    one_scene.restore()
    return one_scene


def assert_noticed_in_time(scene, mark) -> Heard:
    """Zero for base and arm and a halt came in time; returns the zero."""
    zero = scene.first(names.CMD_VEL, 0.0, after=mark)
    halt = scene.first(names.BASE_HALT, True, after=mark)
    assert zero.gap <= NOTICED_WITHIN_S
    assert halt.at - zero.silent_since <= NOTICED_WITHIN_S
    arm = next(h for h in scene.all(names.ARM_COMMANDS, after=mark) if h.gap > 0.1)
    assert (arm.value, arm.gap <= NOTICED_WITHIN_S) == ([0.0] * 6, True)
    return zero


def assert_the_base_rests(scene, mark, *, by: float) -> None:
    rest = scene.first("truth", 0.0, after=mark)
    assert rest.at <= by + scene.robot_slack_s
    assert scene.values("truth", after=rest.at) <= {0.0}


def test_a_paused_control_process_is_noticed_and_the_base_halted_and_brought_to_rest(scene):
    mark = scene.moving()
    pause(scene.control, 0.25)
    zero = assert_noticed_in_time(scene, mark)
    by = zero.silent_since + NOTICED_WITHIN_S + BRAKING_S
    assert_the_base_rests(scene, mark, by=by)


def test_a_control_process_that_comes_back_is_in_fault_and_never_moves_by_itself(scene):
    mark = scene.moving()
    pause(scene.control, 0.25)
    fault = scene.first(names.SAFETY_STATE, [State.FAULT, Cause.OVERRUN], after=mark)
    rest = scene.first("truth", 0.0, after=mark)
    scene.first(names.BASE_HALT, False, after=mark)  # it is at rest, so the base need not be held
    scene.hear_more()  # commands and heartbeats go on all the while
    assert scene.values(names.CMD_VEL, after=fault.at) <= {0.0}
    assert scene.values("truth", after=rest.at) <= {0.0}
    assert scene.bench.state is State.FAULT


def test_a_killed_control_process_is_noticed_and_the_base_held_at_rest(scene):
    mark = scene.moving()
    scene.control.kill()
    zero = assert_noticed_in_time(scene, mark)
    by = zero.silent_since + NOTICED_WITHIN_S + BRAKING_S
    assert_the_base_rests(scene, mark, by=by)
    scene.hear_more(100)  # zeros go on at 100 Hz
    assert scene.watch() == "HOLDING"
    assert scene.values(names.BASE_HALT, after=mark) == {True}


def test_a_control_process_that_is_started_again_is_starting_and_old_leases_are_void(scene):
    mark = scene.moving()
    scene.control.kill()
    scene.first(names.BASE_HALT, True, after=mark)
    scene.control.wait(30)
    scene.bench.states.clear()
    scene.start_control()
    released = scene.first(names.BASE_HALT, False, after=mark)
    scene.bench.wait_for(lambda: bool(scene.bench.states))
    assert scene.bench.states[0].state in (State.STARTING, State.IDLE)
    scene.hear_more()  # the old session's commands and heartbeats go on all the while
    assert {state.session for state in scene.bench.states} == {0}
    assert not scene.bench.arm().success
    assert scene.values(names.CMD_VEL, after=released.at) <= {0.0}
    assert scene.values("truth", after=released.at) <= {0.0}


def test_when_both_are_killed_the_base_times_out_by_itself(scene):
    mark = scene.moving()
    killed = time.monotonic()
    scene.watchdog.kill()
    scene.control.kill()
    by = killed + BASE_TIMEOUT_S + BRAKING_S
    assert_the_base_rests(scene, mark, by=by)
    assert scene.values(names.BASE_HALT, after=mark) == set()


def test_a_pause_of_30_ms_neither_stops_the_robot_nor_calls_the_watchdog(scene):
    longest = 1.0
    while longest > 0.045:  # a busy machine may make the pause longer than it was meant to be
        scene.restore()
        mark = scene.moving()
        pause(scene.control, 0.03)
        longest = scene.longest_gap(after=mark)
    scene.hear_more(100)
    assert scene.bench.state is State.ACTIVE
    assert scene.values(names.CMD_VEL, after=mark) == {SPEED}
    assert scene.values(names.BASE_HALT, after=mark) == set()


def test_a_pause_of_60_ms_is_a_fault_that_does_not_call_the_watchdog(scene):
    longest = 1.0
    while longest > 0.1:
        scene.restore()
        mark = scene.moving()
        pause(scene.control, 0.06)
        longest = scene.longest_gap(after=mark)
    scene.first(names.SAFETY_STATE, [State.FAULT, Cause.OVERRUN], after=mark)
    scene.first("truth", 0.0, after=mark)
    assert scene.values(names.BASE_HALT, after=mark) == set()


def test_control_that_is_told_to_end_takes_its_leave_and_nothing_is_halted(scene):
    mark = scene.moving()
    scene.control.terminate()
    assert scene.control.wait(30) == 0
    scene.bench.wait_for(lambda: scene.watch() == "WAITING")
    assert scene.values(names.BASE_HALT, after=mark) == set()


def test_a_watchdog_that_was_paused_itself_does_not_stop_a_living_control_node(scene):
    mark = scene.moving()
    pause(scene.watchdog, 1.0)
    scene.bench.diagnostics.clear()
    scene.bench.wait_for(lambda: scene.watch() == "WATCHING")
    assert scene.bench.state is State.ACTIVE
    assert scene.values(names.CMD_VEL, after=mark) <= {SPEED}
    assert scene.values(names.BASE_HALT, after=mark) == set()


def test_a_watchdog_that_starts_while_the_robot_drives_watches_and_does_not_disturb(scene):
    scene.watchdog.terminate()
    scene.watchdog.wait(30)
    mark = scene.moving()
    scene.bench.diagnostics.clear()
    scene.start_watchdog()
    scene.bench.wait_for(lambda: scene.watch() == "RETURNING")
    assert scene.values(names.CMD_VEL, after=mark) <= {SPEED}
    scene.control.kill()
    scene.first(names.BASE_HALT, True, after=mark)
    scene.first("truth", 0.0, after=mark)


def test_a_watchdog_that_never_heard_control_says_nothing(lab):
    bench = lab.bench
    with lab.run(*WATCHDOG):
        bench.wait_for(lambda: len(bench.diagnostics) >= 3)  # that is two seconds
    assert list(bench.velocities) == []
    assert list(bench.arm_velocities) == []


@pytest.mark.parametrize("value", ["0.0", "0.05", "0.19", "1000.0"])
def test_a_patience_that_would_be_no_watch_is_refused_at_start(value):
    run = subprocess.run(
        [sys.executable, *WATCHDOG, "--ros-args", "-p", f"silence_s:={value}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 2
    assert run.stderr.startswith("watchdog: configuration: watchdog: silence_s:")
    assert len(run.stderr.strip().splitlines()) == 1
