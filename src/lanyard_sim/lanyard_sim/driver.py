"""The intake of a motor driver: the last command, and its own time-out on it. Pure.

This stands for the electronics next to the motors, which trust nobody: when the control node dies,
hangs or talks nonsense, the motors stop without any help from it. A command counts from the moment
when it arrived; no stamp in it can make it last longer. While the driver is told to hold zero, no
command moves anything.

After silence, a hold or nonsense, and at the start, only a stream that begins with zero moves the
motors again. A control node that hung has one command in its hands when it goes on, and says it
before it can know how much time has passed: that one must not move anything.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

# Commands are timed in steps of about 5 ms; a rounding error must not add one.
_EPSILON_S = 1e-9


class CommandIntake:
    """Holds one command of ``width`` numbers for ``timeout_s`` seconds, then zeros.

    What interrupts the stream (time-out, hold, refusal) must be followed by a command of zeros
    before another one counts.

    A command that is refused (wrong length, not finite) also ends the one before: whoever sends
    such a thing has lost control of what it sends. ``refused`` counts those, ``refusal`` says why
    the last one was refused, and ``refused_ago_s`` how many seconds ago.
    """

    def __init__(self, *, width: int, timeout_s: float) -> None:
        self._zero = (0.0,) * width
        self._timeout_s = timeout_s
        self._command = self._zero
        self._age_s = math.inf
        self._held = False
        self._interrupted = True
        self.refused = 0
        self.refusal = ""
        self.refused_ago_s = math.inf

    @property
    def setpoint(self) -> tuple[float, ...]:
        """What the motors are to do now; zeros when nobody said anything in time."""
        return self._command

    @property
    def held(self) -> bool:
        """True while the driver holds zero because it was told to."""
        return self._held

    def hold(self, *, held: bool) -> None:
        """Hold zero from now on, or no longer; then only a new stream moves anything."""
        self._held = held
        self._interrupt()

    def offer(self, values: Sequence[float]) -> str | None:
        """Take a new command. Returns why it is refused, or None.

        Not to be followed, because the driver is held or waits for zero, is no refusal: the
        command is good, and its sender need not mend anything.
        """
        complaint = self._complaint(values)
        self._age_s = 0.0
        if complaint is None:
            command = tuple(values)
            self._interrupted = self._held or (self._interrupted and any(command))
            self._command = self._zero if self._interrupted else command
            return None
        self._interrupt()
        self.refused += 1
        self.refusal = complaint
        self.refused_ago_s = 0.0
        return complaint

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass."""
        self._age_s += dt
        self.refused_ago_s += dt
        if self._age_s >= self._timeout_s - _EPSILON_S:
            self._interrupt()

    def _interrupt(self) -> None:
        self._command = self._zero
        self._interrupted = True

    def _complaint(self, values: Sequence[float]) -> str | None:
        if len(values) != len(self._zero):
            return f"expected {len(self._zero)} numbers, got {len(values)}"
        if not all(math.isfinite(value) for value in values):
            return "not every number is finite"
        return None
