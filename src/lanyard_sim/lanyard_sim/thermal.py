"""Joint temperatures: each motor warms with its speed and cools towards the room. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lanyard_sim.model import JOINTS

# A motor at full speed settles this far above the room.
RISE_AT_FULL_SPEED_C = 30.0
TIME_CONSTANT_S = 60.0

# A joint with the fault is driven towards this temperature, fast, so that nobody waits for it.
FAULT_TEMPERATURE_C = 95.0
FAULT_TIME_CONSTANT_S = 1.0


@dataclass(frozen=True, slots=True)
class _Aim:
    temperature_c: float
    time_constant_s: float


class JointHeat:
    """Temperature of each joint in °C, a system of first order."""

    def __init__(self, *, ambient_c: float) -> None:
        self._ambient_c = ambient_c
        self._temperatures = [ambient_c] * len(JOINTS)

    @property
    def temperatures(self) -> tuple[float, ...]:
        """Temperatures in °C, in the order of the joints."""
        return tuple(self._temperatures)

    def advance(self, speeds: Sequence[float], dt: float, *, hot_joint: str) -> None:
        """Let ``dt`` seconds pass at ``speeds`` in rad/s; ``hot_joint`` is the faulty one or ""."""
        for index, speed in enumerate(speeds):
            aim = self._aim(index, speed, hot=JOINTS[index].name == hot_joint)
            share = 1.0 - math.exp(-dt / aim.time_constant_s)
            self._temperatures[index] += share * (aim.temperature_c - self._temperatures[index])

    def _aim(self, index: int, speed: float, *, hot: bool) -> _Aim:
        if hot:
            return _Aim(FAULT_TEMPERATURE_C, FAULT_TIME_CONSTANT_S)
        rise = RISE_AT_FULL_SPEED_C * abs(speed) / JOINTS[index].max_speed
        return _Aim(self._ambient_c + rise, TIME_CONSTANT_S)
