"""A pause of one run: where it stands, and the time that it has taken. Pure: told the time.

    RUNNING ──pause──▶ PAUSING ──at_rest──▶ PAUSED
       ▲                ▲ │  ▲                │
       │          pause │ │  └──hindered──┐   │
       │                │ └─────resume──┐ │   │ resume
       └──goes_on── RESUMING ◀──────────┴─┴───┘

From the pause to ``goes_on`` the behaviour is not stepped, and its clock and time-out stand still.
"""

from __future__ import annotations

from lanyard_core.safety.states import State
from lanyard_core.task.run_state import RunState
from lanyard_tasks.motion.effects import SafetySeen

_LATCHED = (State.SAFE_STOP, State.HALTED, State.FAULT)


class Pausing:
    """The pauses of one run.

    ``message`` says why it is paused again although it was asked to go on; empty otherwise.
    """

    def __init__(self) -> None:
        self.state = RunState.RUNNING
        self.message = ""
        self._since: float | None = None
        self._before_s = 0.0  # pauses that are over

    def paused_s(self, now: float) -> float:
        """How long all pauses have lasted until ``now``, in seconds."""
        return self._before_s + (0.0 if self._since is None else now - self._since)

    def pause(self, now: float) -> None:
        """The run is to pause; harmless when it does."""
        if self.state in (RunState.RUNNING, RunState.RESUMING):
            self.state, self.message = RunState.PAUSING, ""
            self._since = now if self._since is None else self._since

    def at_rest(self) -> None:
        """The robot is at rest, and its lease is given back."""
        if self.state is RunState.PAUSING:
            self.state = RunState.PAUSED

    def resume(self) -> None:
        """The run is to go on; harmless when it does."""
        if self.state in (RunState.PAUSING, RunState.PAUSED):
            self.state, self.message = RunState.RESUMING, ""

    def hindered(self, why: str) -> None:
        """The robot could not be commanded again: the run stays paused."""
        if self.state is RunState.RESUMING:
            self.state, self.message = RunState.PAUSING, why

    def goes_on(self, now: float) -> None:
        """The run has the robot again."""
        if self.state is RunState.RESUMING:
            self.state = RunState.RUNNING
            self._before_s, self._since = self.paused_s(now), None


def hindrance(safety: SafetySeen | None) -> str | None:
    """Why a paused run could not command its robot now, as far as can be seen; None: it may try."""
    if safety is None:
        return "the control node is not heard: is it running?"
    if safety.state in _LATCHED:
        reason = safety.reason or "reset it first"
        return f"the robot is stopped ({safety.state.name}): {reason}"
    if safety.session != 0:
        holder = safety.holder or "somebody"
        return f"{holder} commands the robot; resume the task when it is given back"
    return None
