"""Sensors: what the robot believes of itself, which is not quite what is true. Pure.

Each sensor draws from its own stream of random numbers, made from the seed and the sensor's name,
so that one sensor read more often does not change what another one measures.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from lanyard_sim.geometry import PlanarPose


def random_stream(seed: int, sensor: str) -> random.Random:
    """The stream of random numbers of one sensor; the same for the same seed, on every machine."""
    return random.Random(f"{seed}/{sensor}")  # noqa: S311 - noise, not a secret


class Odometer:
    """Counts the wheels' turns: adds up speeds that are each a little wrong, so the pose drifts.

    At rest it is exact and does not drift, as wheel encoders do not.
    """

    def __init__(self, noise: float, stream: random.Random) -> None:
        self._noise = noise
        self._random = stream
        self.pose = PlanarPose()
        self.linear = 0.0
        self.angular = 0.0

    def advance(self, linear: float, angular: float, dt: float) -> None:
        """Measure ``dt`` seconds of driving at true speeds in m/s and rad/s."""
        self.linear = linear * (1.0 + self._random.gauss(0.0, self._noise))
        self.angular = angular * (1.0 + self._random.gauss(0.0, self._noise))
        self.pose = self.pose.driven(self.linear, self.angular, dt)


class NoisyReader:
    """Reads true values with added (positions, temperatures, volts) or relative (speeds) noise."""

    def __init__(self, deviation: float, stream: random.Random) -> None:
        self._deviation = deviation
        self._random = stream

    def added(self, values: Sequence[float]) -> tuple[float, ...]:
        """The values, each off by a little."""
        return tuple(value + self._random.gauss(0.0, self._deviation) for value in values)

    def relative(self, values: Sequence[float]) -> tuple[float, ...]:
        """The values, each off by a small share of itself."""
        return tuple(value * (1.0 + self._random.gauss(0.0, self._deviation)) for value in values)
