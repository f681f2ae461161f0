"""Settings of control node and watchdog as values, from parameters. Runs once, at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from lanyard_core.faults import BadConfiguration
from lanyard_core.safety.limits import Limits, problems
from lanyard_core.safety.overseer import Patience
from lanyard_node_support.realtime import RealtimeSettings


@dataclass(frozen=True, slots=True)
class Settings:
    """What the shell itself must know; times in s, rates in Hz."""

    loop_rate_hz: float
    base_frame: str
    odom_frame: str
    joint_names: tuple[str, ...]
    stop_input_topic: str
    request_timeout_s: float
    shutdown_timeout_s: float
    realtime: RealtimeSettings


def settings_from(parameters: Mapping[str, object]) -> Settings:
    """The shell's settings."""
    return Settings(
        loop_rate_hz=_number(parameters, "loop_rate_hz"),
        base_frame=str(parameters["base_frame"]),
        odom_frame=str(parameters["odom_frame"]),
        joint_names=tuple(str(name) for name in _array(parameters, "joint_names")),
        stop_input_topic=str(parameters["stop_input_topic"]),
        request_timeout_s=_number(parameters, "request_timeout_s"),
        shutdown_timeout_s=_number(parameters, "shutdown_timeout_s"),
        realtime=realtime_from(parameters),
    )


def realtime_from(parameters: Mapping[str, object]) -> RealtimeSettings:
    """What is wanted of the machine."""
    return RealtimeSettings(
        wanted=parameters["realtime"] is True,
        priority=int(_number(parameters, "rt_priority")),
        cpus=tuple(int(str(cpu)) for cpu in _array(parameters, "cpu_affinity")),
        lock_memory=parameters["lock_memory"] is True,
    )


def patience_from(parameters: Mapping[str, object]) -> Patience:
    """How long the watchdog waits for each sign of life."""
    return Patience(
        velocity_s=_number(parameters, "silence_s"),
        state_s=_number(parameters, "state_silence_s"),
    )


def limits_from(parameters: Mapping[str, object]) -> Limits:
    """The machine's limits; raises BadConfiguration with everything that does not fit together."""
    joints = len(_array(parameters, "joint_names"))
    max_linear = _number(parameters, "max_linear_speed_mps")
    max_lateral = _number(parameters, "max_lateral_speed_mps")
    limits = Limits(
        max_velocity=(
            max_linear,
            max_lateral,
            _number(parameters, "max_angular_speed_radps"),
            *[_number(parameters, "max_joint_speed_radps")] * joints,
        ),
        acceleration=_rates(parameters, "{}_acceleration", joints),
        deceleration=_rates(parameters, "{}_deceleration", joints),
        fast_deceleration=_rates(parameters, "fast_{}_deceleration", joints),
        joint_lower=_numbers(parameters, "joint_lower_rad"),
        joint_upper=_numbers(parameters, "joint_upper_rad"),
        reduced_speed_factor=min(
            1.0, _number(parameters, "reduced_speed_mps") / max(max_linear, max_lateral)
        ),
        **_plain(parameters),  # type: ignore[arg-type]  # counts are ints, the rest floats
    )
    found = [f"control: {problem}" for problem in problems(limits)]
    if found:
        raise BadConfiguration(found)
    return limits


def _plain(parameters: Mapping[str, object]) -> dict[str, float]:
    """The figures that carry the same name in the parameter file and in Limits."""
    names = {field.name for field in fields(Limits)} & set(parameters)
    scalars = {name: parameters[name] for name in names}
    return {name: value for name, value in scalars.items() if isinstance(value, int | float)}


def _rates(parameters: Mapping[str, object], pattern: str, joints: int) -> tuple[float, ...]:
    linear = _number(parameters, f"{pattern.format('linear')}_mps2")
    angular = _number(parameters, f"{pattern.format('angular')}_radps2")
    joint = _number(parameters, f"{pattern.format('joint')}_radps2")
    return (linear, linear, angular, *[joint] * joints)


def _number(parameters: Mapping[str, object], name: str) -> float:
    value = parameters[name]
    if not isinstance(value, int | float):
        raise TypeError(name)
    return float(value)


def _array(parameters: Mapping[str, object], name: str) -> list[object]:
    value = parameters[name]
    if not isinstance(value, list):
        raise TypeError(name)
    return value


def _numbers(parameters: Mapping[str, object], name: str) -> tuple[float, ...]:
    return tuple(float(str(value)) for value in _array(parameters, name))
