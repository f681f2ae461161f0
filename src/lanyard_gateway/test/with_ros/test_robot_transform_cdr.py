import struct

import pytest
from geometry_msgs.msg import TransformStamped
from rclpy.serialization import serialize_message
from tf2_msgs.msg import TFMessage

from lanyard_gateway.robot.transform_buffer import Transform
from lanyard_gateway.robot.transform_cdr import read_transforms


def stamped(parent, child, x):
    message = TransformStamped()
    message.header.stamp.sec = 7
    message.header.frame_id, message.child_frame_id = parent, child
    moved, turned = message.transform.translation, message.transform.rotation
    moved.x, moved.y, moved.z = x, x + 0.25, x + 0.5
    turned.x, turned.y, turned.z, turned.w = 0.1, 0.2, 0.3, 0.4
    return message


def expected(parent, x, arrived_s):
    return Transform(parent, (x, x + 0.25, x + 0.5), (0.1, 0.2, 0.3, 0.4), arrived_s)


@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_transforms_are_read_as_rclpy_would(count):
    # Names of every length from 0, so that every alignment comes up.
    wanted = [(f"{'p' * n}", f"{'é' * (n // 2)}{n}", float(n)) for n in range(count)]
    message = TFMessage(transforms=[stamped(*each) for each in wanted])
    found = read_transforms(serialize_message(message), arrived_s=3.5)
    assert found == [(child, expected(parent, x, 3.5)) for parent, child, x in wanted]


def test_a_static_transform_has_no_arrival():
    message = TFMessage(transforms=[stamped("a", "b", 1.0)])
    [(_, transform)] = read_transforms(serialize_message(message), arrived_s=None)
    assert transform.arrived_s is None


def test_what_a_machine_of_the_other_byte_order_sends_is_left_to_rclpy():
    numbers = (1.0, 1.25, 1.5, 0.1, 0.2, 0.3, 0.4)
    body = struct.pack(">IIII2s2xI2s6x7d", 1, 7, 0, 2, b"a", 2, b"b", *numbers)
    found = read_transforms(b"\x00\x00\x00\x00" + body, arrived_s=3.5)
    assert found == [("b", expected("a", 1.0, 3.5))]


@pytest.mark.parametrize("length", [0, 3, 4, 7, 9, 20, 40])
def test_bytes_that_end_too_soon_hold_no_transforms(length):
    whole = serialize_message(TFMessage(transforms=[stamped("map", "odom", 1.0)]))
    with pytest.raises(Exception, match=r"."):
        read_transforms(whole[:length], arrived_s=0.0)
