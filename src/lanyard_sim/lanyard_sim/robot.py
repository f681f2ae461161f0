"""The whole simulated robot: commands in, time in, readings out. Pure: no ROS, no clock, no I/O.

    robot.command_base((0.3, 0, 0), (0, 0, 0.1))
    for reading in robot.advance(0.005): ...

Nothing happens but in ``advance``, which returns what fell due in that step, in order. The same
settings, commands and steps give the same readings, to the last bit. Not safe to call from two
threads at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lanyard_sim.arm import Arm
from lanyard_sim.base import DifferentialBase
from lanyard_sim.battery import Battery
from lanyard_sim.diagnosis import (
    BatteryWatch,
    ComponentStatus,
    MotionWatch,
    RefusalWatch,
    heat_watches,
)
from lanyard_sim.driver import CommandIntake
from lanyard_sim.geometry import FrameTransform, Vector3
from lanyard_sim.kinematics import arm_frames
from lanyard_sim.model import BASE_LINK, CAMERA_MOUNT, CAMERA_OPTICS, JOINTS, MAP, ODOM
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
from lanyard_sim.schedule import Every
from lanyard_sim.sensors import NoisyReader, Odometer, random_stream
from lanyard_sim.settings import Settings
from lanyard_sim.thermal import JointHeat

# What moving costs: W for each m/s and rad/s of the base, and for each rad/s of a joint.
_BASE_POWER_W = 120.0
_JOINT_POWER_W = 25.0

# How often the robot looks for findings; one that comes or goes is told at once.
_SELF_TEST_HZ = 20.0

_TWIST_WIDTH = 6
_FORWARD, _TURN = 0, 5


class SimulatedRobot:
    """A mobile manipulator that exists in numbers only. ``faults`` may be replaced at any time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.faults = settings.faults
        self._base_intake = CommandIntake(
            width=_TWIST_WIDTH, timeout_s=settings.base.command_timeout_s
        )
        self._arm_intake = CommandIntake(
            width=len(JOINTS), timeout_s=settings.arm.command_timeout_s
        )
        self._base = DifferentialBase(settings.base)
        self._arm = Arm(settings.arm)
        self._heat = JointHeat(ambient_c=settings.arm.ambient_temperature_c)
        self._battery = Battery(settings.battery)
        self._make_sensors()
        self._make_watches()
        self._make_schedule()

    def _make_sensors(self) -> None:
        seed, noise = self._settings.seed, self._settings.noise
        self._odometer = Odometer(noise.speed, random_stream(seed, "odometer"))
        self._positions = NoisyReader(noise.position_rad, random_stream(seed, "positions"))
        self._speeds = NoisyReader(noise.speed, random_stream(seed, "speeds"))
        self._temperatures = NoisyReader(noise.temperature_c, random_stream(seed, "temperatures"))
        self._voltage = NoisyReader(noise.voltage_v, random_stream(seed, "voltage"))

    def _make_watches(self) -> None:
        self._motion_watch = MotionWatch()
        self._battery_watch = BatteryWatch(low_charge=self._settings.battery.low_charge)
        self._heat_watches = heat_watches(limit_c=self._settings.arm.overtemperature_c)
        self._base_refusals = RefusalWatch("base")
        self._arm_refusals = RefusalWatch("arm")
        self._known_codes: tuple[str, ...] = ()

    def _make_schedule(self) -> None:
        rates = self._settings.rates
        self._motion_due = Every(rates.motion)
        self._temperatures_due = Every(rates.temperatures)
        self._battery_due = Every(rates.battery)
        self._diagnostics_due = Every(rates.diagnostics)
        self._camera_due = Every(rates.camera)
        self._self_test_due = Every(_SELF_TEST_HZ)

    def fixed_frames(self) -> tuple[FrameTransform, ...]:
        """The frames that never move, each in its parent. Odom begins where the robot starts."""
        return (
            FrameTransform(MAP, ODOM, self._settings.start.as_transform()),
            CAMERA_MOUNT,
            CAMERA_OPTICS,
        )

    def command_base(self, linear: Vector3, angular: Vector3) -> str | None:
        """A velocity for the base in m/s and rad/s, good until the driver's time-out.

        Two wheels can only drive forward and turn: the other four numbers move nothing, but they
        must be finite too. Returns why the command was refused, or None.
        """
        complaint = self._base_intake.offer((*linear, *angular))
        if complaint:
            self._base_refusals.refused(complaint)
        return complaint

    def command_arm(self, speeds: Sequence[float]) -> str | None:
        """Speeds of all joints in rad/s, good until the driver's time-out.

        Returns why the command was refused, or None.
        """
        complaint = self._arm_intake.offer(speeds)
        if complaint:
            self._arm_refusals.refused(complaint)
        return complaint

    def advance(self, dt: float) -> tuple[Reading, ...]:
        """Let ``dt`` seconds pass, at most 10 ms; returns the readings that fell due."""
        self._base_intake.advance(dt)
        self._arm_intake.advance(dt)
        self._move(dt)
        self._use_power(dt)
        self._base_refusals.advance(dt)
        self._arm_refusals.advance(dt)
        return tuple(self._due_readings(dt))

    def _move(self, dt: float) -> None:
        powered = not self._battery.empty
        twist = self._base_intake.setpoint
        forward, turn = (twist[_FORWARD], twist[_TURN]) if powered else (0.0, 0.0)
        self._base.advance(forward, turn, dt, blocked=self.faults.stuck_base)
        self._odometer.advance(self._base.linear, self._base.angular, dt)
        self._motion_watch.advance(
            (forward, turn), (self._odometer.linear, self._odometer.angular), dt
        )
        wanted = self._arm_intake.setpoint if powered else (0.0,) * len(JOINTS)
        self._arm.advance(wanted, dt)
        self._heat.advance(self._arm.speeds, dt, hot_joint=self.faults.hot_joint)

    def _use_power(self, dt: float) -> None:
        base = _BASE_POWER_W * (abs(self._base.linear) + abs(self._base.angular))
        joints = _JOINT_POWER_W * sum(abs(speed) for speed in self._arm.speeds)
        power_w = self._settings.battery.idle_power_w + base + joints
        self._battery.advance(power_w, dt, docked=self._docked(), weak=self.faults.low_battery)

    def _docked(self) -> bool:
        dock = self._settings.dock
        place = self._base.pose.seen_from(self._settings.start)
        return self._base.at_rest and place.distance_to(dock.x_m, dock.y_m) <= dock.radius_m

    def _due_readings(self, dt: float) -> Iterator[Reading]:
        if self._motion_due.due(dt):
            yield from self._read_motion()
        if self._temperatures_due.due(dt):
            yield TemperatureReading(self._temperatures.added(self._heat.temperatures))
        if self._battery_due.due(dt):
            yield self._read_battery()
        if self._camera_due.due(dt):
            yield CameraReading()
        report_due = self._diagnostics_due.due(dt)
        if self._self_test_due.due(dt) or report_due:
            components = self._diagnose()
            codes = tuple(part.finding.code for part in components if part.finding)
            if report_due or codes != self._known_codes:
                self._known_codes = codes
                yield DiagnosisReading(components)

    def _read_motion(self) -> Iterator[Reading]:
        joints = self._read_joints()
        yield joints
        frames = arm_frames(joints.positions)
        odometer = self._odometer
        if not self.faults.mute_odometry:
            yield OdometryReading(odometer.pose, odometer.linear, odometer.angular)
            frames = (FrameTransform(ODOM, BASE_LINK, odometer.pose.as_transform()), *frames)
        yield FramesReading(frames)
        place = self._base.pose.seen_from(self._settings.start)
        yield TruthReading(place, self._base.linear, self._base.angular)

    def _read_joints(self) -> JointReading:
        speeds = self._speeds.relative(self._arm.speeds)
        efforts = tuple(joint.friction * speed for joint, speed in zip(JOINTS, speeds))
        return JointReading(self._positions.added(self._arm.positions), speeds, efforts)

    def _read_battery(self) -> BatteryReading:
        battery = self._battery
        (voltage,) = self._voltage.added((battery.voltage_v,))
        return BatteryReading(
            voltage_v=voltage,
            current_a=battery.current_a,
            charge=battery.charge,
            capacity_ah=battery.capacity_ah,
            temperature_c=self._settings.arm.ambient_temperature_c,
            charging=battery.charging,
            full=battery.full,
        )

    def _diagnose(self) -> tuple[ComponentStatus, ...]:
        battery = self._battery
        return (
            self._motion_watch.judge(),
            self._base_refusals.judge(),
            self._arm_refusals.judge(),
            self._battery_watch.judge(
                battery.charge, charging=battery.charging, empty=battery.empty
            ),
            *(
                watch.judge(temperature)
                for watch, temperature in zip(self._heat_watches, self._heat.temperatures)
            ),
        )
