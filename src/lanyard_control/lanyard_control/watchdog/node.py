"""The watchdog's node: hears the control node, asks the rules each 10 ms, and does what they say.

All callbacks run in the executor's one thread. What comes at loop rate is neither decoded nor
judged where it arrives.
"""

from __future__ import annotations

import time

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from geometry_msgs.msg import TwistStamped
from lanyard_msgs.msg import SafetyState
from rclpy.node import Node
from rclpy.subscription import Subscription
from std_msgs.msg import Float64MultiArray

from lanyard_control.configuration import patience_from, realtime_from
from lanyard_control.watchdog.voice import Voice
from lanyard_core.safety.overseer import TICK_S, Order, Overseer, Watch
from lanyard_node_support import names, qos
from lanyard_node_support.clock import steady_timer
from lanyard_node_support.parameters import declare
from lanyard_node_support.realtime import (
    Setting,
    Verdict,
    collect_garbage,
    prepare_loop,
    prepare_process,
)

_DIAGNOSTICS_PERIOD_S = 1.0
_LEVELS = {
    Watch.WAITING: DiagnosticStatus.WARN,
    Watch.RETURNING: DiagnosticStatus.WARN,
    Watch.WATCHING: DiagnosticStatus.OK,
    Watch.HOLDING: DiagnosticStatus.ERROR,
}


class WatchdogNode(Node):
    """The process's one node."""

    def __init__(self, transport: Setting) -> None:
        super().__init__("watchdog")
        parameters = declare(self, package="lanyard_control.watchdog").as_dict()
        self._overseer = Overseer(patience_from(parameters))
        self._voice = Voice(self)
        self._arm_commands: Subscription | None = None
        self._joints_known = False
        self._subscribe()
        self._diagnostics = self.create_publisher(
            DiagnosticArray, names.DIAGNOSTICS, qos.DIAGNOSTICS
        )
        steady_timer(self, TICK_S, self._tick)
        steady_timer(self, _DIAGNOSTICS_PERIOD_S, self._report)
        settings = realtime_from(parameters)
        self._settings = [transport, *prepare_process(settings), *prepare_loop(settings)]
        for setting in self._settings:
            self._log_setting(setting)

    def _subscribe(self) -> None:
        # Best effort, so that the control node never waits for the one that watches it.
        self.create_subscription(
            TwistStamped, names.CMD_VEL, self._on_velocity, qos.SENSOR, raw=True
        )
        self.create_subscription(SafetyState, names.SAFETY_STATE, self._on_state, qos.SAFETY_STATE)
        self._listen_to_arm()

    def _listen_to_arm(self) -> None:
        """Hear one message to the arm: how many joints there are need not be heard at loop rate."""
        self._joints_known = False
        if self._arm_commands is None:
            self._arm_commands = self.create_subscription(
                Float64MultiArray, names.ARM_COMMANDS, self._on_arm_command, qos.SENSOR
            )

    def _on_velocity(self, message: bytes) -> None:
        if not self._voice.is_own(message):
            self._voice.learn_velocity(message)
            self._overseer.velocity_heard()

    def _on_state(self, message: SafetyState) -> None:
        self._overseer.state_heard(message.state, causes=message.causes, at_rest=message.at_rest)

    def _on_arm_command(self, message: Float64MultiArray) -> None:
        self._voice.learn_joints(len(message.data))
        self._joints_known = True

    def _tick(self) -> None:
        if self._joints_known and self._arm_commands is not None:
            self.destroy_subscription(self._arm_commands)
            self._arm_commands = None
        before = self._overseer.watch
        for order in self._overseer.tick(time.monotonic()):
            if order is Order.ZERO:
                self._voice.zero()
            else:
                self._voice.halt(halted=order is Order.HALT)
        if self._overseer.watch is not before:
            self._changed(before)

    def _changed(self, before: Watch) -> None:
        watch, logger = self._overseer.watch, self.get_logger()
        text = f"{watch.value} ({before.name} -> {watch.name})"
        if watch is Watch.HOLDING:
            logger.error(text)
        elif before is Watch.HOLDING:
            # A control node that was started anew may drive another number of joints.
            self._listen_to_arm()
            logger.warning(text)
        else:
            logger.info(text)
        self._report()

    def _log_setting(self, setting: Setting) -> None:
        text = f"{setting.name}: {setting}"
        if setting.verdict is Verdict.REFUSED:
            self.get_logger().warning(text)
        else:
            self.get_logger().info(text)

    def _report(self) -> None:
        collect_garbage()
        message = DiagnosticArray(status=[self._status()])
        message.header.stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(message)

    def _status(self) -> DiagnosticStatus:
        overseer = self._overseer
        values = {
            "watch": overseer.watch.name,
            "silence_s": f"{overseer.silence_s:.3f}",
            "silences": str(overseer.silences),
        }
        if overseer.watch is Watch.HOLDING:
            values["code"] = "CONTROL_SILENT"
            values["level"] = "critical"
            values["hint"] = "read the control node's log; start it again if it has ended"
        values |= {setting.name: str(setting) for setting in self._settings}
        return DiagnosticStatus(
            level=_LEVELS[overseer.watch],
            name=f"{self.get_fully_qualified_name()}: control process",
            message=overseer.watch.value,
            hardware_id="lanyard_control",
            values=[KeyValue(key=key, value=value) for key, value in values.items()],
        )
