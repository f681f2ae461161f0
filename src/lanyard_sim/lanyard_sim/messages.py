"""From readings to ROS messages, and from commands to numbers: no node, clock or publisher.

Frame names get the prefix here; ``map`` does not, because all robots share it.
"""

from __future__ import annotations

from collections.abc import Sequence

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from geometry_msgs.msg import Quaternion, TransformStamped, TwistStamped
from lanyard_msgs.msg import JointTemperatures
from nav_msgs.msg import Odometry
from sensor_msgs.msg import BatteryState, CameraInfo, JointState
from std_msgs.msg import Header
from tf2_msgs.msg import TFMessage

from lanyard_core.rotation import Quaternion as PlainQuaternion
from lanyard_core.rotation import Vector3
from lanyard_sim import camera, model
from lanyard_sim.diagnosis import ComponentStatus, Level
from lanyard_sim.geometry import FrameTransform
from lanyard_sim.readings import (
    BatteryReading,
    DiagnosisReading,
    JointReading,
    OdometryReading,
    TemperatureReading,
    TruthReading,
)

# Variances of the odometry on its diagonal, for filters that fuse it: x, y, yaw are measured, the
# rest cannot move.
_MEASURED_VARIANCE = 1e-4
_FIXED_VARIANCE = 1e-9
_MEASURED_AXES = (0, 1, 5)

_DIAGNOSTIC_LEVELS = {
    None: DiagnosticStatus.OK,
    Level.WARNING: DiagnosticStatus.WARN,
    Level.URGENT: DiagnosticStatus.ERROR,
    Level.CRITICAL: DiagnosticStatus.ERROR,
    Level.FATAL: DiagnosticStatus.ERROR,
}


def twist_of(message: TwistStamped) -> tuple[Vector3, Vector3]:
    """The linear (m/s) and angular (rad/s) velocity of a command."""
    linear, angular = message.twist.linear, message.twist.angular
    return (linear.x, linear.y, linear.z), (angular.x, angular.y, angular.z)


class MessageMaker:
    """Makes one robot's messages; ``frame_prefix`` goes before its frames' names."""

    def __init__(self, *, frame_prefix: str, hardware_id: str) -> None:
        self._prefix = frame_prefix
        self._hardware_id = hardware_id

    def joint_state(self, reading: JointReading, stamp: Time) -> JointState:
        """Positions, velocities and efforts of all joints."""
        return JointState(
            header=Header(stamp=stamp),
            name=list(model.JOINT_NAMES),
            position=list(reading.positions),
            velocity=list(reading.speeds),
            effort=list(reading.efforts),
        )

    def joint_temperatures(self, reading: TemperatureReading, stamp: Time) -> JointTemperatures:
        """Temperatures of all joints."""
        return JointTemperatures(
            header=Header(stamp=stamp),
            name=list(model.JOINT_NAMES),
            temperature=list(reading.temperatures),
        )

    def odometry(self, reading: OdometryReading | TruthReading, stamp: Time) -> Odometry:
        """The base's pose and twist: in odom as it was measured, or in map as it is."""
        parent = model.MAP if isinstance(reading, TruthReading) else model.ODOM
        message = Odometry(header=self._header(parent, stamp))
        message.child_frame_id = self._frame(model.BASE_LINK)
        pose = reading.pose.as_transform()
        position = message.pose.pose.position
        position.x, position.y, position.z = pose.translation
        message.pose.pose.orientation = _quaternion(pose.rotation)
        message.twist.twist.linear.x = reading.linear
        message.twist.twist.angular.z = reading.angular
        for covariance in (message.pose.covariance, message.twist.covariance):
            for axis in range(6):
                measured = axis in _MEASURED_AXES
                covariance[axis * 7] = _MEASURED_VARIANCE if measured else _FIXED_VARIANCE
        return message

    def transforms(self, frames: Sequence[FrameTransform], stamp: Time) -> TFMessage:
        """Frames for /tf or /tf_static."""
        return TFMessage(transforms=[self._transform(frame, stamp) for frame in frames])

    def battery(self, reading: BatteryReading, stamp: Time) -> BatteryState:
        """The battery; its percentage is a share in [0, 1], as the message has it."""
        return BatteryState(
            header=Header(stamp=stamp),
            voltage=reading.voltage_v,
            temperature=reading.temperature_c,
            current=reading.current_a,
            charge=reading.charge * reading.capacity_ah,
            capacity=reading.capacity_ah,
            design_capacity=reading.capacity_ah,
            percentage=reading.charge,
            power_supply_status=_supply_status(reading),
            power_supply_health=BatteryState.POWER_SUPPLY_HEALTH_GOOD,
            power_supply_technology=BatteryState.POWER_SUPPLY_TECHNOLOGY_LION,
            present=True,
            location="base",
            serial_number=f"{self._hardware_id}-battery",
        )

    def camera_info(self, stamp: Time) -> CameraInfo:
        """The camera's metadata."""
        return CameraInfo(
            header=self._header(model.CAMERA_OPTICAL, stamp),
            width=model.CAMERA_WIDTH_PX,
            height=model.CAMERA_HEIGHT_PX,
            distortion_model=camera.DISTORTION_MODEL,
            d=list(camera.NO_DISTORTION),
            k=camera.intrinsic_matrix(),
            r=camera.IDENTITY,
            p=camera.projection_matrix(),
        )

    def diagnostics(self, reading: DiagnosisReading, stamp: Time) -> DiagnosticArray:
        """One status for each component; findings carry the keys code, level and hint."""
        return DiagnosticArray(
            header=Header(stamp=stamp),
            status=[self._component(component) for component in reading.components],
        )

    def _component(self, component: ComponentStatus) -> DiagnosticStatus:
        finding = component.finding
        values = list(component.values)
        if finding:
            told = (("code", finding.code), ("level", finding.level.value), ("hint", finding.hint))
            values.extend(told)
        return DiagnosticStatus(
            level=_DIAGNOSTIC_LEVELS[finding.level if finding else None],
            name=f"sim: {component.component}",
            message=finding.message if finding else "OK",
            hardware_id=self._hardware_id,
            values=[KeyValue(key=key, value=value) for key, value in values],
        )

    def _transform(self, frame: FrameTransform, stamp: Time) -> TransformStamped:
        message = TransformStamped(header=self._header(frame.parent, stamp))
        message.child_frame_id = self._frame(frame.child)
        translation = message.transform.translation
        translation.x, translation.y, translation.z = frame.transform.translation
        message.transform.rotation = _quaternion(frame.transform.rotation)
        return message

    def _header(self, frame: str, stamp: Time) -> Header:
        return Header(stamp=stamp, frame_id=self._frame(frame))

    def _frame(self, name: str) -> str:
        return name if name == model.MAP else self._prefix + name


def _quaternion(rotation: PlainQuaternion) -> Quaternion:
    x, y, z, w = rotation
    return Quaternion(x=x, y=y, z=z, w=w)


def _supply_status(reading: BatteryReading) -> int:
    status = BatteryState.POWER_SUPPLY_STATUS_DISCHARGING
    if reading.charging:
        status = BatteryState.POWER_SUPPLY_STATUS_CHARGING
    elif reading.full:
        status = BatteryState.POWER_SUPPLY_STATUS_FULL
    return int(status)
