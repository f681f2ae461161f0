"""When to stop waiting for a robot that has gone silent with a task.

A task that runs on a robot that cannot be reached stays ``running`` and ``stale``: the robot may
well be finishing it. But nothing stays so for ever. Told the time; seconds by a monotonic clock.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait.

    ``after_timeout_s``: beyond the task's own time limit, for a result that must come by then.
    ``after_cancel_s``: for the end of a task that was asked to stop.
    """

    after_timeout_s: float = 30.0
    after_cancel_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt on a robot: when it began, its time limit, and when it was asked to stop."""

    began_s: float
    timeout_s: float
    cancel_asked_s: float | None = None

    def give_up_at(self, patience: Patience) -> float:
        """The moment from which the robot counts as lost if the attempt has not ended."""
        limit = self.began_s + self.timeout_s + patience.after_timeout_s
        if self.cancel_asked_s is None:
            return limit
        return min(limit, self.cancel_asked_s + patience.after_cancel_s)

    def is_lost(self, now: float, patience: Patience) -> bool:
        """Whether to give this attempt up."""
        return now >= self.give_up_at(patience)
