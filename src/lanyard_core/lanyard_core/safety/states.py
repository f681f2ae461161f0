"""States and causes of the safety machine, with the numbers that lanyard_msgs/SafetyState carries.

The numbers are a contract with the interface file; a contract test compares the two.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag


class State(IntEnum):
    """What the control node does with the robot."""

    STARTING = 0
    IDLE = 1
    ACTIVE = 2
    STOPPING = 3
    SAFE_STOP = 4
    HALTED = 5
    FAULT = 6


class Cause(IntFlag):
    """Why the robot stops or stays stopped; several may stand at once."""

    NONE = 0
    COMMAND_GAP = 1 << 0
    HEARTBEAT_LOST = 1 << 1
    ACK_LATE = 1 << 2
    COMMAND_INVALID = 1 << 3
    SEQUENCE = 1 << 4
    AUTHORITY_LOST = 1 << 5
    SENSOR_LOST = 1 << 6
    LIMIT = 1 << 7
    GATEWAY_DEAD = 1 << 8
    STOP_REQUEST = 1 << 9
    SHUTDOWN = 1 << 10
    HALT_REQUEST = 1 << 16
    STOP_INPUT = 1 << 17
    STOP_INPUT_SILENT = 1 << 18
    OVERRUN = 1 << 24
    INTERNAL = 1 << 25
    SELF_TEST = 1 << 26


class AckStatus(IntEnum):
    """What became of one command; the numbers of lanyard_msgs/CommandAck."""

    OK = 0
    CLAMPED = 1
    STALE = 2
    DUPLICATE = 3
    OUT_OF_ORDER = 4
    NOT_ARMED = 5
    SUPERSEDED = 6
    SAFE_STOP = 7
    LEASE_LOST = 8
    INVALID = 9
    RATE_LIMITED = 10


class Priority(IntEnum):
    """Who goes before whom; the numbers of lanyard_msgs/AcquireLease."""

    NOBODY = 0
    TASK = 50
    OPERATOR = 100
    SUPERVISOR = 150
    LOCAL = 200


class StopKind(IntEnum):
    """How to stop; the numbers of lanyard_msgs/RequestStop."""

    SAFE_STOP = 0
    HALT = 1
