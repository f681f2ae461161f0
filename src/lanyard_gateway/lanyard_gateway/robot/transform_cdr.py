"""Reads tf's messages from their bytes: a hundred times a second, mostly for nobody.

With rclpy every transform becomes six message objects, which is most of what a gateway that nobody
asks has to do. What comes in another byte order is left to rclpy, and tests hold the two against
each other. Pure functions; any thread.
"""

from __future__ import annotations

import struct

from rclpy.serialization import deserialize_message
from tf2_msgs.msg import TFMessage

from lanyard_gateway.robot.cdr import (
    LENGTH,
    LITTLE_ENDIAN,
    STAMP_BYTES,
    START,
    aligned,
    text_at,
)
from lanyard_gateway.robot.transform_buffer import Transform

_NUMBERS = struct.Struct("<7d")  # translation, rotation


def read_transforms(data: bytes, *, arrived_s: float | None) -> list[tuple[str, Transform]]:
    """The transforms of a TFMessage with their child frames.

    ``arrived_s``: when it arrived (monotonic); None for static ones. Raises what rclpy raises when
    this is no TFMessage.
    """
    if data[:2] != LITTLE_ENDIAN:
        return _read_with_rclpy(data, arrived_s)
    body = data[START:]
    found = []
    try:
        (count,) = LENGTH.unpack_from(body)
        at = LENGTH.size
        for _ in range(count):
            parent, at = text_at(body, aligned(at, 4) + STAMP_BYTES)
            child, at = text_at(body, at)
            at = aligned(at, 8)
            x, y, z, *rotation = _NUMBERS.unpack_from(body, at)
            at += _NUMBERS.size
            qx, qy, qz, qw = rotation
            found.append((child, Transform(parent, (x, y, z), (qx, qy, qz, qw), arrived_s)))
    except struct.error:
        return _read_with_rclpy(data, arrived_s)
    return found


def _read_with_rclpy(data: bytes, arrived_s: float | None) -> list[tuple[str, Transform]]:
    found = []
    for message in deserialize_message(data, TFMessage).transforms:
        moved, turned = message.transform.translation, message.transform.rotation
        translation = (moved.x, moved.y, moved.z)
        rotation = (turned.x, turned.y, turned.z, turned.w)
        transform = Transform(message.header.frame_id, translation, rotation, arrived_s)
        found.append((message.child_frame_id, transform))
    return found
