"""The differential base: two driven wheels, limited in speed and acceleration. Pure."""

from __future__ import annotations

from lanyard_sim.geometry import PlanarPose
from lanyard_sim.motion import AxisLimits, next_speed
from lanyard_sim.settings import BaseSettings


class DifferentialBase:
    """Where the base truly is and how fast it moves, in the frame in which it started."""

    def __init__(self, settings: BaseSettings) -> None:
        self._settings = settings
        self._linear_limits = AxisLimits(
            settings.max_wheel_speed_mps, settings.acceleration_mps2, settings.braking_mps2
        )
        self._angular_limits = AxisLimits(
            2.0 * settings.max_wheel_speed_mps / settings.wheel_separation_m,
            settings.angular_acceleration_radps2,
            settings.angular_braking_radps2,
        )
        self.pose = PlanarPose()
        self.linear = 0.0
        self.angular = 0.0

    @property
    def at_rest(self) -> bool:
        """True when neither wheel turns."""
        return self.linear == 0.0 and self.angular == 0.0

    def advance(self, linear: float, angular: float, dt: float, *, blocked: bool) -> None:
        """Follow these speeds (m/s and rad/s) for ``dt`` seconds; blocked wheels only brake."""
        if blocked:
            linear = angular = 0.0
        linear, angular = self._within_wheel_speed(linear, angular)
        self.linear = next_speed(self.linear, linear, self._linear_limits, dt)
        self.angular = next_speed(self.angular, angular, self._angular_limits, dt)
        self.pose = self.pose.driven(self.linear, self.angular, dt)

    def _within_wheel_speed(self, linear: float, angular: float) -> tuple[float, float]:
        # The outer wheel is the faster one. Both speeds shrink together, so that the curve stays.
        outer = abs(linear) + abs(angular) * self._settings.wheel_separation_m / 2.0
        excess = max(1.0, outer / self._settings.max_wheel_speed_mps)
        return linear / excess, angular / excess
