import math
from dataclasses import replace
from itertools import pairwise

import pytest

from lanyard_sim.readings import (
    BatteryReading,
    CameraReading,
    DiagnosisReading,
    FramesReading,
    JointReading,
    OdometryReading,
    TemperatureReading,
    TruthReading,
)
from lanyard_sim.settings import Faults

NO_FAULTS = Faults(mute_odometry=False, hot_joint="", low_battery=False, stuck_base=False)


def codes(reading: DiagnosisReading) -> list[str]:
    return [part.finding.code for part in reading.components if part.finding]


def faulty(**faults) -> Faults:
    return replace(NO_FAULTS, **faults)


# Driving


def test_it_drives_where_it_is_told(make_robot):
    time = make_robot()
    time.run(2.0, base=(0.5, 0.0))
    truth = time.last(TruthReading)
    assert truth.pose.x == pytest.approx(0.95, abs=0.02)
    assert truth.linear == 0.5


def test_it_brakes_a_fifth_of_a_second_after_the_last_command(make_robot):
    time = make_robot()
    time.run(1.0, base=(0.5, 0.0))
    time.robot.command_base((0.5, 0.0, 0.0), (0.0, 0.0, 0.0))
    time.run(0.195)
    assert time.last(TruthReading).linear == 0.5
    time.run(0.2 + 0.5 / 5.0 - 0.195 + 0.02)
    assert time.last(TruthReading).linear == 0.0


def test_a_command_from_before_a_long_pause_moves_nothing_after_it(make_robot):
    time = make_robot()
    time.run(1.0, base=(0.5, 0.0), arm=(0.5,) * 6)
    place = time.last(TruthReading).pose
    time.robot.skip(5.0)
    time.run(0.2)
    assert time.last(TruthReading).linear == 0.0
    assert time.last(TruthReading).pose.x - place.x < 0.5 * 0.1
    assert time.last(JointReading).speeds == (0.0,) * 6


def test_it_starts_where_it_is_told_and_odometry_starts_at_zero(make_robot):
    time = make_robot({"start.x_m": 3.0, "start.y_m": 1.0, "start.yaw_rad": math.pi / 2})
    time.run(0.02)
    assert time.last(OdometryReading).pose.x == 0.0
    time.run(2.0, base=(0.5, 0.0))
    truth, odometry = time.last(TruthReading).pose, time.last(OdometryReading).pose
    assert (truth.x, truth.yaw) == pytest.approx((3.0, math.pi / 2))
    assert truth.y == pytest.approx(1.0 + odometry.x)


def test_the_fixed_frames_put_odom_where_the_robot_starts(make_robot):
    time = make_robot({"start.x_m": 3.0})
    to_odom, *mounted = time.robot.fixed_frames()
    assert (to_odom.parent, to_odom.child) == ("map", "odom")
    assert to_odom.transform.translation == (3.0, 0.0, 0.0)
    assert [frame.child for frame in mounted] == ["camera_link", "camera_optical_frame"]


@pytest.mark.parametrize("place", range(6))
def test_a_number_that_is_not_finite_anywhere_in_the_twist_stops_the_base(make_robot, place):
    time = make_robot()
    time.run(1.0, base=(0.5, 0.0))
    twist = [0.5, 0.0, 0.0, 0.0, 0.0, 0.0]
    twist[place] = math.nan
    for _ in range(40):
        assert time.robot.command_base(tuple(twist[:3]), tuple(twist[3:])) is not None
        time.run(0.02)
    truth = time.last(TruthReading)
    assert truth.linear == 0.0
    assert math.isfinite(truth.pose.x + truth.pose.y + truth.pose.yaw)
    assert codes(time.last(DiagnosisReading)) == ["BASE_COMMAND_REFUSED"]


# The arm


def test_the_arm_moves_and_its_tool_with_it(make_robot):
    time = make_robot()
    time.run(0.02)
    before = time.last(FramesReading).frames
    time.run(1.0, arm=(0.5, 0.0, 0.0, 0.0, 0.0, 0.0))
    assert time.last(JointReading).positions[0] == pytest.approx(0.5, abs=0.03)
    assert time.last(FramesReading).frames != before


