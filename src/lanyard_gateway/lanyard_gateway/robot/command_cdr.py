"""The messages of the command path as bytes: laid out here, not by rclpy, field by field.

A command and its acknowledgement pass through a hundred times a second for each robot, a beat ten
times. Making a message object, filling it in and having it converted takes ten times as long as
writing the bytes that DDS wants, which for messages as plain as these are no secret (``cdr``). What
comes in another byte order is left to rclpy. Tests hold both ways against rclpy's own. Pure
functions; any thread.
"""

from __future__ import annotations

import struct

from lanyard_msgs.msg import CommandAck as CommandAckMsg
from rclpy.serialization import deserialize_message

from lanyard_core.port import CommandAck, MotionCommand
from lanyard_core.safety.states import AckStatus
from lanyard_gateway.robot.cdr import LENGTH, LITTLE_ENDIAN, STAMP_BYTES, START, aligned

_ALIGNED = 8  # what the longest number is aligned to
_ACK = struct.Struct("<QQB3xf")  # session, seq, status, handling_time_s
_STATUSES = {status.value: status for status in AckStatus}


class CommandLayout:
    """Writes MotionCommand messages with one ``frame_id``."""

    def __init__(self, frame_id: str) -> None:
        self._name = frame_id.encode() + b"\0"
        gap = -(STAMP_BYTES + LENGTH.size + len(self._name)) % _ALIGNED
        # stamp, frame_id, session, seq, twist, number of joint velocities
        self._layout = struct.Struct(f"<2s2xIII{len(self._name)}s{gap}xQQ6dI")

    def write(self, command: MotionCommand) -> bytes:
        """The bytes of a command."""
        twist, joints = command.twist, command.joint_velocities
        written = self._layout.pack(
            LITTLE_ENDIAN, *_stamp(command.stamp_unix_s), len(self._name), self._name,
            command.session, command.seq, *twist.linear, *twist.angular, len(joints),
        )  # fmt: skip
        return written + struct.pack(f"<4x{len(joints)}d", *joints) if joints else written


class HeartbeatLayout:
    """Writes Heartbeat messages of one ``sender``."""

    def __init__(self, sender: str) -> None:
        self._name = sender.encode() + b"\0"
        gap = -len(self._name) % LENGTH.size
        gap += -(STAMP_BYTES + 3 * LENGTH.size + len(self._name) + gap) % _ALIGNED
        # stamp, frame_id (empty), sender, session, seq
        self._layout = struct.Struct(f"<2s2xIIIs3xI{len(self._name)}s{gap}xQQ")

    def write(self, *, stamp_ns: int, session: int, seq: int) -> bytes:
        """The bytes of a heartbeat; ``stamp_ns`` by ROS's clock."""
        seconds, nanoseconds = divmod(stamp_ns, 1_000_000_000)
        return self._layout.pack(
            LITTLE_ENDIAN, seconds, nanoseconds, 1, b"\0", len(self._name), self._name, session, seq
        )


def read_command_ack(data: bytes, *, arrived_s: float) -> CommandAck:
    """The acknowledgement in these bytes, which arrived at ``arrived_s`` (monotonic).

    A status that we do not know counts as INVALID. Raises what rclpy raises when this is no
    acknowledgement.
    """
    if data[:2] != LITTLE_ENDIAN:
        return _read_with_rclpy(data, arrived_s)
    try:
        (length,) = LENGTH.unpack_from(data, START + STAMP_BYTES)
        behind = STAMP_BYTES + LENGTH.size + length
        at = START + aligned(behind, _ALIGNED)
        session, seq, status, handling_s = _ACK.unpack_from(data, at)
    except struct.error:
        return _read_with_rclpy(data, arrived_s)
    known = _STATUSES.get(status, AckStatus.INVALID)
    return CommandAck(session, seq, known, handling_s, arrived_s)


def _read_with_rclpy(data: bytes, arrived_s: float) -> CommandAck:
    message = deserialize_message(data, CommandAckMsg)
    known = _STATUSES.get(message.status, AckStatus.INVALID)
    return CommandAck(message.session, message.seq, known, message.handling_time_s, arrived_s)


def _stamp(unix_s: float) -> tuple[int, int]:
    """Seconds since the Unix epoch as ROS tells them; what does not fit 32 bits becomes 0."""
    if not 0.0 <= unix_s < 2**31:
        return 0, 0
    whole = int(unix_s)
    return whole, min(int((unix_s - whole) * 1e9), 999_999_999)
