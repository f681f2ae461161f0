"""The battery and its charger at the dock. Pure.

A 24 V lithium pack: its voltage falls in a straight line with the charge, and sags under load
through its inner resistance. Energy is counted in watt-hours, signs as sensor_msgs/BatteryState has
them (current is negative while the robot takes from the pack).
"""

from __future__ import annotations

from lanyard_sim.settings import BatterySettings

EMPTY_VOLTAGE_V = 22.0
FULL_VOLTAGE_V = 29.0
NOMINAL_VOLTAGE_V = 25.6
INNER_RESISTANCE_OHM = 0.05

# What a battery with the fault still shows: a cell has gone weak.
FAULT_CHARGE = 0.08

_SECONDS_PER_HOUR = 3600.0


class Battery:
    """Charge of the pack as a share in [0, 1], and what flows in or out of it."""

    def __init__(self, settings: BatterySettings) -> None:
        self._settings = settings
        self._energy_wh = settings.capacity_wh * settings.initial_charge
        self._power_w = 0.0
        self._weak = False
        self.charging = False

    @property
    def charge(self) -> float:
        """Charge as the battery reports it, a share in [0, 1]."""
        charge = self._energy_wh / self._settings.capacity_wh
        return min(charge, FAULT_CHARGE) if self._weak else charge

    @property
    def empty(self) -> bool:
        """True when nothing is left and no charger helps: the motors have no power."""
        return self._energy_wh <= 0.0 and not self.charging

    @property
    def full(self) -> bool:
        """True when the charger has nothing left to do."""
        return self.charge >= 1.0

    @property
    def capacity_ah(self) -> float:
        """Capacity in ampere-hours at the nominal voltage."""
        return self._settings.capacity_wh / NOMINAL_VOLTAGE_V

    @property
    def current_a(self) -> float:
        """Current in A: negative while the robot takes from the pack, positive while it charges."""
        return self._power_w / self._rest_voltage_v

    @property
    def voltage_v(self) -> float:
        """Voltage at the poles in V."""
        return self._rest_voltage_v + self.current_a * INNER_RESISTANCE_OHM

    def advance(self, used_power_w: float, dt: float, *, docked: bool, weak: bool) -> None:
        """Let ``dt`` seconds pass while the robot uses ``used_power_w``; ``weak`` is the fault."""
        self._weak = weak
        self.charging = docked and not self.full
        self._power_w = (self._settings.charger_power_w if self.charging else 0.0) - used_power_w
        if docked and not self.charging:
            self._power_w = 0.0  # a full pack rests: the dock feeds the robot
        energy_wh = self._energy_wh + self._power_w * dt / _SECONDS_PER_HOUR
        self._energy_wh = max(0.0, min(self._settings.capacity_wh, energy_wh))

    @property
    def _rest_voltage_v(self) -> float:
        return EMPTY_VOLTAGE_V + (FULL_VOLTAGE_V - EMPTY_VOLTAGE_V) * self.charge
