"""The robot's body: drivers, base, arm, heat and battery, as they truly are. Pure.

What is measured of it, and when that is told, is the business of ``robot``.
"""

from __future__ import annotations

from lanyard_sim.arm import Arm
from lanyard_sim.base import DifferentialBase
from lanyard_sim.battery import Battery
from lanyard_sim.driver import CommandIntake
from lanyard_sim.geometry import PlanarPose
from lanyard_sim.model import JOINTS
from lanyard_sim.settings import Faults, Settings
from lanyard_sim.thermal import JointHeat

# What moving costs: W for each m/s and rad/s of the base, and for each rad/s of a joint.
_BASE_POWER_W = 120.0
_JOINT_POWER_W = 25.0

_TWIST_WIDTH = 6
_FORWARD, _TURN = 0, 5
_ARM_AT_REST = (0.0,) * len(JOINTS)


class Body:
    """Everything that moves, warms or runs down. Commands go to its two drivers."""

    def __init__(self, settings: Settings) -> None:
        self._start = settings.start
        self._dock = settings.dock
        self._idle_power_w = settings.battery.idle_power_w
        self.base_driver = CommandIntake(
            width=_TWIST_WIDTH, timeout_s=settings.base.command_timeout_s
        )
        self.arm_driver = CommandIntake(width=len(JOINTS), timeout_s=settings.arm.command_timeout_s)
        self.base = DifferentialBase(settings.base)
        self.arm = Arm(settings.arm)
        self.heat = JointHeat(ambient_c=settings.arm.ambient_temperature_c)
        self.battery = Battery(settings.battery)

    @property
    def place(self) -> PlanarPose:
        """Where the base truly is, in the map."""
        return self.base.pose.placed_at(self._start)

    @property
    def wanted_motion(self) -> tuple[float, float]:
        """What the base's motors are to do: m/s forward and rad/s."""
        if self.battery.empty:
            return 0.0, 0.0
        twist = self.base_driver.setpoint
        return twist[_FORWARD], twist[_TURN]

    def advance(self, dt: float, faults: Faults) -> None:
        """Let ``dt`` seconds pass with these faults."""
        self.base_driver.advance(dt)
        self.arm_driver.advance(dt)
        self.base.advance(*self.wanted_motion, dt, blocked=faults.stuck_base)
        speeds = _ARM_AT_REST if self.battery.empty else self.arm_driver.setpoint
        self.arm.advance(speeds, dt)
        self.heat.advance(self.arm.speeds, dt, hot_joint=faults.hot_joint)
        self.battery.advance(self._power_w(), dt, docked=self._docked(), weak=faults.low_battery)

    def _power_w(self) -> float:
        base = _BASE_POWER_W * (abs(self.base.linear) + abs(self.base.angular))
        joints = _JOINT_POWER_W * sum(abs(speed) for speed in self.arm.speeds)
        return self._idle_power_w + base + joints

    def _docked(self) -> bool:
        near = self.place.distance_to(self._dock.x_m, self._dock.y_m) <= self._dock.radius_m
        return self.base.at_rest and near
