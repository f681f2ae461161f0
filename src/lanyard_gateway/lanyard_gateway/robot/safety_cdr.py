"""Reads a safety state from its bytes: it comes ten times a second, and mostly says nothing new.

rclpy makes eight message objects of each, most of them for a velocity that nobody here looks at.
What comes in another byte order is left to rclpy. Tests hold the two against each other. Pure; any
thread.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from lanyard_msgs.msg import SafetyState
from rclpy.serialization import deserialize_message

from lanyard_gateway.robot.cdr import LENGTH, LITTLE_ENDIAN, STAMP_BYTES, START, aligned, text_at

_LONGEST = 8
_AGE_TO_SESSION = struct.Struct("<d48x?7xQ")  # the velocity is passed over
_CAP = struct.Struct("<f")


class SafetyReport(NamedTuple):
    """What the gateway takes from a SafetyState, by the names that it has there."""

    state: int
    causes: int
    reason: str
    state_age_s: float
    at_rest: bool
    session: int
    holder: str
    priority: int
    speed_cap_mps: float


def read_safety(data: bytes) -> SafetyReport | SafetyState:
    """The safety state. Raises what rclpy raises when this is none."""
    if data[:2] == LITTLE_ENDIAN:
        try:
            return _read(data[START:])
        except (struct.error, IndexError, UnicodeDecodeError):
            pass
    return deserialize_message(data, SafetyState)


def _read(body: bytes) -> SafetyReport:
    _, state_at = text_at(body, STAMP_BYTES)
    causes_at = aligned(state_at + 1, LENGTH.size)
    (causes,) = LENGTH.unpack_from(body, causes_at)
    reason, at = text_at(body, causes_at + LENGTH.size)
    age_at = aligned(at, _LONGEST)
    age_s, at_rest, session = _AGE_TO_SESSION.unpack_from(body, age_at)
    holder, priority_at = text_at(body, age_at + _AGE_TO_SESSION.size)
    (cap_mps,) = _CAP.unpack_from(body, aligned(priority_at + 1, _CAP.size))
    return SafetyReport(
        state=body[state_at],
        causes=causes,
        reason=reason,
        state_age_s=age_s,
        at_rest=at_rest,
        session=session,
        holder=holder,
        priority=body[priority_at],
        speed_cap_mps=cap_mps,
    )
