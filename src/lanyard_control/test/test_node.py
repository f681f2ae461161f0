"""The control node over a real ROS graph: what drives, what stops, and what is told."""

import itertools
import math
import statistics
import time

import pytest

from lanyard_core.safety.states import AckStatus, Cause, Priority, State


def test_zeros_are_published_at_loop_rate_by_a_robot_that_must_not_move(bench):
    bench.velocities.clear()
    bench.wait_for(lambda: len(bench.velocities) >= 500)
    times, speeds = zip(*bench.velocities, strict=True)
    assert set(speeds) == {0.0}
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert statistics.mean(gaps) < 0.004
    assert set(bench.arm_velocities) == {(0.0,) * 6}


def test_an_armed_session_drives_and_every_command_is_acknowledged_once(bench):
    bench.moving(0.3)
    bench.script.linear_x = None
    bench.wait_for(lambda: len(bench.acks) >= len(bench.sent))
    assert sorted(ack.seq for ack in bench.acks) == sorted(bench.sent)
    driven = {ack.status for ack in list(bench.acks)[-10:]}
    assert driven <= {AckStatus.OK, AckStatus.SUPERSEDED}
    assert all(ack.handling_time_s >= 0.0 for ack in bench.acks)


def test_joints_are_driven_in_the_order_of_the_parameter(bench):
    bench.armed()
    bench.script.linear_x = None
    wanted = (0.1, 0.0, 0.0, 0.0, 0.0, -0.2)
    for _ in range(200):
        bench.command(0.0, joints=wanted)
        time.sleep(0.01)  # the rate of the stream, not a wait
        if bench.arm_velocities[-1] == pytest.approx(wanted):
            break
    assert bench.arm_velocities[-1] == pytest.approx(wanted)


def test_a_stop_request_stops_and_is_latched_until_a_reset(bench):
    bench.moving()
    answer = bench.stop(reason="a person asked")
    assert State(answer.state) is State.STOPPING
    assert not answer.at_rest
    bench.wait_for(lambda: bench.state is State.SAFE_STOP)
    assert bench.causes == Cause.STOP_REQUEST
    bench.wait_for(lambda: bench.speed == 0.0)
    assert bench.reset().success
    bench.wait_idle()
    assert bench.speed == 0.0


def test_a_reset_of_a_moving_robot_is_refused_with_a_reason(bench):
    bench.moving()
    bench.stop()
    answer = bench.reset()
    if not answer.success:  # it was still moving when it was asked
        assert "moving" in answer.message
        assert answer.causes == Cause.STOP_REQUEST


def test_a_halt_needs_a_role_that_may_reset_it(bench):
    bench.stop(kind=1)
    bench.wait_for(lambda: bench.state is State.HALTED)
    assert not bench.reset(severe=False).success
    assert bench.reset(severe=True).success
    bench.wait_idle()


def test_a_halt_asks_the_base_to_take_its_power_away_until_it_is_reset(bench):
    bench.wait_for(lambda: list(bench.power_off)[-1:] == [False])
    bench.stop(kind=1)
    bench.wait_for(lambda: bench.power_off[-1])
    bench.reset(severe=True)
    bench.wait_for(lambda: not bench.power_off[-1])


def test_a_second_client_gets_no_lease_and_its_commands_have_no_effect(bench):
    bench.moving()
    session = bench.session
    refused = bench.acquire()
    assert (refused.success, refused.holder) == (False, "bench 100")
    stranger = bench.command(-0.5, session=session + 1)
    bench.wait_for(lambda: any(ack.seq == stranger for ack in bench.acks))
    (ack,) = [ack for ack in bench.acks if ack.seq == stranger]
    assert ack.status == AckStatus.LEASE_LOST
    assert bench.state is State.ACTIVE


def test_a_supervisor_takes_over_and_the_robot_stops_first(bench):
    bench.moving()
    bench.script.linear_x = None
    assert bench.acquire(Priority.SUPERVISOR, take=True).success
    bench.wait_for(lambda: bench.state is State.SAFE_STOP)
    assert bench.causes == Cause.AUTHORITY_LOST
    assert bench.speed == 0.0
    bench.script.linear_x = 0.0
    assert not bench.arm().success
    assert bench.reset().success
    bench.wait_for(lambda: bench.arm().success)


def test_a_stream_of_nan_stops_the_robot(bench):
    bench.moving()
    bench.script.linear_x = math.nan
    bench.wait_for(lambda: bench.state is State.SAFE_STOP)
    assert bench.causes == Cause.COMMAND_INVALID
    assert all(math.isfinite(speed) for _, speed in bench.velocities)


def test_stamps_from_the_future_do_not_keep_the_robot_moving(bench):
    bench.moving()
    bench.script.stamp_ahead_s = 3600.0
    bench.wait_for(lambda: bench.speed == 0.0)
    assert bench.acks[-1].status == AckStatus.STALE
    assert bench.causes == Cause.COMMAND_GAP


def test_numbers_that_do_not_rise_stop_the_robot(bench):
    bench.moving()
    bench.script.frozen_seq = True
    bench.wait_for(lambda: bench.state is State.SAFE_STOP)
    assert bench.causes & Cause.SEQUENCE


def test_a_silent_gateway_stops_an_operator(bench):
    bench.moving()
    bench.script.gateway = False
    bench.wait_for(lambda: bench.state is State.SAFE_STOP)
    assert bench.causes == Cause.GATEWAY_DEAD


def test_a_silent_gateway_does_not_stop_a_task(bench):
    bench.moving(priority=Priority.TASK)
    bench.script.gateway = False
    heard = len(bench.velocities)
    bench.wait_for(lambda: len(bench.velocities) > heard + 500)
    assert (bench.state, bench.speed) == (State.ACTIVE, 0.3)


@pytest.mark.parametrize("sensor", ["odometry", "tf", "joint_states"])
def test_a_lost_sensor_stops_the_robot(bench, sensor):
    bench.moving()
    setattr(bench.script, sensor, False)
    bench.wait_for(lambda: bench.state is State.SAFE_STOP)
    assert bench.causes == Cause.SENSOR_LOST


def test_a_base_that_is_faster_than_commanded_is_stopped(bench):
    bench.moving()
    bench.script.measured_x = 0.6
    bench.wait_for(lambda: bench.state is State.SAFE_STOP)
    assert bench.causes == Cause.LIMIT


def test_diagnostics_say_when_no_stop_input_is_wired(bench):
    bench.wait_for(lambda: bool(bench.diagnostics))
    values = {v.key: v.value for s in bench.diagnostics[-1].status for v in s.values}
    assert "none wired" in values["stop_input"]
    assert int(values["ticks"]) > 0
