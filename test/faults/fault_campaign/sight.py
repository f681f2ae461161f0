"""What the observer has seen: motion, states and halts, to wait for and to judge by.

A thread reads the observer's lines; the campaign's thread waits and looks.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import IO

from lanyard_core.safety.states import State

# At 50 Hz some minutes; no injection looks further back than its own beginning.
_REMEMBERED = 20_000


class NotSeenError(Exception):
    """Something that must come did not come in time; the text says what."""


@dataclass(frozen=True, slots=True)
class Motion:
    """The base as it truly was: place in m, speed in m/s, turning speed in rad/s."""

    at: float
    x: float
    y: float
    speed: float
    turn: float

    @property
    def at_rest(self) -> bool:
        return self.speed == 0.0 and self.turn == 0.0


@dataclass(frozen=True, slots=True)
class Told:
    """What the control node said of itself."""

    at: float
    state: int
    causes: int
    session: int


@dataclass(frozen=True, slots=True)
class Halt:
    """What the watchdog told the base."""

    at: float
    halted: bool


@dataclass(frozen=True, slots=True)
class Watched:
    """What the watchdog makes of the control node, a name of ``overseer.Watch``."""

    at: float
    watch: str


class Sight:
    """Everything that was seen, newest last; ``lines`` is the observer's output."""

    def __init__(self, lines: IO[bytes]) -> None:
        self._motions: deque[Motion] = deque(maxlen=_REMEMBERED)
        self._told: deque[Told] = deque(maxlen=_REMEMBERED)
        self._halts: deque[Halt] = deque(maxlen=_REMEMBERED)
        self._watch: deque[Watched] = deque(maxlen=_REMEMBERED)
        self._ended = False
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, args=(lines,), daemon=True)
        self._reader.start()

    def _read(self, lines: IO[bytes]) -> None:
        kinds = {
            "motion": (Motion, self._motions),
            "state": (Told, self._told),
            "halt": (Halt, self._halts),
            "watch": (Watched, self._watch),
        }
        with lines:
            for line in lines:
                fields = json.loads(line)
                make, seen = kinds[fields.pop("kind")]
                with self._news:
                    seen.append(make(**fields))
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def wait_for(self, condition: Callable[[], object], *, what: str, within_s: float) -> None:
        """Wait until ``condition``, looked at whenever something is seen. Raises NotSeenError."""
        with self._news:
            self._news.wait_for(lambda: self._ended or condition(), within_s)
            if not condition():
                when = "the observer has ended" if self._ended else f"not within {within_s:g} s"
                raise NotSeenError(f"{what}: {when}")

    def watch_until(self, moment: float) -> None:
        """Look on until the base was seen at or after ``moment``."""
        self.wait_for(
            lambda: self.motion is not None and self.motion.at >= moment,
            what="the simulated base",
            within_s=moment - time.monotonic() + 5.0,
        )

    def forget(self) -> None:
        """Forget all but the newest sight of everything."""
        for seen in (self._motions, self._told, self._halts, self._watch):
            with self._news:
                while len(seen) > 1:
                    seen.popleft()

    @property
    def motion(self) -> Motion | None:
        """The newest sight of the base."""
        return self._motions[-1] if self._motions else None

    @property
    def state(self) -> State | None:
        """The newest state of the control node."""
        return State(self._told[-1].state) if self._told else None

    @property
    def watch(self) -> str:
        """What the watchdog makes of the control node now; empty before its first word."""
        return self._watch[-1].watch if self._watch else ""

    def motions(self, *, since: float) -> list[Motion]:
        """All sights of the base from ``since`` on."""
        return [motion for motion in self._motions.copy() if motion.at >= since]

    def states(self, *, since: float) -> list[Told]:
        """All that the control node said from ``since`` on."""
        return [told for told in self._told.copy() if told.at >= since]

    def halted(self, *, since: float) -> bool:
        """Whether the watchdog has halted the base since then."""
        return any(halt.halted for halt in self._halts.copy() if halt.at >= since)

    def rest(self, *, since: float) -> Motion | None:
        """The first sight of the base at rest from ``since`` on."""
        return next((motion for motion in self.motions(since=since) if motion.at_rest), None)

    def way(self, *, begin: float, end: float) -> float:
        """How far the base went between two moments, in m."""
        motions = self._motions.copy()
        before = [motion for motion in motions if motion.at <= begin][-1:]
        within = [motion for motion in motions if begin < motion.at <= end]
        total = sum(math.dist((a.x, a.y), (b.x, b.y)) for a, b in pairwise([*before, *within]))
        if not (before and within):
            return total
        # Of the first stretch only the part after the moment counts.
        first, second = before[0], within[0]
        stretch = math.dist((first.x, first.y), (second.x, second.y))
        return total - stretch * (begin - first.at) / (second.at - first.at)
