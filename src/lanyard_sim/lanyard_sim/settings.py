"""The robot's settings as values, made from parameters by name. Pure.

Defaults, units and bounds are in ``parameters.yaml`` and nowhere else; what comes in here was
checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from lanyard_sim.geometry import PlanarPose

FAULT_GROUP = "fault."

Parameters = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Rates:
    """How often each thing is told, in Hz; ``step`` is how often the motion is computed."""

    step: float
    motion: float
    temperatures: float
    battery: float
    diagnostics: float
    camera: float


@dataclass(frozen=True, slots=True)
class BaseSettings:
    """The base's driver and what its two wheels can do; all positive."""

    command_timeout_s: float
    wheel_separation_m: float
    max_wheel_speed_mps: float
    acceleration_mps2: float
    braking_mps2: float
    angular_acceleration_radps2: float
    angular_braking_radps2: float


@dataclass(frozen=True, slots=True)
class ArmSettings:
    """The arm's driver, how its joints start and move, and the temperatures around them."""

    command_timeout_s: float
    acceleration_radps2: float
    start_positions_rad: tuple[float, ...]
    overtemperature_c: float
    ambient_temperature_c: float


@dataclass(frozen=True, slots=True)
class BatterySettings:
    """The pack, what fills it and what empties it; charges are shares in [0, 1]."""

    capacity_wh: float
    initial_charge: float
    low_charge: float
    idle_power_w: float
    charger_power_w: float


@dataclass(frozen=True, slots=True)
class Dock:
    """Where in the map the charger is, and how near the robot must stand."""

    x_m: float
    y_m: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class NoiseSettings:
    """Standard deviations of what is measured; ``speed`` is a share of the speed itself."""

    speed: float
    position_rad: float
    temperature_c: float
    voltage_v: float


@dataclass(frozen=True, slots=True)
class Faults:
    """What is broken now, by the names of the parameters in the group ``fault``."""

    mute_odometry: bool
    hot_joint: str
    low_battery: bool
    stuck_base: bool


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the robot is told when it starts."""

    seed: int
    rates: Rates
    start: PlanarPose
    base: BaseSettings
    arm: ArmSettings
    battery: BatterySettings
    dock: Dock
    noise: NoiseSettings
    faults: Faults


def settings_from(parameters: Parameters) -> Settings:
    """Settings for checked ``parameters`` by dotted name; raises KeyError when one is missing."""
    get = _Reader(parameters)
    return Settings(
        seed=get.integer("seed"),
        rates=Rates(**get.numbers("rates", Rates, suffix="_hz")),
        start=PlanarPose(
            get.number("start.x_m"), get.number("start.y_m"), get.number("start.yaw_rad")
        ),
        base=BaseSettings(**get.numbers("base", BaseSettings)),
        arm=_arm(get),
        battery=BatterySettings(**get.numbers("battery", BatterySettings)),
        dock=Dock(**get.numbers("dock", Dock)),
        noise=NoiseSettings(**get.numbers("noise", NoiseSettings)),
        faults=faults_from(parameters),
    )


def faults_from(parameters: Parameters) -> Faults:
    """The faults among checked ``parameters``."""
    get = _Reader(parameters)
    return Faults(
        mute_odometry=get.flag("fault.mute_odometry"),
        hot_joint=str(parameters["fault.hot_joint"]),
        low_battery=get.flag("fault.low_battery"),
        stuck_base=get.flag("fault.stuck_base"),
    )


def _arm(get: _Reader) -> ArmSettings:
    return ArmSettings(
        command_timeout_s=get.number("arm.command_timeout_s"),
        acceleration_radps2=get.number("arm.acceleration_radps2"),
        start_positions_rad=get.row("arm.start_positions_rad"),
        overtemperature_c=get.number("arm.overtemperature_c"),
        ambient_temperature_c=get.number("arm.ambient_temperature_c"),
    )


class _Reader:
    """Takes values out of parameters whose types were checked when they were declared."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters

    def number(self, name: str) -> float:
        value = self._parameters[name]
        if not isinstance(value, int | float):
            raise TypeError(name)
        return float(value)

    def integer(self, name: str) -> int:
        return int(self.number(name))

    def flag(self, name: str) -> bool:
        return self._parameters[name] is True

    def row(self, name: str) -> tuple[float, ...]:
        values = self._parameters[name]
        if not isinstance(values, list):
            raise TypeError(name)
        return tuple(values)

    def numbers(self, group: str, kind: type, *, suffix: str = "") -> dict[str, float]:
        """The numbers of a group, by the names of the fields of the dataclass ``kind``."""
        return {item.name: self.number(f"{group}.{item.name}{suffix}") for item in fields(kind)}
