import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import TwistStamped
from sensor_msgs.msg import BatteryState

from lanyard_sim.diagnosis import ComponentStatus, Finding, Level
from lanyard_sim.geometry import FrameTransform, PlanarPose, Transform
from lanyard_sim.messages import MessageMaker, twist_of
from lanyard_sim.readings import (
    BatteryReading,
    DiagnosisReading,
    JointReading,
    OdometryReading,
    TemperatureReading,
    TruthReading,
)

STAMP = Time(sec=12, nanosec=34)
MAKE = MessageMaker(frame_prefix="", hardware_id="arm_001")
SECOND = MessageMaker(frame_prefix="arm_002/", hardware_id="arm_002")


def battery(*, charging: bool = False, full: bool = False) -> BatteryReading:
    return BatteryReading(
        voltage_v=26.5,
        current_a=-2.0,
        charge=0.5,
        capacity_ah=20.0,
        temperature_c=24.0,
        charging=charging,
        full=full,
    )


def test_joints_keep_their_order_and_names():
    six = tuple(float(number) for number in range(6))
    message = MAKE.joint_state(JointReading(six, six, six), STAMP)
    assert message.name == [f"joint_{number}" for number in range(1, 7)]
    assert list(message.position) == list(message.velocity) == list(message.effort) == list(six)
    assert message.header.stamp == STAMP


def test_temperatures_carry_the_joints_names():
    message = MAKE.joint_temperatures(TemperatureReading((40.0,) * 6), STAMP)
    assert len(message.name) == len(message.temperature) == 6


def test_odometry_is_in_odom_and_the_truth_in_map():
    pose = PlanarPose(1.0, 2.0, 0.0)
    measured = MAKE.odometry(OdometryReading(pose, 0.5, 0.1), STAMP)
    true = MAKE.odometry(TruthReading(pose, 0.5, 0.1), STAMP)
    assert (measured.header.frame_id, measured.child_frame_id) == ("odom", "base_link")
    assert (true.header.frame_id, true.child_frame_id) == ("map", "base_link")
    assert (measured.pose.pose.position.x, measured.pose.pose.position.y) == (1.0, 2.0)
    assert (measured.twist.twist.linear.x, measured.twist.twist.angular.z) == (0.5, 0.1)


def test_odometry_is_surest_of_what_cannot_move():
    message = MAKE.odometry(OdometryReading(PlanarPose(), 0.0, 0.0), STAMP)
    diagonal = [message.pose.covariance[axis * 7] for axis in range(6)]
    assert diagonal[0] == diagonal[1] == diagonal[5] > diagonal[2] == diagonal[3] == diagonal[4] > 0


def test_a_frame_prefix_is_put_before_every_frame_but_map():
    frames = [FrameTransform("map", "odom", Transform()), FrameTransform("odom", "x", Transform())]
    message = SECOND.transforms(frames, STAMP)
    named = [(item.header.frame_id, item.child_frame_id) for item in message.transforms]
    assert named == [("map", "arm_002/odom"), ("arm_002/odom", "arm_002/x")]
    odometry = SECOND.odometry(OdometryReading(PlanarPose(), 0.0, 0.0), STAMP)
    assert odometry.header.frame_id == "arm_002/odom"
    assert odometry.child_frame_id == "arm_002/base_link"
    assert SECOND.camera_info(STAMP).header.frame_id == "arm_002/camera_optical_frame"


def test_a_transform_keeps_its_numbers():
    transform = Transform((1.0, 2.0, 3.0), (0.5, 0.5, 0.5, 0.5))
    message = MAKE.transforms([FrameTransform("a", "b", transform)], STAMP).transforms[0]
    translation, rotation = message.transform.translation, message.transform.rotation
    assert (translation.x, translation.y, translation.z) == (1.0, 2.0, 3.0)
    assert (rotation.x, rotation.y, rotation.z, rotation.w) == (0.5, 0.5, 0.5, 0.5)


def test_the_battery_tells_its_charge_as_a_share_and_in_ampere_hours():
    message = MAKE.battery(battery(), STAMP)
    assert message.percentage == 0.5
    assert message.charge == 10.0
    assert message.present


@pytest.mark.parametrize(
    ("reading", "status"),
    [
        (battery(), BatteryState.POWER_SUPPLY_STATUS_DISCHARGING),
        (battery(charging=True), BatteryState.POWER_SUPPLY_STATUS_CHARGING),
        (battery(full=True), BatteryState.POWER_SUPPLY_STATUS_FULL),
    ],
)
def test_the_battery_says_what_its_supply_does(reading, status):
    assert MAKE.battery(reading, STAMP).power_supply_status == status


def test_the_camera_tells_its_size_and_an_undistorted_picture():
    message = MAKE.camera_info(STAMP)
    assert (message.width, message.height) == (1280, 720)
    assert list(message.d) == [0.0] * 5
    assert message.k[0] > 0.0


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (Level.WARNING, DiagnosticStatus.WARN),
        (Level.URGENT, DiagnosticStatus.ERROR),
        (Level.CRITICAL, DiagnosticStatus.ERROR),
        (Level.FATAL, DiagnosticStatus.ERROR),
    ],
)
def test_a_finding_is_told_with_its_code_level_and_hint(level, expected):
    finding = Finding("BASE_STUCK", level, "it stands", "free it")
    reading = DiagnosisReading((ComponentStatus("base", finding, (("a", "1"),)),))
    (status,) = MAKE.diagnostics(reading, STAMP).status
    assert status.level == expected
    assert (status.name, status.message, status.hardware_id) == (
        "sim: base",
        "it stands",
        "arm_001",
    )
    assert {item.key: item.value for item in status.values} == {
        "a": "1",
        "code": "BASE_STUCK",
        "level": level.value,
        "hint": "free it",
    }


def test_a_component_that_is_well_says_ok_and_has_no_code():
    reading = DiagnosisReading((ComponentStatus("base", None),))
    (status,) = MAKE.diagnostics(reading, STAMP).status
    assert (status.level, status.message, status.values) == (DiagnosticStatus.OK, "OK", [])


def test_a_command_is_taken_apart_into_six_numbers():
    message = TwistStamped()
    message.twist.linear.x, message.twist.linear.y, message.twist.angular.z = 0.3, 0.1, -0.2
    assert twist_of(message) == ((0.3, 0.1, 0.0), (0.0, 0.0, -0.2))
