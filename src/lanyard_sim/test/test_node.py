"""The node over a real graph: its own process, real DDS, and conditions that are waited for."""

import itertools
import math
import time

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import TwistStamped
from lanyard_msgs.msg import JointTemperatures
from nav_msgs.msg import Odometry
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from sensor_msgs.msg import BatteryState, CameraInfo, JointState
from std_msgs.msg import Bool, Float64MultiArray
from tf2_msgs.msg import TFMessage

from lanyard_node_support import names, qos
from lanyard_sim.node import GROUND_TRUTH

MENDED = {
    "fault.mute_odometry": False,
    "fault.hot_joint": "",
    "fault.low_battery": False,
    "fault.stuck_base": False,
}


class Robot:
    """The robot as seen from the outside: the newest message of each topic, and its commands."""

    def __init__(self, probe, namespace: str) -> None:
        self.probe = probe
        self._namespace = namespace
        self.last: dict[str, object] = {}
        self.count: dict[str, int] = {}
        self.parents: dict[str, str] = {}
        for kind, name in (
            (JointState, names.JOINT_STATES),
            (JointTemperatures, names.JOINT_TEMPERATURES),
            (Odometry, names.ODOM),
            (Odometry, GROUND_TRUTH),
            (BatteryState, names.BATTERY_STATE),
            (CameraInfo, names.CAMERA_INFO),
            (DiagnosticArray, names.DIAGNOSTICS),
        ):
            self._listen(kind, name, qos.SENSOR)
        for name, profile in ((names.TF, qos.TF), (names.TF_STATIC, qos.TF_STATIC)):
            probe.node.create_subscription(TFMessage, name, self._keep_frames, profile)
        node = probe.node
        self._cmd_vel = node.create_publisher(TwistStamped, self._here(names.CMD_VEL), qos.CMD_VEL)
        self._arm = node.create_publisher(
            Float64MultiArray, self._here(names.ARM_COMMANDS), qos.CMD_VEL
        )
        self._every_other = itertools.cycle((False, True))
        self._halt = node.create_publisher(Bool, self._here(names.BASE_HALT), qos.LATCHED)
        self._set = node.create_client(SetParameters, self._here("sim/set_parameters"))

    def _here(self, name: str) -> str:
        return names.resolve(self._namespace, name)

    def _listen(self, kind, name, profile) -> None:
        def keep(message) -> None:
            self.last[name] = message
            self.count[name] = self.count.get(name, 0) + 1

        self.probe.node.create_subscription(kind, self._here(name), keep, profile)

    def _keep_frames(self, message: TFMessage) -> None:
        for transform in message.transforms:
            self.parents[transform.child_frame_id] = transform.header.frame_id

    @property
    def speed(self) -> float:
        return self.last[GROUND_TRUTH].twist.twist.linear.x

    @property
    def codes(self) -> set[str]:
        return {
            item.value
            for status in self.last[names.DIAGNOSTICS].status
            for item in status.values
            if item.key == "code"
        }

    def drive(self, linear: float) -> None:
        """To be called again and again: begins with zero until the base moves."""
        self.command(linear if self.speed or next(self._every_other) else 0.0)

    def command(self, linear: float) -> None:
        message = TwistStamped()
        message.twist.linear.x = linear
        self._cmd_vel.publish(message)

    def move_arm(self, speed: float) -> None:
        """To be called again and again: begins with zero until the arm moves."""
        moving = any(self.last[names.JOINT_STATES].velocity)
        speed = speed if moving or next(self._every_other) else 0.0
        self._arm.publish(Float64MultiArray(data=[speed] * 6))

    def halt(self, halted: bool) -> None:
        self._halt.publish(Bool(data=halted))

    def set_parameter(self, name: str, value: object):
        return self.set_parameters({name: value})[0]

    def set_parameters(self, values: dict[str, object]):
        parameters = [Parameter(name, value=value) for name, value in values.items()]
        request = SetParameters.Request(
            parameters=[parameter.to_parameter_msg() for parameter in parameters]
        )
        self.probe.wait_for(self._set.service_is_ready)
        future = self._set.call_async(request)
        self.probe.wait_for(future.done)
        return future.result().results


@pytest.fixture(scope="module")
def one_robot(start_sim, probe, namespace):
    with start_sim():
        robot = Robot(probe, namespace)
        probe.wait_for(lambda: len(robot.last) == 7 and "odom" in robot.parents)
        yield robot


@pytest.fixture
def robot(one_robot):
    """The robot that all tests of this file share, mended and at rest."""
    one_robot.set_parameters(MENDED)
    one_robot.probe.wait_for(lambda: one_robot.speed == 0.0)
    return one_robot


