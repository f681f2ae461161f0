"""Hears what moves the robot, in a process that nothing holds up, and prints it line by line.

Tests measure with it: what a busy test runner hears, it hears late. Each line is JSON: ``topic``,
``at`` (``time.monotonic`` of the arrival), ``gap`` (since the message before on that topic), and
``value``. A message is printed when its value has changed, or when it was long in coming.
"""

from __future__ import annotations

import json
import sys
import time

from geometry_msgs.msg import TwistStamped
from lanyard_msgs.msg import SafetyState
from nav_msgs.msg import Odometry
from rclpy.node import Node
from std_msgs.msg import Bool, Float64MultiArray

from lanyard_node_support import names, qos
from lanyard_node_support.realtime import RealtimeSettings, prepare_loop, prepare_process
from lanyard_node_support.run import run_node

LONG_S = 0.02


class Recorder(Node):
    """Listens to velocities, state, halt, and to how the base truly moves."""

    def __init__(self) -> None:
        super().__init__("recorder")
        self._last: dict[str, tuple[float, object]] = {}
        listen = self.create_subscription
        listen(TwistStamped, names.CMD_VEL, self._velocity, 100)
        listen(Float64MultiArray, names.ARM_COMMANDS, self._arm, 100)
        listen(Bool, names.BASE_HALT, self._halt, qos.LATCHED)
        listen(SafetyState, names.SAFETY_STATE, self._state, qos.SAFETY_STATE)
        listen(Odometry, "sim/ground_truth", self._truth, 100)
        settings = RealtimeSettings(wanted=True, priority=60, cpus=(), lock_memory=True)
        prepare_process(settings)
        prepare_loop(settings)

    def _velocity(self, message: TwistStamped) -> None:
        self._heard(names.CMD_VEL, message.twist.linear.x)

    def _arm(self, message: Float64MultiArray) -> None:
        self._heard(names.ARM_COMMANDS, list(message.data))

    def _halt(self, message: Bool) -> None:
        self._last.pop(names.BASE_HALT, None)  # each one is printed
        self._heard(names.BASE_HALT, message.data)

    def _state(self, message: SafetyState) -> None:
        self._heard(names.SAFETY_STATE, [message.state, message.causes])

    def _truth(self, message: Odometry) -> None:
        self._heard("truth", message.twist.twist.linear.x)

    def _heard(self, topic: str, value: object) -> None:
        now = time.monotonic()
        before, old = self._last.get(topic, (now, None))
        self._last[topic] = (now, value)
        if value != old or now - before > LONG_S:
            line = {"topic": topic, "at": now, "gap": now - before, "value": value}
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    sys.exit(run_node(Recorder, name="recorder"))
