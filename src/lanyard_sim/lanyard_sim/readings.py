"""What the robot tells: frozen values, one class for each kind of message. Pure.

SI units throughout; frame names are bare, a prefix is the business of whoever sends them out.
"""

from __future__ import annotations

from dataclasses import dataclass

from lanyard_sim.diagnosis import ComponentStatus
from lanyard_sim.geometry import FrameTransform, PlanarPose


@dataclass(frozen=True, slots=True)
class JointReading:
    """The arm as its encoders see it: rad, rad/s, N·m, in the order of the joints."""

    positions: tuple[float, ...]
    speeds: tuple[float, ...]
    efforts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TemperatureReading:
    """Temperatures of the joints in °C, in the order of the joints."""

    temperatures: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class OdometryReading:
    """Where the base believes to be in the odom frame, and its speeds (m/s forward, rad/s)."""

    pose: PlanarPose
    linear: float
    angular: float


@dataclass(frozen=True, slots=True)
class TruthReading:
    """Where the base really is in the map frame, and its true speeds; for tests only."""

    pose: PlanarPose
    linear: float
    angular: float


@dataclass(frozen=True, slots=True)
class FramesReading:
    """The moving frames, each in its parent."""

    frames: tuple[FrameTransform, ...]


@dataclass(frozen=True, slots=True)
class BatteryReading:
    """Volts, amperes (negative: discharging), charge as a share in [0, 1], capacity in Ah, °C."""

    voltage_v: float
    current_a: float
    charge: float
    capacity_ah: float
    temperature_c: float
    charging: bool
    full: bool


@dataclass(frozen=True, slots=True)
class CameraReading:
    """The camera took a picture (which nobody gets): its metadata is due."""


@dataclass(frozen=True, slots=True)
class DiagnosisReading:
    """The status of every component."""

    components: tuple[ComponentStatus, ...]


Reading = (
    JointReading
    | TemperatureReading
    | OdometryReading
    | TruthReading
    | FramesReading
    | BatteryReading
    | CameraReading
    | DiagnosisReading
)
