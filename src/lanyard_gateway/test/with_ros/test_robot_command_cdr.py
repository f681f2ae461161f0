import math
import struct

import pytest
from lanyard_msgs.msg import CommandAck, Heartbeat, MotionCommand
from rclpy.serialization import deserialize_message, serialize_message

from lanyard_core.port import MotionCommand as Wanted
from lanyard_core.safety.states import AckStatus
from lanyard_core.telemetry.status import Twist
from lanyard_gateway.robot.cdr import LITTLE_ENDIAN
from lanyard_gateway.robot.command_cdr import (
    CommandLayout,
    HeartbeatLayout,
    read_command_ack,
)

FRAMES = ["", "b", "base_li", "base_lin", "base_link", "robot_17/base_link", "basé"]


def wanted(**different):
    given = {
        "session": 2**63 + 5,
        "seq": 7,
        "twist": Twist(linear=(0.1, 0.2, 0.3), angular=(0.4, 0.5, 0.6)),
        "stamp_unix_s": 1_700_000_000.25,
    }
    return Wanted(**{**given, **different})


def as_rclpy_writes(command, frame_id):
    message = MotionCommand(session=command.session, seq=command.seq)
    message.header.frame_id = frame_id
    message.header.stamp.sec, message.header.stamp.nanosec = 1_700_000_000, 250_000_000
    linear, angular = message.twist.linear, message.twist.angular
    linear.x, linear.y, linear.z = command.twist.linear
    angular.x, angular.y, angular.z = command.twist.angular
    message.joint_velocities = list(command.joint_velocities)
    return message


@pytest.mark.parametrize("frame_id", FRAMES)
@pytest.mark.parametrize("joints", [(), (0.1,), (0.1, -0.1, 3.0)])
def test_a_command_is_written_as_rclpy_would(frame_id, joints):
    command = wanted(joint_velocities=joints)
    written = CommandLayout(frame_id).write(command)
    # What lies between numbers has no meaning, and is whatever was there with rclpy.
    assert deserialize_message(written, MotionCommand) == as_rclpy_writes(command, frame_id)


@pytest.mark.parametrize("unix_s", [-1.0, 2.0**31, math.nan, math.inf])
def test_a_stamp_that_does_not_fit_the_message_becomes_zero(unix_s):
    written = CommandLayout("base_link").write(wanted(stamp_unix_s=unix_s))
    stamp = deserialize_message(written, MotionCommand).header.stamp
    assert (stamp.sec, stamp.nanosec) == (0, 0)


@pytest.mark.parametrize("sender", FRAMES)
def test_a_heartbeat_is_written_as_rclpy_would(sender):
    message = Heartbeat(sender=sender, session=2**63 + 5, seq=7)
    message.header.stamp.sec, message.header.stamp.nanosec = 1_700_000_000, 250_000_000
    written = HeartbeatLayout(sender).write(
        stamp_ns=1_700_000_000_250_000_000, session=2**63 + 5, seq=7
    )
    assert deserialize_message(written, Heartbeat) == message


@pytest.mark.parametrize("frame_id", FRAMES)
def test_an_acknowledgement_is_read_as_rclpy_would(frame_id):
    message = CommandAck(session=2**63 + 5, seq=7, status=CommandAck.STATUS_CLAMPED)
    message.header.frame_id = frame_id
    message.handling_time_s = 0.25
    ack = read_command_ack(serialize_message(message), arrived_s=5.0)
    assert (ack.session, ack.seq, ack.status) == (2**63 + 5, 7, AckStatus.CLAMPED)
    assert (ack.handling_s, ack.arrived_s) == (0.25, 5.0)


def test_an_unknown_status_counts_as_invalid():
    message = CommandAck(session=1, seq=2, status=200)
    assert read_command_ack(serialize_message(message), arrived_s=5.0).status is AckStatus.INVALID


def test_what_a_machine_of_the_other_byte_order_sends_is_left_to_rclpy():
    body = struct.pack(">IIIs3xQQBxxxf", 1, 2, 1, b"\0", 11, 12, CommandAck.STATUS_OK, 0.5)
    ack = read_command_ack(b"\x00\x00\x00\x00" + body, arrived_s=5.0)
    assert (ack.session, ack.seq, ack.status, ack.handling_s) == (11, 12, AckStatus.OK, 0.5)


@pytest.mark.parametrize("length", [0, 3, 4, 12, 20, 35])
def test_bytes_that_end_too_soon_are_no_acknowledgement(length):
    whole = serialize_message(CommandAck(session=1, seq=2))
    assert whole.startswith(LITTLE_ENDIAN)
    with pytest.raises(Exception, match=r"."):
        read_command_ack(whole[:length], arrived_s=5.0)
