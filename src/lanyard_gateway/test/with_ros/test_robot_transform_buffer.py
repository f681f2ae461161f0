import math

import pytest

from lanyard_gateway.robot.transform_buffer import MAX_FRAMES, Transform, TransformBuffer


def transform(parent, child, *, x=0.0, y=0.0, yaw=0.0, arrived_s=0.0):
    rotation = (0.0, 0.0, math.sin(yaw / 2.0), math.cos(yaw / 2.0))
    return child, Transform(parent, (x, y, 0.0), rotation, arrived_s)


def test_a_chain_is_composed_from_the_newest_transforms():
    buffer = TransformBuffer()
    buffer.put([transform("map", "odom", x=1.0, yaw=math.pi / 2, arrived_s=10.0)])
    buffer.put([transform("odom", "base_link", x=99.0, arrived_s=10.0)])
    buffer.put([transform("odom", "base_link", x=2.0, yaw=math.pi / 2, arrived_s=11.0)])
    found = buffer.lookup("map", "base_link")
    assert found.pose.frame_id == "map"
    assert found.pose.position == pytest.approx((1.0, 2.0, 0.0))
    assert found.pose.orientation == pytest.approx((0.0, 0.0, 1.0, 0.0))


def test_a_chain_is_as_old_as_its_oldest_moving_link():
    buffer = TransformBuffer()
    buffer.put([transform("a", "b", arrived_s=10.0)])
    buffer.put([transform("b", "c", arrived_s=11.0)])
    buffer.put([transform("c", "d", arrived_s=None)])
    assert buffer.lookup("a", "d").arrived_s == 10.0
    assert buffer.lookup("c", "d").arrived_s is None


def test_frames_without_a_chain_between_them_have_no_pose():
    buffer = TransformBuffer()
    buffer.put([transform("a", "b")])
    assert buffer.lookup("b", "a") is None
    assert buffer.lookup("a", "nowhere") is None


def test_a_loop_of_frames_has_no_pose():
    buffer = TransformBuffer()
    buffer.put([transform("a", "b"), transform("b", "a")])
    assert buffer.lookup("root", "a") is None


def test_a_publisher_of_ever_new_frames_does_not_fill_the_memory():
    buffer = TransformBuffer()
    buffer.put([transform("map", "base_link", x=1.0)])
    buffer.put(transform("map", f"f{n}") for n in range(MAX_FRAMES + 10))
    buffer.put([transform("map", "base_link", x=2.0)])
    assert buffer.lookup("map", f"f{MAX_FRAMES + 5}") is None
    assert buffer.lookup("map", "base_link").pose.position[0] == 2.0
