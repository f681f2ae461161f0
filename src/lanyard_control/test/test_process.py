"""The control node's process: its start, its parameters, its end, and being paused or killed."""

import itertools
import signal
import subprocess
import sys
import time

import pytest

from lanyard_core.safety.states import Cause, State


def test_it_waits_for_its_sensors_and_says_so(lab):
    bench = lab.bench
    bench.script.odometry = False
    with lab.start():
        bench.wait_for(lambda: bool(bench.states))
        bench.wait_for(lambda: bench.states[-1].reason == "waiting for odometry")
        assert bench.state is State.STARTING
        bench.script.odometry = True
        bench.wait_idle()


def test_a_client_that_goes_silent_is_ramped_to_rest_and_then_latched(lab):
    bench = lab.bench
    with lab.start(heartbeat_timeout_s=1.5):
        bench.moving()
        bench.script.linear_x, bench.script.beats = None, False
        bench.wait_for(lambda: bench.speed == 0.0)
        assert bench.causes == Cause.COMMAND_GAP
        bench.wait_for(lambda: bench.state is State.SAFE_STOP)
        assert bench.causes == Cause.HEARTBEAT_LOST
        assert bench.states[-1].session == 0


def test_a_wired_stop_input_halts_when_pressed_and_when_silent(lab):
    bench = lab.bench
    bench.script.stop_input = False
    with lab.start(stop_input_topic="stop_input"):
        bench.wait_idle()
        bench.script.stop_input = True
        bench.wait_for(lambda: bool(bench.causes & Cause.STOP_INPUT))
        assert bench.state is State.HALTED
        assert not bench.reset().success
        bench.script.stop_input = False
        bench.wait_for(lambda: bench.reset().success)
        bench.wait_idle()
        bench.script.stop_input = None
        bench.wait_for(lambda: bench.causes == Cause.STOP_INPUT_SILENT)


def test_sigterm_ramps_down_and_publishes_zeros_before_the_end(lab):
    bench = lab.bench
    with lab.start() as process:
        bench.moving()
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        assert time.monotonic() - begun < 2.0
    speeds = [speed for _, speed in bench.velocities]
    last_motion = max(index for index, speed in enumerate(speeds) if speed)
    assert len(speeds) - 1 - last_motion >= 10
    ramp = speeds[speeds.index(max(speeds)) :]
    assert all(later <= earlier for earlier, later in itertools.pairwise(ramp))


@pytest.mark.parametrize("pause_s", [0.06, 0.25])
def test_a_control_process_that_was_paused_comes_back_in_fault(lab, pause_s):
    bench = lab.bench
    with lab.start() as process:
        bench.moving()
        process.send_signal(signal.SIGSTOP)
        time.sleep(pause_s)  # the fault itself
        process.send_signal(signal.SIGCONT)
        bench.wait_for(lambda: bench.state is State.FAULT)
        assert bench.causes & Cause.OVERRUN
        bench.wait_for(lambda: bench.speed == 0.0)


def test_a_new_control_process_comes_up_without_any_lease(lab):
    bench = lab.bench
    with lab.start() as process:
        bench.moving()
        process.kill()
        process.wait(timeout=30)
    old = bench.session
    bench.states.clear()
    bench.script.linear_x = None
    with lab.start():
        bench.wait_for(lambda: len(bench.states) > 3)
        assert bench.states[0].state in (State.STARTING, State.IDLE)
        assert all(state.session == 0 for state in bench.states)
        replayed = bench.command(0.5, session=old)
        bench.wait_for(lambda: any(ack.seq == replayed for ack in bench.acks))
        assert bench.speed == 0.0


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("command_gap_s", "0.0"),
        ("heartbeat_timeout_s", "10.0"),
        ("linear_deceleration_mps2", "-1.0"),
        ("comand_gap_s", "0.1"),
        ("joint_lower_rad", "[0.0]"),
    ],
)
def test_a_configuration_that_is_not_safe_is_refused_at_start(parameter, value):
    run = subprocess.run(
        [sys.executable, "-m", "lanyard_control.main", "--ros-args", "-p", f"{parameter}:={value}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 2
    assert parameter.removesuffix("_rad") in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