def test_the_arm_stops_by_itself_without_commands(make_robot):
    time = make_robot()
    time.run(1.0, arm=(0.5,) * 6)
    time.run(0.35)
    assert time.last(JointReading).speeds == (0.0,) * 6


@pytest.mark.parametrize("command", [[math.inf] + [0.0] * 5, [0.1] * 5, [0.1] * 7, []])
def test_a_command_that_the_arm_cannot_use_stops_it(make_robot, command):
    time = make_robot()
    time.run(1.0, arm=(0.5,) * 6)
    for _ in range(20):
        assert time.robot.command_arm(command) is not None
        time.run(0.02)
    assert time.last(JointReading).speeds == (0.0,) * 6
    assert codes(time.last(DiagnosisReading)) == ["ARM_COMMAND_REFUSED"]


def test_efforts_grow_with_the_speed_and_have_its_sign(make_robot):
    time = make_robot()
    time.run(1.0, arm=(-0.5, 0.5, 0.0, 0.0, 0.0, 0.0))
    efforts = time.last(JointReading).efforts
    assert efforts[0] < 0.0 < efforts[1]
    assert efforts[2] == 0.0


# What it tells


def test_everything_is_told_at_its_rate(make_robot):
    readings = make_robot().run(10.0)
    told = {
        kind: sum(isinstance(reading, kind) for reading in readings)
        for kind in (
            JointReading,
            OdometryReading,
            FramesReading,
            TruthReading,
            TemperatureReading,
            BatteryReading,
            CameraReading,
            DiagnosisReading,
        )
    }
    assert told == {
        JointReading: 500,
        OdometryReading: 500,
        FramesReading: 500,
        TruthReading: 500,
        TemperatureReading: 50,
        BatteryReading: 20,
        CameraReading: 150,
        DiagnosisReading: 10,
    }


def test_the_moving_frames_are_a_chain_from_odom_to_the_tool(make_robot):
    time = make_robot()
    time.run(0.02)
    frames = time.last(FramesReading).frames
    assert frames[0].parent == "odom"
    assert frames[-1].child == "tool0"
    assert all(one.child == next_.parent for one, next_ in pairwise(frames))


# Battery and dock


def test_it_charges_while_it_stands_on_its_dock(make_robot):
    time = make_robot()
    time.run(5.0)
    assert time.last(BatteryReading).charging
    assert time.last(BatteryReading).charge > 0.8


def test_away_from_the_dock_it_discharges(make_robot):
    time = make_robot({"dock.x_m": 50.0})
    time.run(5.0)
    assert not time.last(BatteryReading).charging
    assert time.last(BatteryReading).charge < 0.8


def test_it_charges_again_when_it_comes_back_to_the_dock(make_robot):
    time = make_robot()
    time.run(2.0, base=(0.5, 0.0))
    time.run(1.0)
    assert not time.last(BatteryReading).charging
    time.run(2.0, base=(-0.5, 0.0))
    time.run(1.0)
    assert time.last(BatteryReading).charging


def test_driving_costs_more_than_standing(make_robot):
    standing = make_robot({"dock.x_m": 50.0})
    driving = make_robot({"dock.x_m": 50.0})
    standing.run(5.0)
    driving.run(5.0, base=(0.5, 0.0))
    assert driving.last(BatteryReading).charge < standing.last(BatteryReading).charge


def test_without_any_charge_nothing_moves(make_robot):
    empty = {"dock.x_m": 50.0, "battery.capacity_wh": 1.0, "battery.initial_charge": 0.01}
    time = make_robot(empty)
    time.run(5.0, base=(0.5, 0.0), arm=(0.5,) * 6)
    assert time.last(TruthReading).linear == 0.0
    assert time.last(JointReading).speeds == (0.0,) * 6
    assert codes(time.last(DiagnosisReading)) == ["BATTERY_EMPTY"]


# Faults


