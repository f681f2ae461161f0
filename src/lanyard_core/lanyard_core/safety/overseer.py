"""Rules of the independent watchdog: when the control process counts as gone, and what to do then.

The safety machine cannot judge the process that it runs in. These rules run in a second, small
process, whom a control node that hangs, is paused or was killed cannot take along. They are told
what was heard of the control node and asked, a hundred times a second, what to say.

Two signs of life are needed, because anybody may speak on the velocity topic: the stream of
velocities, and the state that only the control node tells. Silence counts only while the watcher
itself is awake: who was asleep has not listened. A control node that was never heard, or that
took its leave at rest, is not missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lanyard_core.safety.states import Cause, State

# How often the rules are asked, and how much silence one pause of the watcher itself may add.
TICK_S = 0.01
LONGEST_STEP_S = 0.05

_DISARMED = frozenset({State.STARTING, State.IDLE, State.SAFE_STOP, State.HALTED, State.FAULT})


class Watch(Enum):
    """What the watchdog makes of the control node."""

    WAITING = "the control node has not been heard, or took its leave"
    RETURNING = "the control node is heard; it has not been seen at rest yet"
    WATCHING = "the control node is heard"
    HOLDING = "the control node is silent: zero is published and the base is halted"


class Order(Enum):
    """What the watchdog is to say now."""

    ZERO = "publish zero velocities"
    HALT = "tell the base to hold zero, until released"
    RELEASE = "tell the base that it need not hold"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each sign of life may be missing, in s."""

    velocity_s: float
    state_s: float


class Overseer:
    """One control node as the watchdog sees it. Not safe to use from two threads at once."""

    def __init__(self, patience: Patience) -> None:
        self._watch = Watch.WAITING
        self._asked_at: float | None = None
        self._velocity = _Sign(patience.velocity_s)
        self._state = _Sign(patience.state_s)
        self._at_rest = False
        self._farewell = False
        self.silences = 0

    @property
    def watch(self) -> Watch:
        """What the watchdog makes of the control node now."""
        return self._watch

    @property
    def silence_s(self) -> float:
        """How long a sign of life has been missing; the longer one of the two."""
        return max(self._velocity.silence_s, self._state.silence_s)

    def velocity_heard(self) -> None:
        """The control node (or somebody who speaks in its place) published a velocity."""
        self._velocity.heard = True

    def state_heard(self, state: int, *, causes: int, at_rest: bool) -> None:
        """The control node told its state, a number of ``State``; unknown ones count as armed."""
        self._state.heard = True
        self._at_rest = at_rest and state in _DISARMED
        self._farewell = at_rest and bool(causes & Cause.SHUTDOWN)

    def tick(self, now: float) -> tuple[Order, ...]:
        """What to say at ``now``, in order. To be asked each ``TICK_S``."""
        awake_s = 0.0 if self._asked_at is None else min(now - self._asked_at, LONGEST_STEP_S)
        self._asked_at = now
        for sign in (self._velocity, self._state):
            sign.grow_old(awake_s)
        alive = self._velocity.fresh and self._state.fresh
        if self._watch in (Watch.RETURNING, Watch.WATCHING):
            return self._listen() if alive else self._miss()
        if alive:
            self._watch = Watch.RETURNING
            return self._listen()
        return (Order.ZERO,) if self._watch is Watch.HOLDING else ()

    def _listen(self) -> tuple[Order, ...]:
        if self._watch is Watch.RETURNING and self._at_rest:
            self._watch = Watch.WATCHING
            return (Order.RELEASE,)
        return ()

    def _miss(self) -> tuple[Order, ...]:
        self._velocity.forget()
        self._state.forget()
        self._at_rest = False
        if self._farewell:
            self._watch = Watch.WAITING
            return ()
        self._watch = Watch.HOLDING
        self.silences += 1
        return (Order.ZERO, Order.HALT)


@dataclass(slots=True)
class _Sign:
    """One sign of life: ``heard`` since the last tick, ``known`` since it was last forgotten."""

    patience_s: float
    heard: bool = False
    known: bool = False
    silence_s: float = 0.0

    @property
    def fresh(self) -> bool:
        return self.known and self.silence_s < self.patience_s

    def grow_old(self, awake_s: float) -> None:
        self.silence_s = 0.0 if self.heard else self.silence_s + awake_s
        self.known = self.known or self.heard
        self.heard = False

    def forget(self) -> None:
        self.known = False
