"""Controller of the arm: every joint arrives, together, within the speed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanyard_tasks.motion.arm import ArmLimits, arm_error_rad, arm_velocities

LIMITS = ArmLimits(speed_radps=0.8, deceleration_radps2=2.0)
poses = st.lists(st.floats(-3.0, 3.0), min_size=6, max_size=6)


@given(poses, poses)
@settings(max_examples=50, deadline=None)
def test_every_joint_reaches_its_target_within_the_speed(
    start: list[float], target: list[float]
) -> None:
    joints = list(start)
    for _ in range(1500):
        speeds = arm_velocities(joints, target, LIMITS)
        assert max(map(abs, speeds)) <= LIMITS.speed_radps + 1e-9
        joints = [joint + speed * 0.02 for joint, speed in zip(joints, speeds, strict=True)]
    assert arm_error_rad(joints, target) < 0.001


def test_joints_share_their_speeds_so_that_they_arrive_together() -> None:
    assert arm_velocities([0.0, 0.0], [1.0, -0.5], LIMITS) == pytest.approx((0.8, -0.4))


def test_an_arm_that_is_there_rests() -> None:
    assert arm_velocities([1.0, 2.0], [1.0, 2.0], LIMITS) == (0.0, 0.0)


def test_a_target_for_another_number_of_joints_is_an_error() -> None:
    with pytest.raises(ValueError, match="argument"):
        arm_velocities([0.0], [0.0, 1.0], LIMITS)
