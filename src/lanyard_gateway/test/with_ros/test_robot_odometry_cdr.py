import struct

import pytest
from nav_msgs.msg import Odometry
from rclpy.serialization import serialize_message

from lanyard_core.telemetry.status import Twist
from lanyard_gateway.robot.odometry_cdr import read_twist

WANTED = Twist((0.1, 0.2, 0.3), (0.4, 0.5, 0.6))


def odometry(frame_id="odom", child="base_link"):
    message = Odometry(child_frame_id=child)
    message.header.frame_id = frame_id
    message.pose.pose.position.x = 9.0
    message.pose.covariance = [1.0] * 36
    linear, angular = message.twist.twist.linear, message.twist.twist.angular
    linear.x, linear.y, linear.z = WANTED.linear
    angular.x, angular.y, angular.z = WANTED.angular
    return message


@pytest.mark.parametrize("frame_id", ["", "o", "odom", "robot_17/odom"])
@pytest.mark.parametrize("child", ["", "ba", "base_link", "basé"])
def test_a_velocity_is_read_as_rclpy_would(frame_id, child):
    assert read_twist(serialize_message(odometry(frame_id, child))) == WANTED


def test_what_a_machine_of_the_other_byte_order_sends_is_left_to_rclpy():
    numbers = (0.0,) * 43 + (*WANTED.linear, *WANTED.angular) + (0.0,) * 36
    body = struct.pack(">IIIs3xIs3x85d", 1, 2, 1, b"\0", 1, b"\0", *numbers)
    assert read_twist(b"\x00\x00\x00\x00" + body) == WANTED


@pytest.mark.parametrize("length", [0, 3, 4, 14, 30, 300, 390])
def test_bytes_that_end_too_soon_hold_no_velocity(length):
    with pytest.raises(Exception, match=r"."):
        read_twist(serialize_message(odometry())[:length])
