"""Errors that a robot reports on its diagnostics topic, each with the moment since when it stands.

Messages are taken in on the ROS thread; ``errors`` may be read on any.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node

from lanyard_core.telemetry.status import RobotError
from lanyard_gateway.robot import convert
from lanyard_node_support import qos

if TYPE_CHECKING:
    from diagnostic_msgs.msg import DiagnosticStatus

# Errors that are kept for one robot; more say nothing more to an operator.
MAX_ERRORS = 100


class DiagnosticsCache:
    """Standing errors by hardware and name; a status that is OK again takes its error away."""

    def __init__(self, node: Node, topic: str, *, on_change: Callable[[], None]) -> None:
        """``on_change`` is called on the ROS thread when an error comes or goes."""
        self._topic = topic
        self._on_change = on_change
        self._arrived_s: float | None = None
        self._errors: dict[tuple[str, str], RobotError] = {}
        node.create_subscription(DiagnosticArray, topic, self._arrived, qos.DIAGNOSTICS)

    def errors(self, now: float, ages: dict[str, float]) -> tuple[RobotError, ...]:
        """Standing errors; notes their age under ``errors`` when diagnostics were ever heard."""
        if self._arrived_s is not None:
            ages["errors"] = now - self._arrived_s
        return tuple(self._errors.values())

    def _arrived(self, message: DiagnosticArray) -> None:
        errors = dict(self._errors)
        for status in message.status:
            self._take_in(status, errors)
        # Replaced as a whole, so that a reader on the other thread never sees it change.
        before, self._errors = self._errors, errors
        self._arrived_s = time.monotonic()
        if _codes(errors) != _codes(before):
            self._on_change()

    def _take_in(self, status: DiagnosticStatus, errors: dict[tuple[str, str], RobotError]) -> None:
        key = (status.hardware_id, status.name)
        before = errors.get(key)
        error = convert.robot_error(status, since_unix_s=time.time(), source=self._topic)
        if error is None:
            errors.pop(key, None)
            return
        if before is not None and before.code == error.code:
            error = replace(error, since_unix_s=before.since_unix_s)
        if before is not None or len(errors) < MAX_ERRORS:
            errors[key] = error


def _codes(errors: dict[tuple[str, str], RobotError]) -> dict[tuple[str, str], str]:
    return {key: error.code for key, error in errors.items()}
