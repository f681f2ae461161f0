"""Reads tf's messages from their bytes: a hundred times a second, mostly for nobody.

With rclpy every transform becomes six message objects, which is most of what a gateway that nobody
asks has to do. As in ``command_cdr`` the layout is CDR, little-endian; another one is left to
rclpy, and tests hold the two against each other. Pure functions; any thread.
"""

from __future__ import annotations

import struct

from rclpy.serialization import deserialize_message
from tf2_msgs.msg import TFMessage

from lanyard_gateway.robot.command_cdr import LITTLE_ENDIAN
from lanyard_gateway.robot.transform_buffer import Transform

_START = 4  # alignment counts from behind these four bytes
_LENGTH = struct.Struct("<I")
_STAMP_BYTES = 8
_NUMBERS = struct.Struct("<7d")  # translation, rotation


def read_transforms(data: bytes, *, arrived_s: float | None) -> list[tuple[str, Transform]]:
    """The transforms of a TFMessage with their child frames.

    ``arrived_s``: when it arrived (monotonic); None for static ones. Raises what rclpy raises when
    this is no TFMessage.
    """
    if data[:2] != LITTLE_ENDIAN:
        return _read_with_rclpy(data, arrived_s)
    body = data[_START:]
    found = []
    try:
        (count,) = _LENGTH.unpack_from(body)
        at = _LENGTH.size
        for _ in range(count):
            parent, at = _text(body, at + _STAMP_BYTES + -at % 4)
            child, at = _text(body, at)
            at += -at % 8
            x, y, z, *rotation = _NUMBERS.unpack_from(body, at)
            at += _NUMBERS.size
            qx, qy, qz, qw = rotation
            found.append((child, Transform(parent, (x, y, z), (qx, qy, qz, qw), arrived_s)))
    except struct.error:
        return _read_with_rclpy(data, arrived_s)
    return found


def _text(body: bytes, at: int) -> tuple[str, int]:
    """The text that begins at ``at``, once that is aligned, and where it ends."""
    at += -at % 4
    (length,) = _LENGTH.unpack_from(body, at)
    start = at + _LENGTH.size
    return body[start : start + length - 1].decode(), start + length


def _read_with_rclpy(data: bytes, arrived_s: float | None) -> list[tuple[str, Transform]]:
    found = []
    for message in deserialize_message(data, TFMessage).transforms:
        moved, turned = message.transform.translation, message.transform.rotation
        translation = (moved.x, moved.y, moved.z)
        rotation = (turned.x, turned.y, turned.z, turned.w)
        transform = Transform(message.header.frame_id, translation, rotation, arrived_s)
        found.append((message.child_frame_id, transform))
    return found
