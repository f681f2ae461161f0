"""The control node: parameters, subscriptions, and the parts of this package put together.

Callbacks run in the executor's thread and only put what arrived into the mailbox or the senses; the
loop's thread does everything else.
"""

from __future__ import annotations

import math
import time

from geometry_msgs.msg import Twist
from lanyard_msgs.msg import Heartbeat, MotionCommand
from nav_msgs.msg import Odometry
from rclpy.node import Node
from rclpy.time import Time
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool
from tf2_msgs.msg import TFMessage

from lanyard_control.configuration import limits_from, settings_from
from lanyard_control.controller import Controller
from lanyard_control.loop import ControlLoop
from lanyard_control.mailbox import ArrivedBeat, ArrivedCommand, Mailbox
from lanyard_control.report import Report
from lanyard_control.senses import Senses
from lanyard_control.services import Services
from lanyard_control.voice import Voice
from lanyard_core.safety import selftest
from lanyard_core.safety.limits import Limits
from lanyard_core.safety.states import Cause
from lanyard_node_support import names, qos
from lanyard_node_support.parameters import declare
from lanyard_node_support.realtime import Setting, prepare_loop, prepare_process

_ZEROS_BEFORE_EXIT = 10
_GATEWAY_SESSION = 0


class ControlNode(Node):
    """The process's one node; ticks from its construction to ``before_shutdown``."""

    def __init__(self, transport: Setting) -> None:
        super().__init__("control")
        parameters = declare(self, package="lanyard_control").as_dict()
        self._settings = settings_from(parameters)
        limits = limits_from(parameters)
        self._mailbox = Mailbox()
        self._senses = Senses(
            joint_names=self._settings.joint_names,
            stop_input_wired=bool(self._settings.stop_input_topic),
        )
        voice = Voice(self, limits, base_frame=self._settings.base_frame)
        self._controller = Controller(
            limits, self._mailbox, self._senses, voice, failures=self._self_test(limits)
        )
        self._report = Report(
            self, self._controller, stop_input_topic=self._settings.stop_input_topic
        )
        Services(
            self,
            self._mailbox,
            timeout_s=self._settings.request_timeout_s,
            lease_ttl_s=limits.heartbeat_timeout_s,
            note=self._report.note,
        )
        self._subscribe()
        self._report.settings([transport, *prepare_process(self._settings.realtime)])
        self._loop = ControlLoop(
            self._controller,
            rate_hz=self._settings.loop_rate_hz,
            prepare=lambda: self._report.settings(prepare_loop(self._settings.realtime)),
        )
        self._mailbox.ring = self._loop.wake
        self._loop.start()

    def _self_test(self, limits: Limits) -> Cause:
        """Drive the machine once in virtual time; what fails keeps the robot from ever moving."""
        found = selftest.failures(limits)
        for failure in found:
            self.get_logger().error(f"self-test: {failure}")
        return Cause.SELF_TEST if found else Cause.NONE

    def _subscribe(self) -> None:
        subscribe = self.create_subscription
        subscribe(MotionCommand, names.COMMAND, self._on_command, qos.COMMAND_IN)
        subscribe(Heartbeat, names.HEARTBEAT, self._on_heartbeat, qos.HEARTBEAT)
        subscribe(Odometry, names.ODOM, self._on_odometry, qos.SENSOR)
        subscribe(JointState, names.JOINT_STATES, self._on_joint_states, qos.SENSOR)
        subscribe(TFMessage, names.TF, self._on_tf, qos.TF)
        if self._settings.stop_input_topic:
            subscribe(Bool, self._settings.stop_input_topic, self._on_stop_input, qos.SENSOR)

    def before_shutdown(self) -> None:
        """Ramp to rest, publish zeros, then end the loop; the context still lives."""
        self._controller.begin_shutdown()
        give_up = time.monotonic() + self._settings.shutdown_timeout_s
        while (
            self._loop.alive
            and self._controller.zeros_since_shutdown < _ZEROS_BEFORE_EXIT
            and time.monotonic() < give_up
        ):
            time.sleep(0.002)
        self._loop.stop()
        self._report.write_notes()

    def _on_command(self, message: MotionCommand) -> None:
        now = time.monotonic()
        twist = message.twist
        age = self.get_clock().now() - Time.from_msg(message.header.stamp)
        self._mailbox.put_command(
            ArrivedCommand(
                session=message.session,
                seq=message.seq,
                arrived=now,
                stamp_age_s=age.nanoseconds * 1e-9,
                velocity=(
                    twist.linear.x,
                    twist.linear.y,
                    twist.angular.z,
                    *message.joint_velocities,
                ),
                other_axes=_other_axes(twist),
            )
        )

    def _on_heartbeat(self, message: Heartbeat) -> None:
        now = time.monotonic()
        if message.session == _GATEWAY_SESSION:
            self._senses.gateway_beat(now)
        else:
            self._mailbox.put_beat(ArrivedBeat(message.session, message.seq, now))

    def _on_odometry(self, message: Odometry) -> None:
        twist = message.twist.twist
        self._senses.odometry(
            time.monotonic(),
            linear_speed=math.hypot(twist.linear.x, twist.linear.y),
            angular_speed=abs(twist.angular.z),
        )

    def _on_joint_states(self, message: JointState) -> None:
        self._senses.joint_states(time.monotonic(), message.name, message.position)

    def _on_tf(self, message: TFMessage) -> None:
        now = time.monotonic()
        wanted = (self._settings.odom_frame, self._settings.base_frame)
        for transform in message.transforms:
            frames = (transform.header.frame_id, transform.child_frame_id)
            if tuple(frame.lstrip("/") for frame in frames) == wanted:
                self._senses.tf(now)

    def _on_stop_input(self, message: Bool) -> None:
        self._senses.stop_input(time.monotonic(), pressed=message.data)


def _other_axes(twist: Twist) -> tuple[float, float, float]:
    return (twist.linear.z, twist.angular.x, twist.angular.y)
