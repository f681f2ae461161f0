"""Latest measurements of the robot and of the world, with the moment of their arrival.

Written by the executor's thread, read by the loop's. Each measurement is one tuple in one
attribute, replaced as a whole, so that a reader sees the old or the new one and never half of
each. A stamp in a message plays no part: ages count from arrival, by ``time.monotonic``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from lanyard_core.safety.values import Observation, StopInput

_NEVER = -math.inf


class Senses:
    """What the robot last said. ``now`` is always ``time.monotonic()``."""

    def __init__(self, *, joint_names: Sequence[str], stop_input_wired: bool) -> None:
        self._joint_names = tuple(joint_names)
        self._odometry = (_NEVER, 0.0, 0.0)
        self._tf = _NEVER
        self._joints: tuple[float, tuple[float, ...]] = (_NEVER, ())
        self._gateway = _NEVER
        level = StopInput.RELEASED if stop_input_wired else StopInput.NOT_WIRED
        self._stop_input = (_NEVER, level)

    def odometry(self, now: float, *, linear_speed: float, angular_speed: float) -> None:
        """The base was measured to move at these speeds, in m/s and rad/s."""
        self._odometry = (now, linear_speed, angular_speed)

    def tf(self, now: float) -> None:
        """The transform from odometry to base arrived."""
        self._tf = now

    def joint_states(self, now: float, names: Sequence[str], positions: Sequence[float]) -> None:
        """Joint positions in rad arrived; a message that lacks one of our joints is not for us."""
        by_name = dict(zip(names, positions, strict=False))
        try:
            self._joints = (now, tuple(by_name[name] for name in self._joint_names))
        except KeyError:
            return

    def gateway_beat(self, now: float) -> None:
        """The gateway said that it is alive."""
        self._gateway = now

    def stop_input(self, now: float, *, pressed: bool) -> None:
        """The wired stop input said its level."""
        self._stop_input = (now, StopInput.PRESSED if pressed else StopInput.RELEASED)

    def observe(self, now: float) -> Observation:
        """Everything, with its age at ``now``."""
        odometry_at, linear, angular = self._odometry
        joints_at, positions = self._joints
        stop_input_at, level = self._stop_input
        return Observation(
            odometry_age_s=now - odometry_at,
            linear_speed=linear,
            angular_speed=angular,
            tf_age_s=now - self._tf,
            joints_age_s=now - joints_at,
            joint_positions=positions,
            gateway_age_s=now - self._gateway,
            stop_input=level,
            stop_input_age_s=now - stop_input_at,
        )
