"""What the machine allows: speeds, rates of change, and how long each silence may last.

``Limits`` are built once at start. ``problems`` lists everything that is wrong with them: each
time-out has a range that cannot switch its watchdog off, so that 0, NaN or "very long" keep the
node from starting. ``RANGES`` is the only place of these ranges; the parameter file must agree (a
test compares).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lanyard_core.safety.values import BASE_AXES, Velocity

# Inclusive range of each figure. The defaults and their reasons are in docs/safety-machine.md.
RANGES: dict[str, tuple[float, float]] = {
    "command_gap_s": (0.04, 0.5),
    "command_max_age_s": (0.02, 0.5),
    "command_max_ahead_s": (0.001, 0.1),
    "neutral_max_age_s": (0.02, 0.1),
    "heartbeat_timeout_s": (1.5, 3.0),
    "gateway_timeout_s": (0.15, 0.5),
    "odometry_timeout_s": (0.05, 0.5),
    "tf_timeout_s": (0.1, 1.0),
    "joint_state_timeout_s": (0.05, 0.5),
    "stop_input_timeout_s": (0.1, 0.5),
    "overrun_gap_s": (0.01, 0.05),
    "late_tick_s": (0.001, 0.01),
    "late_ticks": (1, 5),
    "strikes": (1, 5),
    "strike_window_s": (0.5, 5.0),
    "overspeed_factor": (1.0, 1.5),
    "overspeed_linear_mps": (0.01, 0.1),
    "overspeed_angular_radps": (0.02, 0.2),
    "overspeed_time_s": (0.02, 0.3),
    "power_off_after_s": (0.1, 0.5),
    "reduced_speed_factor": (0.05, 1.0),
    "hard_cap_factor": (1.5, 10.0),
    "joint_margin_rad": (0.01, 0.5),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Figures of one robot; times in s, base axes in m/s and rad/s, joint axes in rad/s and rad.

    The vectors have one entry for each axis of ``Velocity``. ``max_velocity`` is the normal cap;
    an axis with cap 0 does not exist, and a command for it is refused. Without the lease's
    ``full_speed`` every cap shrinks by ``reduced_speed_factor``.
    """

    max_velocity: Velocity
    acceleration: Velocity
    deceleration: Velocity
    fast_deceleration: Velocity
    joint_lower: tuple[float, ...] = ()
    joint_upper: tuple[float, ...] = ()
    joint_margin_rad: float = 0.1
    reduced_speed_factor: float = 0.5
    hard_cap_factor: float = 4.0
    command_gap_s: float = 0.1
    command_max_age_s: float = 0.1
    command_max_ahead_s: float = 0.05
    neutral_max_age_s: float = 0.1
    heartbeat_timeout_s: float = 3.0
    gateway_timeout_s: float = 0.3
    odometry_timeout_s: float = 0.2
    tf_timeout_s: float = 0.5
    joint_state_timeout_s: float = 0.2
    stop_input_timeout_s: float = 0.5
    overrun_gap_s: float = 0.05
    late_tick_s: float = 0.01
    late_ticks: int = 3
    strikes: int = 3
    strike_window_s: float = 1.0
    overspeed_factor: float = 1.2
    overspeed_linear_mps: float = 0.05
    overspeed_angular_radps: float = 0.1
    overspeed_time_s: float = 0.1
    power_off_after_s: float = 0.5

    @property
    def axes(self) -> int:
        """Number of axes: three of the base, and the joints."""
        return len(self.max_velocity)

    @property
    def rest(self) -> Velocity:
        """The velocity that is zero on every axis."""
        return (0.0,) * len(self.max_velocity)


def caps(limits: Limits, *, full_speed: bool) -> Velocity:
    """Highest speed of each axis for a lease with or without ``full_speed``."""
    if full_speed:
        return limits.max_velocity
    factor = limits.reduced_speed_factor
    return tuple(cap * factor for cap in limits.max_velocity)


def problems(limits: Limits) -> list[str]:
    """Everything that is wrong with ``limits``, one sentence each; empty when they can be used."""
    found = [*_out_of_range(limits), *_bad_vectors(limits), *_bad_joints(limits)]
    if not found and _slowest_stop_s(limits) > SLOWEST_STOP_S:
        found.append(
            f"deceleration: full speed takes {_slowest_stop_s(limits):.2f} s to rest,"
            f" more than {SLOWEST_STOP_S} s; raise it or lower max_velocity"
        )
    return found


# All axes rest together, with the slowest of them: no axis may make the others wait for long.
SLOWEST_STOP_S = 2.0


def _out_of_range(limits: Limits) -> list[str]:
    found = []
    for name, (lowest, highest) in RANGES.items():
        value = getattr(limits, name)
        if not lowest <= value <= highest:
            found.append(f"{name}: {value} is not between {lowest} and {highest}")
    return found


def _bad_vectors(limits: Limits) -> list[str]:
    found = []
    if limits.axes < BASE_AXES:
        found.append(f"max_velocity: {limits.axes} axes, but the base alone has {BASE_AXES}")
    if not all(0.0 <= cap < math.inf for cap in limits.max_velocity):
        found.append("max_velocity: each cap is a finite number, 0 or more")
    for name in ("acceleration", "deceleration", "fast_deceleration"):
        rates = getattr(limits, name)
        if len(rates) != limits.axes:
            found.append(f"{name}: {len(rates)} entries for {limits.axes} axes")
        if not all(0.0 < rate < math.inf for rate in rates):
            found.append(f"{name}: each rate is a finite number above 0")
    if any(f < d for f, d in zip(limits.fast_deceleration, limits.deceleration, strict=False)):
        found.append("fast_deceleration: must not be lower than deceleration")
    return found


def _bad_joints(limits: Limits) -> list[str]:
    joints = max(0, limits.axes - BASE_AXES)
    if not len(limits.joint_lower) == len(limits.joint_upper) == joints:
        return [f"joint_lower, joint_upper: one entry for each of the {joints} joints"]
    found = []
    for index, (lower, upper) in enumerate(
        zip(limits.joint_lower, limits.joint_upper, strict=True), start=1
    ):
        if not (math.isfinite(lower) and math.isfinite(upper)):
            found.append(f"joint {index}: its limits are not finite")
        elif upper - lower <= 2 * limits.joint_margin_rad:
            found.append(f"joint {index}: no room between its limits and their margins")
    return found


def _slowest_stop_s(limits: Limits) -> float:
    return max(
        cap / rate for cap, rate in zip(limits.max_velocity, limits.deceleration, strict=True)
    )