def test_it_drives_and_stops_by_itself_when_commands_end(robot, probe):
    probe.wait_for(lambda: robot.speed == 0.3, meanwhile=lambda: robot.drive(0.3))
    last_command = time.monotonic()
    probe.wait_for(lambda: robot.speed == 0.0)
    # 0.2 s of time-out and 0.06 s of braking; the rest is for a busy machine.
    assert time.monotonic() - last_command < 1.0
    assert robot.last[names.ODOM].pose.pose.position.x > 0.0


def test_the_arm_moves_and_stops_by_itself_when_commands_end(robot, probe):
    def speeds():
        return robot.last[names.JOINT_STATES].velocity

    probe.wait_for(lambda: speeds()[0] > 0.15, meanwhile=lambda: robot.move_arm(0.2))
    probe.wait_for(lambda: not any(speeds()))


def test_a_stream_of_nonsense_stops_the_base_and_is_reported(robot, probe):
    probe.wait_for(lambda: robot.speed == 0.3, meanwhile=lambda: robot.drive(0.3))
    probe.wait_for(
        lambda: robot.speed == 0.0 and "BASE_COMMAND_REFUSED" in robot.codes,
        meanwhile=lambda: robot.drive(math.nan),
    )


def test_a_halted_base_brakes_and_obeys_no_command_until_it_is_let_go(robot, probe):
    probe.wait_for(lambda: robot.speed == 0.3, meanwhile=lambda: robot.drive(0.3))
    robot.halt(True)
    probe.wait_for(
        lambda: robot.speed == 0.0 and "BASE_HELD" in robot.codes,
        meanwhile=lambda: robot.drive(0.3),
    )
    robot.halt(False)
    probe.wait_for(lambda: robot.speed == 0.3, meanwhile=lambda: robot.drive(0.3))


def test_the_chain_of_frames_is_complete_from_the_tool_to_the_map(robot):
    chain = ["tool0"]
    while chain[-1] in robot.parents:
        chain.append(robot.parents[chain[-1]])
    links = [f"link_{number}" for number in range(6, 0, -1)]
    assert chain == ["tool0", *links, "base_link", "odom", "map"]
    assert robot.parents["camera_optical_frame"] == "camera_link"
    assert robot.parents["camera_link"] == "base_link"


def test_muted_odometry_is_silent_until_the_fault_ends(robot, probe):
    assert robot.set_parameter("fault.mute_odometry", True).successful
    # What was under way when the fault came may still arrive before the next truth does.
    truths = robot.count[GROUND_TRUTH]
    probe.wait_for(lambda: robot.count[GROUND_TRUTH] > truths + 10)
    odometries, truths = robot.count[names.ODOM], robot.count[GROUND_TRUTH]
    probe.wait_for(lambda: robot.count[GROUND_TRUTH] > truths + 20)
    assert robot.count[names.ODOM] == odometries
    assert robot.set_parameter("fault.mute_odometry", False).successful
    probe.wait_for(lambda: robot.count[names.ODOM] > odometries)


def test_a_hot_joint_and_a_low_battery_are_reported_and_shown(robot, probe):
    assert robot.set_parameter("fault.hot_joint", "joint_3").successful
    assert robot.set_parameter("fault.low_battery", True).successful
    probe.wait_for(lambda: {"JOINT_3_OVERTEMP", "BATTERY_LOW"} <= robot.codes)
    probe.wait_for(lambda: robot.last[names.JOINT_TEMPERATURES].temperature[2] > 80.0)
    probe.wait_for(lambda: robot.last[names.BATTERY_STATE].percentage < 0.1)


def test_a_stuck_base_stands_and_says_so(robot, probe):
    assert robot.set_parameter("fault.stuck_base", True).successful
    commands = itertools.chain([0.0] * 10, itertools.repeat(0.3))
    probe.wait_for(
        lambda: "BASE_STUCK" in robot.codes, meanwhile=lambda: robot.command(next(commands))
    )
    assert robot.speed == 0.0


def test_a_fault_that_makes_no_sense_is_refused_with_a_reason(robot):
    answer = robot.set_parameter("fault.hot_joint", "joint_9")
    assert not answer.successful
    assert "fault.hot_joint" in answer.reason
    assert "joint_6" in answer.reason


def test_the_drivers_time_out_cannot_be_changed_while_the_robot_runs(robot):
    assert not robot.set_parameter("base.command_timeout_s", 0.1).successful


def test_a_second_robot_has_its_own_frames_in_the_same_map(robot, start_sim, probe, namespace):
    with start_sim(namespace=f"{namespace}_2", frame_prefix="arm_002/", start__x_m=2.0):
        probe.wait_for(
            lambda: (
                robot.parents.get("arm_002/odom") == robot.parents["odom"] == "map"
                and robot.parents.get("arm_002/tool0") == "arm_002/link_6"
            )
        )