def test_mute_odometry_silences_odom_and_its_frame_and_nothing_else(make_robot):
    time = make_robot()
    time.run(1.0)
    time.robot.faults = faulty(mute_odometry=True)
    told = time.run(1.0, base=(0.5, 0.0))
    kinds = {type(reading) for reading in told}
    assert OdometryReading not in kinds
    assert {JointReading, TruthReading, FramesReading} <= kinds
    assert time.last(FramesReading).frames[0].parent == "base_link"
    assert time.last(TruthReading).linear == 0.5


def test_odometry_goes_on_where_it_truly_is_when_the_fault_ends(make_robot):
    time = make_robot()
    time.robot.faults = faulty(mute_odometry=True)
    time.run(1.0, base=(0.5, 0.0))
    time.robot.faults = NO_FAULTS
    time.run(0.1)
    assert time.last(OdometryReading).pose.x == pytest.approx(time.last(TruthReading).pose.x)
    assert time.last(OdometryReading).pose.x > 0.4


def test_a_hot_joint_reports_its_overtemperature_within_three_seconds(make_robot):
    time = make_robot()
    time.robot.faults = faulty(hot_joint="joint_3")
    time.run(3.0)
    assert codes(time.last(DiagnosisReading)) == ["JOINT_3_OVERTEMP"]
    assert time.last(TemperatureReading).temperatures[2] > 80.0


def test_a_hot_joint_is_well_again_after_the_fault(make_robot):
    time = make_robot()
    time.robot.faults = faulty(hot_joint="joint_3")
    time.run(5.0)
    time.robot.faults = NO_FAULTS
    time.run(60.0)
    assert codes(time.last(DiagnosisReading)) == []


def test_a_low_battery_is_shown_and_reported_at_once(make_robot):
    time = make_robot()
    time.run(0.5)
    time.robot.faults = faulty(low_battery=True)
    told = time.run(0.1)
    assert codes(next(item for item in told if isinstance(item, DiagnosisReading))) == [
        "BATTERY_LOW"
    ]
    time.run(1.0)
    assert time.last(BatteryReading).charge == pytest.approx(0.08)


def test_a_stuck_base_stands_reports_it_and_moves_again_when_freed(make_robot):
    time = make_robot()
    time.robot.faults = faulty(stuck_base=True)
    time.run(1.0, base=(0.5, 0.0))
    assert time.last(TruthReading).pose.x == 0.0
    assert time.last(OdometryReading).linear == 0.0
    assert codes(time.last(DiagnosisReading)) == ["BASE_STUCK"]
    time.robot.faults = NO_FAULTS
    time.run(1.0, base=(0.5, 0.0))
    assert time.last(TruthReading).linear == 0.5
    assert codes(time.last(DiagnosisReading)) == []


# Determinism


def recorded(time) -> bytes:
    """A session with commands, a refused one and a fault: everything told, every bit of it."""
    time.run(1.0, base=(0.4, 0.3), arm=(0.2, -0.1, 0.3, 0.0, 0.1, -0.2))
    time.robot.command_base((math.nan, 0.0, 0.0), (0.0, 0.0, 0.0))
    time.run(0.5)
    time.robot.faults = faulty(hot_joint="joint_5")
    time.run(2.0, base=(-0.2, -0.6))
    return "\n".join(repr(reading) for reading in time.readings).encode()


def test_the_same_seed_and_commands_give_the_same_bytes(make_robot):
    first, second = make_robot(noisy=True), make_robot(noisy=True)
    assert recorded(first) == recorded(second)


def test_another_seed_gives_other_bytes(make_robot):
    first, second = make_robot(noisy=True), make_robot({"seed": 2}, noisy=True)
    assert recorded(first) != recorded(second)


def test_reading_one_sensor_more_often_does_not_change_another(make_robot):
    plain, busy = (make_robot({"rates.temperatures_hz": rate}, noisy=True) for rate in (1.0, 10.0))
    plain.run(2.0, base=(0.4, 0.3))
    busy.run(2.0, base=(0.4, 0.3))
    assert plain.last(OdometryReading) == busy.last(OdometryReading)
    assert plain.last(JointReading) == busy.last(JointReading)
