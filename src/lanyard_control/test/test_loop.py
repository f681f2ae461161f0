"""The thread that ticks: absolute deadlines, no bursts, an orderly end."""

import threading
import time
from itertools import pairwise

import pytest

from lanyard_control.loop import ControlLoop, absolute_sleeper


class Recorder:
    """Records ticks; can be slow in one of them."""

    def __init__(self, *, wanted: int, slow_at: int = -1, slow_s: float = 0.0) -> None:
        self.ticks = []
        self.done = threading.Event()
        self._wanted, self._slow_at, self._slow_s = wanted, slow_at, slow_s

    def tick(self, *, now, elapsed_s, late_s, missed):
        self.ticks.append((now, elapsed_s, late_s, missed))
        if len(self.ticks) == self._slow_at:
            time.sleep(self._slow_s)  # the slow tick that is tested
        if len(self.ticks) >= self._wanted:
            self.done.set()


def run(recorder, *, rate_hz, prepare=lambda: None):
    loop = ControlLoop(recorder, rate_hz=rate_hz, prepare=prepare)
    loop.start()
    assert recorder.done.wait(30.0)
    loop.stop()
    assert not loop.alive
    return recorder.ticks


def test_deadlines_are_absolute_so_that_lateness_does_not_add_up():
    ticks = run(Recorder(wanted=100), rate_hz=200.0)
    for now, _, late_s, _ in ticks:
        phase = (now - late_s - (ticks[0][0] - ticks[0][2])) / 0.005
        assert abs(phase - round(phase)) < 1e-3


def test_no_tick_comes_before_its_deadline():
    assert all(late_s >= 0.0 for _, _, late_s, _ in run(Recorder(wanted=50), rate_hz=200.0))


def test_a_slow_tick_skips_deadlines_and_is_not_caught_up():
    recorder = Recorder(wanted=30, slow_at=10, slow_s=0.05)
    ticks = run(recorder, rate_hz=200.0)
    assert ticks[10][3] >= 9
    assert ticks[10][1] >= 0.05
    assert all(elapsed_s > 0.0 for _, elapsed_s, _, _ in ticks)


def test_the_elapsed_times_add_up_to_the_time_that_went_by():
    ticks = run(Recorder(wanted=50), rate_hz=200.0)
    assert abs(sum(t[1] for t in ticks[1:]) - (ticks[-1][0] - ticks[0][0])) < 1e-6


class Waker(Recorder):
    """Wakes the loop from inside each tick, as a flood of commands would."""

    def tick(self, **facts):
        super().tick(**facts)
        self.loop.wake()


def test_a_woken_loop_ticks_before_its_deadline():
    recorder = Recorder(wanted=2)
    loop = ControlLoop(recorder, rate_hz=1.0)
    loop.start()
    loop.wake()
    assert recorder.done.wait(30.0)
    loop.stop(timeout_s=3.0)
    (now, elapsed_s, late_s, missed), second = recorder.ticks[:2]
    assert (late_s, missed) == (None, 0)
    assert elapsed_s < 0.9
    assert second[2] >= 0.0
    assert second[1] == pytest.approx(second[0] - now)


def test_a_flood_wakes_the_loop_once_in_each_period():
    recorder = Waker(wanted=40)
    recorder.loop = ControlLoop(recorder, rate_hz=100.0)
    recorder.loop.start()
    assert recorder.done.wait(30.0)
    recorder.loop.stop()
    kinds = [late_s is None for _, _, late_s, _ in recorder.ticks]
    assert not any(first and second for first, second in pairwise(kinds))
    assert any(kinds)


def test_a_late_loop_is_not_woken():
    recorder = Waker(wanted=20, slow_at=6, slow_s=0.05)
    recorder.loop = ControlLoop(recorder, rate_hz=100.0)
    recorder.loop.start()
    assert recorder.done.wait(30.0)
    recorder.loop.stop()
    assert all(late_s is not None for _, _, late_s, missed in recorder.ticks if missed)
    assert max(missed for _, _, _, missed in recorder.ticks) >= 3


def test_preparation_runs_in_the_loops_own_thread():
    prepared_in = []
    run(
        Recorder(wanted=1),
        rate_hz=200.0,
        prepare=lambda: prepared_in.append(threading.current_thread().name),
    )
    assert prepared_in == ["control_loop"]


def test_sleeping_until_the_past_returns_at_once():
    absolute_sleeper()(time.monotonic_ns() - 1_000_000_000)


def test_sleeping_lasts_until_the_deadline():
    deadline = time.monotonic_ns() + 5_000_000
    absolute_sleeper()(deadline)
    assert time.monotonic_ns() >= deadline
