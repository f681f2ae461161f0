import math

import pytest

from lanyard_core.rotation import rotated
from lanyard_sim.geometry import (
    Y_AXIS,
    Z_AXIS,
    PlanarPose,
    Transform,
    turn_about,
    wrapped,
)


def test_a_quarter_turn_about_z_carries_x_to_y():
    turned = rotated((1.0, 0.0, 0.0), turn_about(Z_AXIS, math.pi / 2))
    assert turned == pytest.approx((0.0, 1.0, 0.0))


def test_a_quarter_turn_about_y_carries_z_to_x():
    turned = rotated((0.0, 0.0, 1.0), turn_about(Y_AXIS, math.pi / 2))
    assert turned == pytest.approx((1.0, 0.0, 0.0))


def test_transforms_in_a_row_add_up_along_the_turned_axes():
    first = Transform((1.0, 0.0, 0.0), turn_about(Z_AXIS, math.pi / 2))
    second = Transform((2.0, 0.0, 0.0), turn_about(Z_AXIS, math.pi / 2))
    both = first.then(second)
    assert both.translation == pytest.approx((1.0, 2.0, 0.0))
    assert both.rotation == pytest.approx(turn_about(Z_AXIS, math.pi))


def test_a_full_circle_ends_where_it_began():
    pose = PlanarPose(1.0, 2.0, 0.3)
    steps = 2000
    for _ in range(steps):
        pose = pose.driven(0.5, math.tau / 10.0, 10.0 / steps)
    assert (pose.x, pose.y, pose.yaw) == pytest.approx((1.0, 2.0, 0.3), abs=1e-9)


def test_a_half_circle_ends_two_radii_to_the_left():
    pose = PlanarPose()
    steps = 2000
    for _ in range(steps):
        pose = pose.driven(0.5, 0.25, math.pi / 0.25 / steps)
    assert (pose.x, pose.y) == pytest.approx((0.0, 4.0), abs=1e-5)


def test_a_pose_relative_to_an_origin_is_placed_where_the_origin_is():
    seen = PlanarPose(1.0, 0.0, 0.1).placed_at(PlanarPose(5.0, 5.0, math.pi / 2))
    assert (seen.x, seen.y, seen.yaw) == pytest.approx((5.0, 6.0, math.pi / 2 + 0.1))


@pytest.mark.parametrize("turns", [-3, -1, 0, 1, 2])
def test_an_angle_is_wrapped_into_half_a_turn_either_way(turns):
    assert wrapped(0.5 + turns * math.tau) == pytest.approx(0.5)


def test_a_planar_pose_lies_on_the_floor_and_turns_about_the_vertical():
    pose = PlanarPose(1.0, 2.0, 0.5).as_transform()
    assert pose == Transform((1.0, 2.0, 0.0), turn_about(Z_AXIS, 0.5))
