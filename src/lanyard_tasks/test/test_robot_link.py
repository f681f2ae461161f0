"""What comes from the robot is judged before it is believed."""

from __future__ import annotations

import math

import pytest
from nav_msgs.msg import Odometry

from lanyard_core.safety.states import State
from lanyard_tasks.robot_link import pose_of, state_of


def odometry(x: float, y: float, yaw: float) -> Odometry:
    message = Odometry()
    message.pose.pose.position.x, message.pose.pose.position.y = x, y
    message.pose.pose.orientation.z = math.sin(yaw / 2.0)
    message.pose.pose.orientation.w = math.cos(yaw / 2.0)
    return message


@pytest.mark.parametrize("yaw", [0.0, 1.0, -3.0, 3.1])
def test_a_pose_is_read_from_odometry(yaw: float) -> None:
    pose = pose_of(odometry(1.0, -2.0, yaw))
    assert pose is not None
    assert (pose.x_m, pose.y_m) == (1.0, -2.0)
    assert pose.yaw_rad == pytest.approx(yaw)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_odometry_that_is_not_finite_is_no_pose(bad: float) -> None:
    assert pose_of(odometry(bad, 0.0, 0.0)) is None
    assert pose_of(odometry(0.0, 0.0, bad if math.isnan(bad) else math.nan)) is None


def test_every_state_is_known() -> None:
    assert [state_of(state.value) for state in State] == list(State)


def test_a_state_that_is_not_known_counts_as_a_fault() -> None:
    assert state_of(200) is State.FAULT
