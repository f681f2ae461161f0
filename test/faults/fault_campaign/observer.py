"""Sees how the base truly moves and what control and watchdog say, and prints it line by line.

A process of its own, which hears nothing of the campaign: what a busy harness hears, it hears
late. Each line is JSON: ``kind``, ``at`` (``time.monotonic`` of the arrival) and the fields of
that kind, which ``sight`` reads.
"""

from __future__ import annotations

import json
import sys
import time

from diagnostic_msgs.msg import DiagnosticArray
from lanyard_msgs.msg import SafetyState
from nav_msgs.msg import Odometry
from rclpy.node import Node
from std_msgs.msg import Bool

from lanyard_node_support import names, qos
from lanyard_node_support.realtime import RealtimeSettings, prepare_loop, prepare_process
from lanyard_node_support.run import run_node

PRIORITY = 60
GROUND_TRUTH = "sim/ground_truth"
# The entry of the watchdog's diagnostics that says what it makes of the control node.
WATCH = "watch"


class Observer(Node):
    """Listens; publishes nothing."""

    def __init__(self) -> None:
        super().__init__("observer")
        self.create_subscription(Odometry, GROUND_TRUTH, self._moved, qos.SENSOR_OUT)
        self.create_subscription(SafetyState, names.SAFETY_STATE, self._told, qos.SAFETY_STATE)
        self.create_subscription(Bool, names.BASE_HALT, self._halted, qos.LATCHED)
        self.create_subscription(DiagnosticArray, names.DIAGNOSTICS, self._diagnosed, 10)
        settings = RealtimeSettings(wanted=True, priority=PRIORITY, cpus=(), lock_memory=True)
        prepare_process(settings)
        prepare_loop(settings)

    def _moved(self, message: Odometry) -> None:
        at = time.monotonic()
        place, twist = message.pose.pose.position, message.twist.twist
        _say("motion", at, x=place.x, y=place.y, speed=twist.linear.x, turn=twist.angular.z)

    def _told(self, message: SafetyState) -> None:
        at = time.monotonic()
        _say("state", at, state=message.state, causes=message.causes, session=message.session)

    def _halted(self, message: Bool) -> None:
        _say("halt", time.monotonic(), halted=message.data)

    def _diagnosed(self, message: DiagnosticArray) -> None:
        for status in message.status:
            for value in status.values:
                if value.key == WATCH:
                    _say("watch", time.monotonic(), watch=value.value)


def _say(kind: str, at: float, **fields: float | str) -> None:
    print(json.dumps({"kind": kind, "at": at, **fields}), flush=True)


if __name__ == "__main__":
    sys.exit(run_node(Observer, name="observer"))
