"""When what is due: the robot's own rates, and how its time keeps up with ours. Pure."""

from __future__ import annotations

# Many short steps add up to a period with rounding errors; those must not cost a whole step.
_EPSILON_S = 1e-9


class Every:
    """Tells, step by step, when ``1 / rate_hz`` seconds have passed; the first step is due."""

    def __init__(self, rate_hz: float) -> None:
        self._period_s = 1.0 / rate_hz
        self._left_s = 0.0

    def due(self, dt: float) -> bool:
        """True when this step of ``dt`` seconds, at most one period, begins with something due."""
        due = self._left_s <= _EPSILON_S
        if due:
            self._left_s += self._period_s
        self._left_s -= dt
        return due


class Pace:
    """Turns readings of a steady clock into whole steps of simulated time.

    Late calls are caught up with, but at most ``catch_up_s`` seconds at once: a process that was
    stopped for a minute does not play a minute in one go. What is left out is counted in
    ``lost_s``.
    """

    def __init__(self, *, step_s: float, catch_up_s: float, now: float) -> None:
        self._step_s = step_s
        self._catch_up_s = catch_up_s
        self._reached = now
        self.lost_s = 0.0

    def steps_until(self, now: float) -> int:
        """How many steps are to be made to reach ``now`` (seconds, steady clock)."""
        behind = now - self._reached
        if behind > self._catch_up_s:
            lost = behind - self._catch_up_s
            self.lost_s += lost
            self._reached += lost
            behind = self._catch_up_s
        steps = int((behind + _EPSILON_S) / self._step_s)
        self._reached += steps * self._step_s
        return steps
