"""When to stop waiting for a robot that has a task, and what to do then.

A robot that cannot be reached may well be finishing its task, so by default one waits. But nothing
stays ``running`` for ever. Told the time; seconds by a monotonic clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from lanyard_core.task.order import LostPolicy


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait.

    ``after_timeout_s``: beyond the task's own time limit, or the start of this watch if that is
    later, for a result that must come by then.
    ``after_cancel_s``: for the end of a task that was asked to stop. ``silence_s``: how long a
    robot may be silent before it counts as lost.
    """

    after_timeout_s: float = 30.0
    after_cancel_s: float = 30.0
    silence_s: float = 10.0


class Verdict(Enum):
    """What to do about an attempt now."""

    GO_ON = "go_on"
    SAY_SILENT = "say_silent"  # said once for each silence
    SAY_BACK = "say_back"  # said once after each silence that was said
    LOST = "lost"  # the robot is not heard, and the order says not to wait
    LATE = "late"  # no end came in time


class Watch:
    """Watches over one attempt. Times are seconds by a monotonic clock.

    ``began_s`` may lie before the start of this process.
    """

    def __init__(
        self,
        *,
        began_s: float,
        timeout_s: float,
        policy: LostPolicy,
        patience: Patience,
        now: float,
    ) -> None:
        self.began_s = began_s
        self._timeout_s = timeout_s
        # A gateway that comes late must hear the robot first, which may have paused the task.
        self._since_s = now
        self._policy = policy
        self._patience = patience
        self._heard_s = now
        self._silence_is_said = False
        self._cancel_limit_s: float | None = None
        self._stands_still = False
        self._paused_s = 0.0

    def paused(self, *, stands_still: bool, paused_s: float) -> None:
        """How long the task has been paused in all; while it stands still, no time limit runs."""
        self._stands_still = stands_still
        self._paused_s = paused_s

    def cancel_asked(self, now: float) -> None:
        """The robot was asked to stop the task: its end must come soon."""
        self._cancel_limit_s = now + self._patience.after_cancel_s

    def cancel_settled(self) -> None:
        """The robot has refused, or has agreed: it may take as long as the task itself may."""
        self._cancel_limit_s = None

    def judge(self, now: float, *, is_heard: bool) -> Verdict:
        """What to do now; ``is_heard``: robot and task server were there a moment ago."""
        if is_heard:
            self._heard_s = now
        if now >= self.give_up_at():
            return Verdict.LATE
        if is_heard:
            was_said, self._silence_is_said = self._silence_is_said, False
            return Verdict.SAY_BACK if was_said else Verdict.GO_ON
        if now - self._heard_s < self._patience.silence_s:
            return Verdict.GO_ON
        if self._policy is not LostPolicy.WAIT:
            return Verdict.LOST
        was_said, self._silence_is_said = self._silence_is_said, True
        return Verdict.GO_ON if was_said else Verdict.SAY_SILENT

    def give_up_at(self) -> float:
        """The moment from which the robot counts as lost if the attempt has not ended."""
        end_s = self.began_s + self._timeout_s + self._paused_s
        limit_s = max(end_s, self._since_s) + self._patience.after_timeout_s
        if self._stands_still:
            limit_s = math.inf
        return limit_s if self._cancel_limit_s is None else min(limit_s, self._cancel_limit_s)
