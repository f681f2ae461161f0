"""The whole simulated robot: commands in, time in, readings out. Pure: no ROS, no clock, no I/O.

    robot.command_base((0.3, 0, 0), (0, 0, 0.1))
    for reading in robot.advance(0.005): ...

Nothing moves but in ``advance``, which returns what fell due in that step, in order. The same
settings, commands and steps give the same readings, to the last bit. Not safe to call from two
threads at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lanyard_core.rotation import Vector3
from lanyard_sim.body import Body
from lanyard_sim.geometry import FrameTransform
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
from lanyard_sim.self_test import SelfTest
from lanyard_sim.sensors import NoisyReader, Odometer, random_stream
from lanyard_sim.settings import Settings

# How often the robot looks for findings; one that comes or goes is told at once.
_SELF_TEST_HZ = 20.0


class SimulatedRobot:
    """A mobile manipulator that exists in numbers only. ``faults`` may be replaced at any time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.faults = settings.faults
        self._body = Body(settings)
        self._self_test = SelfTest(settings)
        self._known_codes: tuple[str, ...] = ()
        self._make_sensors()
        self._make_schedule()

    def _make_sensors(self) -> None:
        seed, noise = self._settings.seed, self._settings.noise
        self._odometer = Odometer(noise.speed, random_stream(seed, "odometer"))
        self._positions = NoisyReader(noise.position_rad, random_stream(seed, "positions"))
        self._speeds = NoisyReader(noise.speed, random_stream(seed, "speeds"))
        self._temperatures = NoisyReader(noise.temperature_c, random_stream(seed, "temperatures"))
        self._voltage = NoisyReader(noise.voltage_v, random_stream(seed, "voltage"))

    def _make_schedule(self) -> None:
        rates = self._settings.rates
        self._motion_due = Every(rates.motion)
        self._temperatures_due = Every(rates.temperatures)
        self._battery_due = Every(rates.battery)
        self._camera_due = Every(rates.camera)
        self._self_test_due = Every(_SELF_TEST_HZ)
        self._diagnostics_due = Every(rates.diagnostics)

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
        return self._body.base_driver.offer((*linear, *angular))

    def command_arm(self, speeds: Sequence[float]) -> str | None:
        """Speeds of all joints in rad/s, good until the driver's time-out.

        Returns why the command was refused, or None.
        """
        return self._body.arm_driver.offer(speeds)

    def hold_base(self, *, held: bool) -> None:
        """Let the base's driver hold zero, or follow commands again."""
        if held != self._body.base_driver.held:
            self._body.base_driver.hold(held=held)

    def skip(self, seconds: float) -> None:
        """Time that is not simulated: nothing moves in it, but commands grow old."""
        self._body.base_driver.advance(seconds)
        self._body.arm_driver.advance(seconds)

    def advance(self, dt: float) -> tuple[Reading, ...]:
        """Let ``dt`` seconds pass, at most 10 ms; returns the readings that fell due."""
        body = self._body
        body.advance(dt, self.faults)
        self._odometer.advance(body.base.linear, body.base.angular, dt)
        self._self_test.advance(body, self._odometer, dt)
        return tuple(self._due_readings(dt))

    def _due_readings(self, dt: float) -> Iterator[Reading]:
        if self._motion_due.due(dt):
            yield from self._read_motion()
        if self._temperatures_due.due(dt):
            yield TemperatureReading(self._temperatures.added(self._body.heat.temperatures))
        if self._battery_due.due(dt):
            yield self._read_battery()
        if self._camera_due.due(dt):
            yield CameraReading()
        yield from self._read_diagnosis(dt)

    def _read_motion(self) -> Iterator[Reading]:
        joints = self._read_joints()
        yield joints
        frames = arm_frames(joints.positions)
        odometer, base = self._odometer, self._body.base
        if not self.faults.mute_odometry:
            yield OdometryReading(odometer.pose, odometer.linear, odometer.angular)
            frames = (FrameTransform(ODOM, BASE_LINK, odometer.pose.as_transform()), *frames)
        yield FramesReading(frames)
        yield TruthReading(self._body.place, base.linear, base.angular)

    def _read_joints(self) -> JointReading:
        positions = self._positions.added(self._body.arm.positions)
        speeds = self._speeds.relative(self._body.arm.speeds)
        efforts = tuple(joint.friction * speed for joint, speed in zip(JOINTS, speeds))
        return JointReading(positions, speeds, efforts)

    def _read_battery(self) -> BatteryReading:
        battery = self._body.battery
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

    def _read_diagnosis(self, dt: float) -> Iterator[Reading]:
        test_due, report_due = self._self_test_due.due(dt), self._diagnostics_due.due(dt)
        if not (test_due or report_due):
            return
        components = self._self_test.judge(self._body)
        codes = tuple(part.finding.code for part in components if part.finding)
        if report_due or codes != self._known_codes:
            self._known_codes = codes
            yield DiagnosisReading(components)
