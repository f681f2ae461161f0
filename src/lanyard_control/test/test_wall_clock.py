"""Steps of the wall clock, an hour in both directions, while the robot drives.

Only the control process sees the step, by a preloaded library: the machine's own clock is never
touched. To the control node the stamps of its client are then wrong by that step, until the client
steps, too.
"""

import pathlib
import struct
import subprocess
import time

import pytest

from lanyard_core.safety.states import AckStatus, Cause, State

GAP_S, SPEED_MPS, DECELERATION_MPS2 = 0.1, 0.3, 1.0
# How late a busy machine may make the test see what happened in time.
HEARING_S = 0.4


@pytest.fixture(scope="session")
def library(tmp_path_factory) -> pathlib.Path:
    """The preloaded library, compiled."""
    source = pathlib.Path(__file__).with_name("step_clock.c")
    library = tmp_path_factory.mktemp("step_clock") / "step_clock.so"
    build = ["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, source, "-ldl"]
    subprocess.run(build, check=True)
    return library


@pytest.fixture
def step_clock(library, tmp_path, monkeypatch):
    """A function that steps the wall clock of the processes that are started from now on."""
    file = tmp_path / "step"

    def step(seconds: int) -> None:
        # Written in place: the processes have the file mapped.
        with file.open("r+b") as opened:
            opened.write(struct.pack("l", seconds))

    file.write_bytes(struct.pack("l", 0))
    monkeypatch.setenv("LD_PRELOAD", str(library))
    monkeypatch.setenv("STEP_CLOCK_FILE", str(file))
    return step


@pytest.mark.parametrize("seconds", [-3600, -1, 1, 3600])
def test_a_step_of_the_wall_clock_delays_no_stop_and_ends_no_watchdog(lab, step_clock, seconds):
    bench = lab.bench
    with lab.start():
        bench.moving(SPEED_MPS)

        # The step itself: every stamp is wrong from here on, and the robot comes to rest in time.
        step_clock(seconds)
        took = bench.wait_for(lambda: bench.speed == 0.0)
        assert took <= GAP_S + SPEED_MPS / DECELERATION_MPS2 + HEARING_S
        assert bench.acks[-1].status == AckStatus.STALE
        assert (bench.state, bench.causes) == (State.ACTIVE, Cause.COMMAND_GAP)

        # It was a step: what the control node stamps is wrong by that much.
        stamp = bench.states[-1].header.stamp
        ahead = stamp.sec + stamp.nanosec * 1e-9 - time.time()
        assert ahead == pytest.approx(seconds, abs=0.5)

        # Loop, timers and heartbeats go on as if nothing had happened.
        heard = len(bench.velocities), len(bench.states)
        bench.wait_for(lambda: len(bench.velocities) > heard[0] + 250)
        bench.wait_for(lambda: len(bench.states) > heard[1] + 5)
        assert bench.state is State.ACTIVE

        # The client steps, too: its stamps count again, after a neutral command.
        bench.script.stamp_ahead_s = float(seconds)
        bench.script.linear_x = 0.0
        bench.wait_for(lambda: bench.causes == 0)
        bench.script.linear_x = SPEED_MPS
        bench.wait_for(lambda: bench.speed == SPEED_MPS)

        # And silence stops as ever.
        bench.script.linear_x = None
        begun = time.monotonic()
        bench.wait_for(lambda: bench.speed == 0.0)
        took = time.monotonic() - begun
        assert took <= GAP_S + SPEED_MPS / DECELERATION_MPS2 + HEARING_S
