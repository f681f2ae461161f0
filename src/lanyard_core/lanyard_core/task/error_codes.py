"""Why a task ended without success: the numbers of ExecuteTask.action, by name.

The numbers are a contract with the interface file, and a test compares the two. The lower-case name
is the error's code on the REST side (``grasp_failed``).
"""

from __future__ import annotations

from enum import IntEnum


class ErrorCode(IntEnum):
    """What became of a task; NONE when nothing went wrong."""

    NONE = 0
    # The request.
    UNKNOWN_TASK_TYPE = 100
    INVALID_PARAMETERS = 101
    BUSY = 102
    OTHER_RUN = 103
    # Command authority and safety.
    LEASE_HELD = 200
    NOT_ARMED = 201
    SAFETY_STOP = 202
    # Motion.
    TIMEOUT = 300
    STUCK = 301
    UNREACHABLE = 302
    SENSOR_LOST = 303
    # Manipulation.
    GRASP_FAILED = 400
    INSERTION_FAILED = 401
    # The task server.
    INTERNAL = 900
    SHUTTING_DOWN = 901
    INTERRUPTED = 902


def error_name(code: int) -> str:
    """The code for programs: ``"grasp_failed"``; an unknown number is ``"error_<number>"``."""
    try:
        return ErrorCode(code).name.lower()
    except ValueError:
        return f"error_{code}"
