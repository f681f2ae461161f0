import pytest

from lanyard_sim.model import JOINTS
from lanyard_sim.thermal import (
    FAULT_TEMPERATURE_C,
    RISE_AT_FULL_SPEED_C,
    TIME_CONSTANT_S,
    JointHeat,
)

STILL = (0.0,) * 6
FULL_SPEED = tuple(joint.max_speed for joint in JOINTS)


def test_joints_start_at_the_temperature_of_the_room_and_stay_there_at_rest():
    heat = JointHeat(ambient_c=24.0)
    heat.advance(STILL, 1000.0, hot_joint="")
    assert heat.temperatures == (24.0,) * 6


def test_a_joint_at_full_speed_has_made_two_thirds_of_its_rise_after_one_time_constant():
    heat = JointHeat(ambient_c=24.0)
    for _ in range(1000):
        heat.advance(FULL_SPEED, TIME_CONSTANT_S / 1000, hot_joint="")
    assert heat.temperatures == pytest.approx((24.0 + 0.632 * RISE_AT_FULL_SPEED_C,) * 6, abs=0.01)


def test_either_direction_heats_alike():
    forward, backward = JointHeat(ambient_c=24.0), JointHeat(ambient_c=24.0)
    forward.advance(FULL_SPEED, 10.0, hot_joint="")
    backward.advance(tuple(-speed for speed in FULL_SPEED), 10.0, hot_joint="")
    assert forward.temperatures == backward.temperatures


def test_the_step_does_not_change_the_result():
    coarse, fine = JointHeat(ambient_c=24.0), JointHeat(ambient_c=24.0)
    coarse.advance(FULL_SPEED, 10.0, hot_joint="")
    for _ in range(1000):
        fine.advance(FULL_SPEED, 0.01, hot_joint="")
    assert fine.temperatures == pytest.approx(coarse.temperatures)


def test_the_faulty_joint_alone_is_near_its_fault_temperature_after_five_seconds():
    heat = JointHeat(ambient_c=24.0)
    heat.advance(STILL, 5.0, hot_joint="joint_3")
    assert heat.temperatures[2] == pytest.approx(FAULT_TEMPERATURE_C, abs=1.0)
    assert heat.temperatures[:2] + heat.temperatures[3:] == (24.0,) * 5


def test_without_the_fault_it_cools_again():
    heat = JointHeat(ambient_c=24.0)
    heat.advance(STILL, 5.0, hot_joint="joint_3")
    heat.advance(STILL, 10 * TIME_CONSTANT_S, hot_joint="")
    assert heat.temperatures[2] == pytest.approx(24.0, abs=0.1)
