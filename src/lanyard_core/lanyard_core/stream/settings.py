"""Limits and times of a command session, with the bounds that may not be left.

The session's own stops are the first net; the control node next to the actuator has its own and
does not depend on these. Nothing here can be switched off: zero and infinity are refused like any
other wrong value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from lanyard_core.faults import BadConfiguration


@dataclass(frozen=True, slots=True)
class CommandLimits:
    """How often and how fast: Hz, m/s, rad/s. The speeds are told; the control node enforces."""

    min_rate_hz: float = 50.0
    max_rate_hz: float = 100.0
    hard_max_hz: float = 120.0
    burst: int = 5
    flood_hz: int = 1000
    max_linear_m_s: float = 0.5
    max_angular_rad_s: float = 1.5
    max_bytes: int = 1024


@dataclass(frozen=True, slots=True)
class CommandTiming:
    """Deadlines, in seconds."""

    ping_interval_s: float = 1.0
    ping_timeout_s: float = 3.0
    ack_deadline_s: float = 0.010
    cmd_timeout_s: float = 0.10
    max_age_s: float = 0.10
    max_ahead_s: float = 0.05
    arm_timeout_s: float = 10.0
    state_period_s: float = 1.0


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """All of it, and the frames of reference that a command may name.

    ``ack_miss_limit``: missed acknowledgements in a row that stop the robot. ``strikes``: bad
    frames, or sequence numbers that did not rise, within ``strike_window_s`` that stop it.
    ``bare_twists``: also take a TwistStamped without anything around it, numbered by its stamp;
    frames that were lost are not noticed then.
    """

    limits: CommandLimits = field(default_factory=CommandLimits)
    timing: CommandTiming = field(default_factory=CommandTiming)
    ack_miss_limit: int = 1
    strikes: int = 3
    strike_window_s: float = 1.0
    frames: tuple[str, ...] = ("base_link",)
    bare_twists: bool = False

    def __post_init__(self) -> None:
        problems = _problems(self)
        if problems:
            raise BadConfiguration(problems)


def _problems(settings: StreamSettings) -> list[str]:
    timing, limits = settings.timing, settings.limits
    bounds: list[tuple[str, float, float, float]] = [
        ("timing.ping_interval_s", timing.ping_interval_s, 0.1, timing.ping_timeout_s / 2),
        ("timing.ping_timeout_s", timing.ping_timeout_s, 1.5, 3.0),
        ("timing.ack_deadline_s", timing.ack_deadline_s, 0.001, 0.1),
        ("timing.cmd_timeout_s", timing.cmd_timeout_s, 0.04, 0.5),
        ("timing.max_age_s", timing.max_age_s, 0.01, 0.5),
        ("timing.max_ahead_s", timing.max_ahead_s, 0.0, 0.5),
        ("timing.arm_timeout_s", timing.arm_timeout_s, 1.0, 600.0),
        ("timing.state_period_s", timing.state_period_s, 0.05, 10.0),
        ("limits.min_rate_hz", limits.min_rate_hz, 1.0, limits.max_rate_hz),
        ("limits.max_rate_hz", limits.max_rate_hz, 1.0, limits.hard_max_hz),
        ("limits.hard_max_hz", limits.hard_max_hz, 1.0, 1000.0),
        ("limits.burst", limits.burst, 1, 50),
        ("limits.flood_hz", limits.flood_hz, limits.hard_max_hz, 100_000),
        ("limits.max_linear_m_s", limits.max_linear_m_s, 0.0, 10.0),
        ("limits.max_angular_rad_s", limits.max_angular_rad_s, 0.0, 10.0),
        ("limits.max_bytes", limits.max_bytes, 64, 1024),
        ("ack_miss_limit", settings.ack_miss_limit, 1, 100),
        ("strikes", settings.strikes, 1, 100),
        ("strike_window_s", settings.strike_window_s, 0.1, 60.0),
    ]
    return [
        f"stream.{name}: {value:g} is outside [{low:g}, {high:g}]"
        for name, value, low, high in bounds
        if not (math.isfinite(value) and low <= value <= high)
    ]
