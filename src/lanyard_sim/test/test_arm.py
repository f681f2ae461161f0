from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanyard_sim.arm import Arm
from lanyard_sim.model import JOINTS
from lanyard_sim.settings import ArmSettings

DT = 0.005
SETTINGS = ArmSettings(
    command_timeout_s=0.2,
    acceleration_radps2=10.0,
    start_positions_rad=(0.0,) * 6,
    overtemperature_c=80.0,
    ambient_temperature_c=24.0,
)


def moved(speeds, seconds: float) -> Arm:
    arm = Arm(SETTINGS)
    for _ in range(round(seconds / DT)):
        arm.advance(speeds, DT)
    return arm


def test_each_joint_follows_its_own_speed():
    speeds = (0.1, -0.2, 0.3, -0.4, 0.5, 0.0)
    arm = moved(speeds, 1.0)
    assert arm.speeds == pytest.approx(speeds)
    assert arm.positions == pytest.approx(speeds, abs=0.02)


def test_a_joint_is_never_faster_than_it_can_be():
    arm = moved((99.0,) * 6, 0.5)
    assert all(speed <= joint.max_speed for speed, joint in zip(arm.speeds, JOINTS))


def test_a_joint_that_is_driven_on_comes_to_rest_at_its_limit():
    arm = moved((99.0,) * 6, 10.0)
    assert arm.positions == pytest.approx([joint.upper for joint in JOINTS], abs=1e-3)
    assert arm.speeds == pytest.approx((0.0,) * 6, abs=0.05)


def test_a_joint_at_its_limit_can_be_driven_back():
    arm = moved((99.0,) * 6, 10.0)
    for _ in range(200):
        arm.advance((-0.5,) * 6, DT)
    assert all(position < joint.upper - 0.3 for position, joint in zip(arm.positions, JOINTS))


def test_a_start_beyond_a_limit_is_moved_to_it():
    arm = Arm(replace(SETTINGS, start_positions_rad=(9.0, -9.0, 0.0, 0.0, 0.0, 0.0)))
    assert arm.positions[:2] == (JOINTS[0].upper, JOINTS[1].lower)


@given(wishes=st.lists(st.tuples(st.floats(-9, 9), st.integers(1, 400)), min_size=1, max_size=12))
def test_no_joint_ever_leaves_its_limits_or_jumps(wishes):
    arm = Arm(SETTINGS)
    most = SETTINGS.acceleration_radps2 * DT
    for wish, steps in wishes:
        for _ in range(steps):
            before = arm.speeds
            arm.advance((wish,) * 6, DT)
            for joint, position, speed, earlier in zip(JOINTS, arm.positions, arm.speeds, before):
                assert joint.lower <= position <= joint.upper
                assert abs(speed - earlier) <= most + 1e-9
