"""The arm: six joints that follow speeds, within their limits of speed and position. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lanyard_sim.model import JOINTS, Joint
from lanyard_sim.motion import AxisLimits, next_speed
from lanyard_sim.settings import ArmSettings


class JointMotion:
    """One moving joint: position in rad, speed in rad/s."""

    def __init__(self, joint: Joint, *, position: float, acceleration: float) -> None:
        self._joint = joint
        self._limits = AxisLimits(joint.max_speed, acceleration, acceleration)
        self._acceleration = acceleration
        self.position = max(joint.lower, min(joint.upper, position))
        self.speed = 0.0

    def advance(self, wanted: float, dt: float) -> None:
        """Follow ``wanted`` rad/s for ``dt`` seconds; slow down before a limit, never pass it."""
        speed = next_speed(self.speed, self._slow_near_limit(wanted, dt), self._limits, dt)
        position = self.position + speed * dt
        held = max(self._joint.lower, min(self._joint.upper, position))
        self.speed = speed if held == position else 0.0
        self.position = held

    def _slow_near_limit(self, wanted: float, dt: float) -> float:
        # The fastest speed from which the joint can still brake in the room that is left once this
        # step is made: v² = 2·a·(room - v·dt), solved for v.
        room = (
            self._joint.upper - self.position if wanted > 0.0 else self.position - self._joint.lower
        )
        step = self._acceleration * dt
        fastest = math.sqrt(step * step + 2.0 * self._acceleration * max(0.0, room)) - step
        return math.copysign(min(abs(wanted), fastest), wanted)


class Arm:
    """All joints together, in the order of ``model.JOINTS``."""

    def __init__(self, settings: ArmSettings) -> None:
        self._joints = tuple(
            JointMotion(joint, position=position, acceleration=settings.acceleration_radps2)
            for joint, position in zip(JOINTS, settings.start_positions_rad)
        )

    @property
    def positions(self) -> tuple[float, ...]:
        """Positions in rad."""
        return tuple(joint.position for joint in self._joints)

    @property
    def speeds(self) -> tuple[float, ...]:
        """Speeds in rad/s."""
        return tuple(joint.speed for joint in self._joints)

    def advance(self, wanted: Sequence[float], dt: float) -> None:
        """Follow the ``wanted`` speeds in rad/s for ``dt`` seconds."""
        for joint, speed in zip(self._joints, wanted):
            joint.advance(speed, dt)
