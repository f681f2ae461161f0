"""Reads the velocity from an odometry message's bytes, and leaves its covariances where they are.

They are 72 of its 85 numbers, nobody here looks at them, and rclpy makes two arrays of them: 0.1 ms
for each sample of telemetry. What comes in another byte order is left to rclpy. Pure; any thread.
"""

from __future__ import annotations

import struct

from nav_msgs.msg import Odometry
from rclpy.serialization import deserialize_message

from lanyard_core.telemetry.status import Twist
from lanyard_gateway.robot import convert
from lanyard_gateway.robot.cdr import LITTLE_ENDIAN, STAMP_BYTES, START, aligned, text_at

_POSE_NUMBERS = 7 + 36
_NUMBERS = struct.Struct("<6d")


def read_twist(data: bytes) -> Twist:
    """The velocity in m/s and rad/s. Raises what rclpy raises when this is no odometry."""
    if data[:2] == LITTLE_ENDIAN:
        body = data[START:]
        try:
            _, at = text_at(body, STAMP_BYTES)
            _, at = text_at(body, at)
            at = aligned(at, 8) + 8 * _POSE_NUMBERS
            vx, vy, vz, wx, wy, wz = _NUMBERS.unpack_from(body, at)
        except (struct.error, UnicodeDecodeError):
            pass
        else:
            return Twist((vx, vy, vz), (wx, wy, wz))
    return convert.twist(deserialize_message(data, Odometry).twist.twist)
