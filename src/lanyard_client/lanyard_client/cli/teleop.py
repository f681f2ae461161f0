"""From keys to a velocity: hold to move, let go to come to rest.

Told the time in seconds (monotonic). A key that is held counts as held until it is let go or, in a
terminal that does not report that, until its repetitions stop. Anything that is not understood
counts as letting go of everything.
"""

from __future__ import annotations

from enum import Enum

from lanyard_client.cli.keys import Action, KeyEvent

FIRST_HOLD_S = 0.6
"""How long one press counts: terminals wait for as long as this before they repeat a key."""

REPEAT_HOLD_S = 0.2
"""How long one repetition counts; they come 20 to 40 times a second."""

_STEP = 0.1
_DIRECTIONS = {
    "w": (1, 0), "up": (1, 0), "s": (-1, 0), "down": (-1, 0),
    "a": (0, 1), "left": (0, 1), "d": (0, -1), "right": (0, -1),
    "q": (1, 1), "e": (1, -1),
}  # fmt: skip


class Wish(Enum):
    """What a key asks for besides motion."""

    STOP = "stop the robot, latched"
    ARM = "clear the stop and arm again"
    END = "come to rest and end"


_WISHES = {"space": Wish.STOP, "r": Wish.ARM, "x": Wish.END, "ctrl+c": Wish.END, "ctrl+d": Wish.END}


class Teleop:
    """What an operator at a keyboard wants. ``share`` is the part of the top speeds in use."""

    def __init__(self, *, linear_m_s: float, angular_rad_s: float) -> None:
        """The speeds at a share of 1."""
        self._top = (linear_m_s, angular_rad_s)
        self._held: dict[str, float] = {}  # until when each counts as held
        self.share = 0.5

    def key(self, now: float, event: KeyEvent) -> Wish | None:
        """A key was pressed, repeated or let go; what it asks for besides motion."""
        if event.action is Action.RELEASE:
            self._held.pop(event.key, None)
            return None
        if event.key in _DIRECTIONS:
            is_repeat = now < self._held.get(event.key, now)
            self._held[event.key] = now + (REPEAT_HOLD_S if is_repeat else FIRST_HOLD_S)
            return None
        if event.key in ("+", "=", "-"):
            change = -_STEP if event.key == "-" else _STEP
            self.share = min(1.0, max(_STEP, round(self.share + change, 2)))
            return None
        self.let_go()
        return _WISHES.get(event.key)

    def let_go(self) -> None:
        """Whatever was held is not any more."""
        self._held.clear()

    def velocity(self, now: float) -> tuple[float, float]:
        """Forward in m/s and to the left in rad/s, at this time."""
        self._held = {key: until for key, until in self._held.items() if now < until}
        forward = sum(_DIRECTIONS[key][0] for key in self._held)
        turn = sum(_DIRECTIONS[key][1] for key in self._held)
        linear, angular = self._top
        return _sign(forward) * linear * self.share, _sign(turn) * angular * self.share

    def next_deadline(self) -> float | None:
        """When the velocity changes by itself; None when nothing is held."""
        return min(self._held.values(), default=None)


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)
