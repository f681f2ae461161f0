"""The robot's own complaints: which component is not well, how bad it is, and what helps. Pure.

Each component has at most one finding at a time and keeps its name while it is well, so that
whoever listens sees a complaint end. Levels are VDA 5050's four.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from lanyard_sim.driver import CommandIntake

# A threshold that was crossed must be crossed back by this much, or noise would make it flicker.
COOLED_BY_C = 5.0
RECHARGED_BY = 0.02

# Slower than this is standing (m/s or rad/s); a command above it that moves nothing for so long is
# a fault.
STANDING_SPEED = 0.01
STUCK_AFTER_S = 0.5

# How long a refused command stays on the list.
REFUSAL_SHOWN_S = 5.0


class Level(Enum):
    """How bad a finding is: go on, act soon, act now, out of order."""

    WARNING = "warning"
    URGENT = "urgent"
    CRITICAL = "critical"
    FATAL = "fatal"


@dataclass(frozen=True, slots=True)
class Finding:
    """One complaint: a stable ``code`` for programs, words and a hint for people."""

    code: str
    level: Level
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class ComponentStatus:
    """One component, its finding if it has any, and the values behind it as (key, value) texts."""

    component: str
    finding: Finding | None
    values: tuple[tuple[str, str], ...] = ()


class HeatWatch:
    """Watches one joint's temperature against a limit in °C."""

    def __init__(self, joint: str, *, limit_c: float) -> None:
        self._joint = joint
        self._limit_c = limit_c
        self._too_hot = False

    def judge(self, temperature_c: float) -> ComponentStatus:
        """The joint's status at this temperature."""
        relief = COOLED_BY_C if self._too_hot else 0.0
        self._too_hot = temperature_c >= self._limit_c - relief
        finding = None
        if self._too_hot:
            finding = Finding(
                code=f"{self._joint.upper()}_OVERTEMP",
                level=Level.URGENT,
                message=f"{self._joint} is hotter than {self._limit_c:.0f} °C",
                hint=f"let the arm rest until it is below {self._limit_c - COOLED_BY_C:.0f} °C",
            )
        return ComponentStatus(self._joint, finding, (("temperature_c", f"{temperature_c:.1f}"),))


class BatteryWatch:
    """Watches the charge, a share in [0, 1], against the share at which it counts as low."""

    def __init__(self, *, low_charge: float) -> None:
        self._low_charge = low_charge
        self._low = False

    def judge(self, charge: float, *, charging: bool, empty: bool) -> ComponentStatus:
        """The battery's status at this charge."""
        self._low = charge < self._low_charge + (RECHARGED_BY if self._low else 0.0)
        values = (("charge_percent", f"{100.0 * charge:.1f}"), ("charging", str(charging).lower()))
        return ComponentStatus("battery", self._finding(empty), values)

    def _finding(self, empty: bool) -> Finding | None:
        if empty:
            message = "the battery is empty: the motors have no power"
            return Finding(
                "BATTERY_EMPTY", Level.FATAL, message, "bring the robot to its dock by hand"
            )
        if self._low:
            message = f"the battery is below {100.0 * self._low_charge:.0f} %"
            return Finding("BATTERY_LOW", Level.URGENT, message, "send the robot to its dock")
        return None


class MotionWatch:
    """Watches whether the base moves when it is told to."""

    def __init__(self) -> None:
        self._still_s = 0.0

    def advance(self, wanted: Sequence[float], measured: Sequence[float], dt: float) -> None:
        """Let ``dt`` seconds pass with these wanted and measured speeds (m/s and rad/s)."""
        told_to_move = any(abs(speed) > STANDING_SPEED for speed in wanted)
        moves = any(abs(speed) > STANDING_SPEED / 2.0 for speed in measured)
        self._still_s = self._still_s + dt if told_to_move and not moves else 0.0

    def judge(self) -> ComponentStatus:
        """The base's status."""
        finding = None
        if self._still_s >= STUCK_AFTER_S:
            finding = Finding(
                code="BASE_STUCK",
                level=Level.CRITICAL,
                message="the base does not move although it is told to",
                hint="stop, look for what blocks the wheels, and free them",
            )
        return ComponentStatus("base", finding)


def judge_driver(driver: str, intake: CommandIntake) -> ComponentStatus:
    """The status of a driver: whether it is held, or refused a command not long ago."""
    finding = None
    if intake.held:
        finding = Finding(
            code=f"{driver.upper()}_HELD",
            level=Level.CRITICAL,
            message=f"the {driver} driver holds zero: it was told to halt",
            hint="bring the control node back; once it is at rest the watchdog lets go",
        )
    elif intake.refused_ago_s < REFUSAL_SHOWN_S:
        finding = Finding(
            code=f"{driver.upper()}_COMMAND_REFUSED",
            level=Level.URGENT,
            message=f"the {driver} driver refused a command: {intake.refusal}",
            hint="the motors hold still until a good command comes; mend its sender",
        )
    return ComponentStatus(
        f"{driver} driver", finding, (("refused_commands", str(intake.refused)),)
    )
