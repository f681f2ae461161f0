"""The node ``sim``: gives the simulated robot topics and real time.

It hands commands to the robot, calls ``advance`` from a steady timer, and publishes what falls due.
It decides nothing. All callbacks run in the executor's one thread.
"""

from __future__ import annotations

import time

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import TwistStamped
from lanyard_msgs.msg import JointTemperatures
from nav_msgs.msg import Odometry
from rclpy.node import Node
from rclpy.publisher import Publisher
from sensor_msgs.msg import BatteryState, CameraInfo, JointState
from std_msgs.msg import Bool, Float64MultiArray
from tf2_msgs.msg import TFMessage

from lanyard_node_support import names, qos
from lanyard_node_support.clock import steady_timer
from lanyard_node_support.parameter_schema import ParameterValue
from lanyard_node_support.parameters import declare
from lanyard_sim.messages import MessageMaker, twist_of
from lanyard_sim.readings import (
    BatteryReading,
    CameraReading,
    DiagnosisReading,
    FramesReading,
    JointReading,
    OdometryReading,
    Reading,
    TemperatureReading,
    TruthReading,
)
from lanyard_sim.robot import SimulatedRobot
from lanyard_sim.schedule import Pace
from lanyard_sim.settings import FAULT_GROUP, faults_from, settings_from

# What is true, for tests; a real robot has no such topic.
GROUND_TRUTH = "sim/ground_truth"

# After a longer pause of the process the simulated time skips the rest.
CATCH_UP_S = 0.1

# A sender that talks nonsense does so at 50 Hz; the log shows it once in a while.
LOG_EVERY_S = 2.0


class SimNode(Node):
    """One simulated robot in the node's namespace."""

    def __init__(self) -> None:
        super().__init__("sim")
        self._declared = parameters = declare(self, package="lanyard_sim")
        settings = settings_from(parameters.as_dict())
        self._robot = SimulatedRobot(settings)
        self._make = MessageMaker(
            frame_prefix=str(parameters["frame_prefix"]),
            hardware_id=self.get_namespace().strip("/") or self.get_name(),
        )
        parameters.on_change(self._parameter_changed)
        self._create_publishers()
        self._publish_fixed_frames()
        self.create_subscription(TwistStamped, names.CMD_VEL, self._drive, qos.CMD_VEL)
        self.create_subscription(Float64MultiArray, names.ARM_COMMANDS, self._move_arm, qos.CMD_VEL)
        self.create_subscription(Bool, names.BASE_HALT, self._hold_base, qos.LATCHED)
        self._step_s = 1.0 / settings.rates.step
        self._pace = Pace(step_s=self._step_s, catch_up_s=CATCH_UP_S, now=time.monotonic())
        steady_timer(self, self._step_s, self._tick)
        self.get_logger().info(f"simulating a mobile manipulator with seed {settings.seed}")

    def _create_publishers(self) -> None:
        def sensor(kind: type, name: str) -> Publisher:
            return self.create_publisher(kind, name, qos.SENSOR_OUT)

        self._joints = sensor(JointState, names.JOINT_STATES)
        self._temperatures = sensor(JointTemperatures, names.JOINT_TEMPERATURES)
        self._odom = sensor(Odometry, names.ODOM)
        self._truth = sensor(Odometry, GROUND_TRUTH)
        self._battery = sensor(BatteryState, names.BATTERY_STATE)
        self._camera = sensor(CameraInfo, names.CAMERA_INFO)
        self._diagnostics = self.create_publisher(
            DiagnosticArray, names.DIAGNOSTICS, qos.DIAGNOSTICS
        )
        self._tf = self.create_publisher(TFMessage, names.TF, qos.TF)
        self._tf_static = self.create_publisher(TFMessage, names.TF_STATIC, qos.TF_STATIC)

    def _publish_fixed_frames(self) -> None:
        stamp = self.get_clock().now().to_msg()
        self._tf_static.publish(self._make.transforms(self._robot.fixed_frames(), stamp))

    def _drive(self, message: TwistStamped) -> None:
        self._report_refusal(names.CMD_VEL, self._robot.command_base(*twist_of(message)))

    def _move_arm(self, message: Float64MultiArray) -> None:
        self._report_refusal(names.ARM_COMMANDS, self._robot.command_arm(message.data))

    def _hold_base(self, message: Bool) -> None:
        self._robot.hold_base(held=message.data)
        self.get_logger().info(f"{names.BASE_HALT} is now {str(message.data).lower()}")

    def _report_refusal(self, topic: str, complaint: str | None) -> None:
        if complaint:
            text = f"{topic}: command refused, the motors hold still: {complaint}"
            self.get_logger().warning(text, throttle_duration_sec=LOG_EVERY_S)

    def _parameter_changed(self, name: str, value: ParameterValue) -> None:
        if name.startswith(FAULT_GROUP):
            self._robot.faults = faults_from({**self._declared.as_dict(), name: value})
            self.get_logger().info(f"{name} is now {value!r}")

    def _tick(self) -> None:
        for _ in range(self._steps_due()):
            for reading in self._robot.advance(self._step_s):
                self._publish(reading, self.get_clock().now().to_msg())

    def _steps_due(self) -> int:
        lost_before = self._pace.lost_s
        steps = self._pace.steps_until(time.monotonic())
        lost = self._pace.lost_s - lost_before
        if lost > 0.0:
            self._robot.skip(lost)
            self.get_logger().warning(f"held up: {lost:.2f} s of simulated time are left out")
        return steps

    def _publish(self, reading: Reading, stamp: Time) -> None:
        make = self._make
        match reading:
            case JointReading():
                self._joints.publish(make.joint_state(reading, stamp))
            case FramesReading():
                self._tf.publish(make.transforms(reading.frames, stamp))
            case OdometryReading():
                self._odom.publish(make.odometry(reading, stamp))
            case TruthReading():
                self._truth.publish(make.odometry(reading, stamp))
            case TemperatureReading():
                self._temperatures.publish(make.joint_temperatures(reading, stamp))
            case BatteryReading():
                self._battery.publish(make.battery(reading, stamp))
            case CameraReading():
                self._camera.publish(make.camera_info(stamp))
            case DiagnosisReading():
                self._diagnostics.publish(make.diagnostics(reading, stamp))
