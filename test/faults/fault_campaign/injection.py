"""One injection: drive off, harm, see the robot come to rest, mend, see that it stays there."""

from __future__ import annotations

import random
import signal
import time
from contextlib import suppress

from fault_campaign.causes import Cause, Harm, Net, Victim
from fault_campaign.host import stolen_s
from fault_campaign.records import Record
from fault_campaign.sight import NotSeenError
from fault_campaign.stack import Stack
from lanyard_core.safety.overseer import Watch
from lanyard_core.safety.states import State

TURN_RADPS = 0.3
# How long to drive at full speed before the injection, and how long things then stay as they are
# (harmed, and mended), at most; how long in fact is drawn.
DRIVE_S = 0.4
WAIT_S = 0.3

DRIVE_OFF_WITHIN_S = 60.0
FULL_SPEED_WITHIN_S = 5.0
REST_WITHIN_S = 2.0
HALTED_WITHIN_S = 1.0
LATCHED_WITHIN_S = 5.0
BACK_WITHIN_S = 30.0
_TRY_AGAIN_S = 0.1

_STOPPED = frozenset({State.SAFE_STOP, State.HALTED, State.FAULT})


class Injection:
    """One injection into a running stack; ``run`` gives its record."""

    def __init__(self, stack: Stack, cause: Cause, *, speed_mps: float, rng: random.Random) -> None:
        self._stack = stack
        self._sight = stack.sight
        self._cause = cause
        self._rng = rng
        self._linear = speed_mps * rng.choice((-1.0, 1.0))
        self._angular = rng.uniform(-TURN_RADPS, TURN_RADPS)
        self._victims = rng.sample(cause.victims, len(cause.victims))
        self._session = 0
        self._false_stops: list[str] = []
        self._drove_s = 0.0

    def run(self, index: int) -> Record:
        """Make it. Raises NotSeenError when the robot could not be driven, or not be mended."""
        self._sight.forget()
        stolen_before_s = stolen_s()
        self._drive_off()
        at = self._harm()
        rest = self._rest(since=at)
        stolen_after_s = stolen_s()
        self._stay_harmed(since=at)
        halted = self._sight.halted(since=at)
        mended = time.monotonic()
        self._mend()
        self._wait_for_the_mended(since=mended)
        self._wait()
        end = time.monotonic()
        self._sight.watch_until(end)
        way = self._sight.way
        return Record(
            cause=self._cause.slug,
            index=index,
            speed_mps=self._speed(at),
            stop_time_s=None if rest is None else rest - at,
            distance_m=None if rest is None else way(begin=at, end=rest),
            halted=halted,
            came_back=self._came_back(since=mended),
            old_session=self._old_session_lives(since=mended),
            moved_again_m=0.0 if rest is None else way(begin=rest, end=end),
            false_stops=tuple(self._false_stops),
            drove_s=self._drove_s,
            stolen_s=stolen_after_s - stolen_before_s,
        )

    @property
    def _control_is_new(self) -> bool:
        return self._cause.harm is Harm.KILLED and Victim.CONTROL in self._cause.victims

    def _drive_off(self) -> None:
        """Have the person arm and drive, until the robot has driven for the drawn time."""
        self._sight.wait_for(
            lambda: self._sight.watch == Watch.WATCHING.name or not self._stack.watched,
            what="a watchdog that watches",
            within_s=BACK_WITHIN_S,
        )
        give_up = time.monotonic() + DRIVE_OFF_WITHIN_S
        moment_s = self._rng.uniform(0.0, DRIVE_S)
        why = "never tried"
        while time.monotonic() < give_up:
            why = self._stack.person.drive(self._linear, self._angular)
            if why:
                time.sleep(_TRY_AGAIN_S)
            elif self._drives_for(moment_s):
                return
        raise NotSeenError(f"the robot cannot be driven: {why or self._false_stops[-1:]}")

    def _drives_for(self, moment_s: float) -> bool:
        """Whether it came to full speed, and kept that for ``moment_s``."""
        begun = time.monotonic()
        stopped = ""

        def fast() -> bool:
            nonlocal stopped
            stopped = stopped or self._stack.person.complaint()
            motion = self._sight.motion
            return bool(stopped) or (
                motion is not None and abs(motion.speed) >= abs(self._linear) - 1e-6
            )

        with suppress(NotSeenError):
            self._sight.wait_for(fast, what="full speed", within_s=FULL_SPEED_WITHIN_S)
        time.sleep(moment_s)  # drawn, in step with nothing that runs
        self._drove_s += time.monotonic() - begun
        if fast() and not stopped:
            return True
        self._false_stops.append(stopped or f"not fast within {FULL_SPEED_WITHIN_S:g} s")
        return False

    def _harm(self) -> float:
        """Kill or pause the victims; the moment of it."""
        self._session = self._sight.states(since=0.0)[-1].session
        at = time.monotonic()
        for victim in self._victims:
            process = self._stack.victim(victim)
            if process is not None:
                process.signal(self._cause.harm.value)
        return at

    def _rest(self, *, since: float) -> float | None:
        """When the base was first seen at rest; None when it went on."""
        with suppress(NotSeenError):
            self._sight.wait_for(
                lambda: self._sight.rest(since=since), what="rest", within_s=REST_WITHIN_S
            )
        rest = self._sight.rest(since=since)
        return None if rest is None else rest.at

    def _stay_harmed(self, *, since: float) -> None:
        """Until the net has done all that it does, and a while longer."""
        with suppress(NotSeenError):  # the record says so, and the verdict
            if Victim.CONTROL not in self._cause.victims:
                self._sight.wait_for(
                    lambda: self._sight.state in _STOPPED,
                    what="a latched stop",
                    within_s=LATCHED_WITHIN_S,
                )
            elif self._cause.net is Net.WATCHDOG:
                self._sight.wait_for(
                    lambda: self._sight.halted(since=since),
                    what="a halted base",
                    within_s=HALTED_WITHIN_S,
                )
        self._wait()

    def _mend(self) -> None:
        for victim in self._victims:
            if self._cause.harm is Harm.KILLED:
                self._stack.start_again(victim)
            elif (process := self._stack.victim(victim)) is not None:
                process.signal(signal.SIGCONT)

    def _wait_for_the_mended(self, *, since: float) -> None:
        if Victim.CONTROL in self._cause.victims:
            self._sight.wait_for(
                lambda: self._sight.states(since=since),
                what="the control node",
                within_s=BACK_WITHIN_S,
            )
        if self._cause.harm is Harm.KILLED and Victim.GATEWAY in self._cause.victims:
            self._stack.wait_for_gateway()

    def _came_back(self, *, since: float) -> str:
        told = self._sight.states(since=since if self._control_is_new else 0.0)
        return State(told[0 if self._control_is_new else -1].state).name

    def _old_session_lives(self, *, since: float) -> bool:
        """Whether a control node that was killed told of the lease that its forerunner gave."""
        told = self._sight.states(since=since)
        return self._control_is_new and any(state.session == self._session for state in told)

    def _wait(self) -> None:
        time.sleep(self._rng.uniform(0.0, WAIT_S))  # drawn, in step with nothing that runs

    def _speed(self, at: float) -> float:
        before = [m for m in self._sight.motions(since=0.0) if m.at <= at]
        return abs(before[-1].speed) if before else 0.0
