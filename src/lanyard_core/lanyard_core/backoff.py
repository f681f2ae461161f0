"""How long to wait before the next attempt to connect: 1, 2, 4, 8 s, then 8 s, each within ±20 %.

The jitter keeps two hundred clients of a gateway that restarts from coming back in the same
instant. It is given from outside, so that a test can say what it is. Whoever uses this keeps
three promises: a link that held for ``RESET_AFTER_S`` starts from the beginning again; a refusal
that waiting cannot cure (``is_final``) ends the attempts; and nothing that was meant for the old
link is sent on the new one.
"""

from __future__ import annotations

from dataclasses import dataclass

from lanyard_core.stream.channel import CloseCode

STEPS_S = (1.0, 2.0, 4.0, 8.0)
"""Waits before the first, second, third and every later attempt, in seconds."""

JITTER = 0.2
"""Largest share of a wait by which it is made longer or shorter."""

RESET_AFTER_S = 10.0
"""A link that held this long counts as good: the next loss starts with the shortest wait."""

_FINAL = frozenset({CloseCode.AUTH_EXPIRED, CloseCode.FORBIDDEN, CloseCode.UNKNOWN_ROBOT})
_FINAL_STATUSES = frozenset({400, 401, 403, 404})


@dataclass(slots=True)
class Backoff:
    """Counts attempts since the last good link."""

    attempts: int = 0

    def next_wait(self, *, draw: float) -> float:
        """Seconds to wait before the next attempt. ``draw`` is a random number in [0, 1)."""
        if not 0.0 <= draw <= 1.0:
            raise ValueError(f"draw must lie in [0, 1], not {draw}")
        step = STEPS_S[min(self.attempts, len(STEPS_S) - 1)]
        self.attempts += 1
        return step * (1.0 + JITTER * (2.0 * draw - 1.0))

    def link_lost(self, *, held_s: float) -> None:
        """A link ended after ``held_s`` seconds; a long one clears the count."""
        if held_s >= RESET_AFTER_S:
            self.attempts = 0


def is_final(code: int) -> bool:
    """Whether a close code, or the status of a refused upgrade, makes trying again useless."""
    return code in _FINAL or code in _FINAL_STATUSES
