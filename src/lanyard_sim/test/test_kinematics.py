import math

import pytest

from lanyard_core.rotation import rotated
from lanyard_sim.kinematics import arm_frames, tool_pose

ZEROS = (0.0,) * 6
Z = (0.0, 0.0, 1.0)


def test_the_chain_leads_from_the_base_to_the_tool_without_a_gap():
    frames = arm_frames(ZEROS)
    links = [f"link_{number}" for number in range(1, 7)]
    assert [frame.parent for frame in frames] == ["base_link", *links]
    assert [frame.child for frame in frames] == [*links, "tool0"]


def test_at_zero_the_arm_stands_straight_up():
    pose = tool_pose(ZEROS)
    assert pose.translation == pytest.approx((0.15, 0.0, 1.44))
    assert rotated(Z, pose.rotation) == pytest.approx(Z)


def test_the_shoulder_lays_the_arm_forward():
    pose = tool_pose((0.0, math.pi / 2, 0.0, 0.0, 0.0, 0.0))
    assert pose.translation == pytest.approx((0.15 + 0.94, 0.0, 0.5))
    assert rotated(Z, pose.rotation) == pytest.approx((1.0, 0.0, 0.0))


def test_the_first_joint_swings_the_arm_to_the_left():
    pose = tool_pose((math.pi / 2, math.pi / 2, 0.0, 0.0, 0.0, 0.0))
    assert pose.translation == pytest.approx((0.15, 0.94, 0.5))


def test_the_wrist_bends_only_what_is_behind_it():
    pose = tool_pose((0.0, 0.0, 0.0, 0.0, math.pi / 2, 0.0))
    assert pose.translation == pytest.approx((0.15 + 0.14, 0.0, 1.3))


def test_rolling_the_tool_does_not_move_it():
    assert tool_pose((0.0,) * 5 + (2.0,)).translation == pytest.approx(tool_pose(ZEROS).translation)


def test_the_start_position_is_folded_with_the_tool_pointing_down(parameters):
    pose = tool_pose(parameters["arm.start_positions_rad"])
    assert rotated(Z, pose.rotation) == pytest.approx((0.0, 0.0, -1.0), abs=0.01)
    assert 0.0 < pose.translation[0] < 0.4
