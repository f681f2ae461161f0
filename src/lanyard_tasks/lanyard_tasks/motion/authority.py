"""Command authority for one task: from the lease to its release. Pure: told the time.

A task drives like any other client of the control node, with the lowest priority:

    ASKING ──► READYING ──► ARMED ──► SLOWING ──► DISARMING ──► RELEASING ──► DONE

It asks for the lease, beats and sends neutral commands until it is armed, streams commands, and in
the end sends neutral ones until the robot is at rest, disarms, and gives the lease back. Whatever
goes wrong sets ``failure`` and takes the way to the end from where it stands; the way to the end
never waits longer than its time-outs. Not thread-safe; one for each task.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum

from lanyard_core.safety.states import Cause, State
from lanyard_core.task.error_codes import ErrorCode
from lanyard_tasks.motion.effects import (
    ArmReply,
    AskArm,
    AskLease,
    Effect,
    GiveBack,
    LeaseReply,
    SafetySeen,
    SendBeat,
    SendCommand,
    Times,
)
from lanyard_tasks.motion.geometry import REST, Velocity
from lanyard_tasks.robot import TaskFailed

# A refused arming is asked for again after this long; the control node may not have heard our first
# beat and neutral command yet.
_ARM_AGAIN_S = 0.1

# A word of the control node that says "at rest" may be older than our last motion by this much.
_SETTLE_S = 0.15


class Stage(Enum):
    """Where an authority stands on its way."""

    ASKING = "asking for the lease"
    READYING = "getting ready to be armed"
    ARMED = "armed"
    SLOWING = "coming to rest"
    DISARMING = "disarming"
    RELEASING = "releasing the lease"
    DONE = "done"


# The stages in which the lease is ours, and beats and commands are sent.
_HOLDING = (Stage.READYING, Stage.ARMED, Stage.SLOWING, Stage.DISARMING)
_LATCHED = (State.SAFE_STOP, State.HALTED, State.FAULT)


class Authority:
    """The right to move the robot, for the length of one task."""

    def __init__(self, times: Times) -> None:
        self._times = times
        self._stage = Stage.ASKING
        self._since: float | None = None  # when the stage was entered; None before its first tick
        self._entering = False
        self._acts = {
            Stage.ASKING: self._asking,
            Stage.READYING: self._readying,
            Stage.ARMED: self._armed,
            Stage.SLOWING: self._slowing,
            Stage.DISARMING: self._disarming,
            Stage.RELEASING: self._releasing,
            Stage.DONE: self._done,
        }
        self._leaving = False
        self._asked = False
        # A control node that has just started may take a moment to be found.
        self._ask_until_s = times.arm_timeout_s
        self._session = 0
        self._seq = 0
        self._beats = 0
        self._next_beat = -math.inf
        self._next_arming = -math.inf
        self._answered = False  # the stage's own question, by a yes
        self._refusal = "the control node did not answer"
        self._confirmed = False
        self._gap = False
        self.failure: TaskFailed | None = None

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        return self._stage

    @property
    def done(self) -> bool:
        """True when nothing is held and nothing more will be asked."""
        return self._stage is Stage.DONE

    @property
    def leaves(self) -> bool:
        """True when it was told to end, whether or not it has."""
        return self._leaving

    @property
    def in_command(self) -> bool:
        """True while the motion given to ``tick`` is what is sent."""
        is_armed = self._stage is Stage.ARMED and not self._leaving
        return is_armed and self._confirmed and not self._gap

    def lease_answered(self, reply: LeaseReply) -> list[Effect]:
        """The answer to AskLease came. A grant that comes too late is given back at once."""
        if self._stage is not Stage.ASKING:
            return [GiveBack(reply.session)] if reply.success else []
        self._answered = reply.success
        self._session = reply.session if reply.success else 0
        if not reply.success:
            self._fail(ErrorCode.LEASE_HELD, reply.message or f"{reply.holder} holds the lease")
        return []

    def arm_answered(self, reply: ArmReply) -> None:
        """The answer to AskArm came."""
        if self._stage is Stage.READYING:
            self._answered = reply.success
            self._refusal = reply.message or self._refusal
        elif self._stage is Stage.DISARMING:
            self._answered = True

    def release_answered(self) -> None:
        """The answer to GiveBack came; whatever it says, the lease is not ours any more."""
        self._answered = self._stage is Stage.RELEASING

    def wind_down(self) -> None:
        """End: come to rest, disarm, release. Harmless when that is under way already."""
        self._leaving = True

    def tick(
        self,
        now: float,
        safety: SafetySeen | None,
        drive: Velocity = REST,
        joint_velocities: Sequence[float] = (),
    ) -> list[Effect]:
        """What to do now, in order. The motion is sent only while ``in_command``.

        ``safety`` is None while the control node cannot be heard and called.
        """
        effects: list[Effect] = []
        stage = None
        while stage is not self._stage:
            stage = self._stage
            self._entering = self._since is None
            if self._since is None:
                self._since = now
            effects += self._acts[stage](now - self._since, safety)
        if self._stage in _HOLDING:
            effects += self._alive(now)
            self._seq += 1
            motion = (drive, joint_velocities) if self.in_command else (REST, ())
            effects.append(SendCommand(self._session, self._seq, *motion))
        return effects

    def _asking(self, waited_s: float, safety: SafetySeen | None) -> list[Effect]:
        if self._answered:
            self._enter(Stage.READYING)
        elif self._leaving or self.failure is not None:
            self._enter(Stage.DONE)
        elif waited_s > self._ask_until_s:
            self._fail(ErrorCode.NOT_ARMED, "the control node did not answer: is it running?")
            self._enter(Stage.DONE)
        elif not self._asked and self._is_fresh(safety):
            self._asked = True
            self._ask_until_s = waited_s + self._times.answer_timeout_s
            return [AskLease()]
        return []

    def _readying(self, waited_s: float, safety: SafetySeen | None) -> list[Effect]:
        if self._leaving:
            self._enter(Stage.SLOWING)
        elif self._answered:
            self._enter(Stage.ARMED)
        elif safety is not None and safety.state in _LATCHED:
            reason = safety.reason or "reset it first"
            self._fail(ErrorCode.NOT_ARMED, f"the robot is in {safety.state.name}: {reason}")
            self._enter(Stage.SLOWING)
        elif waited_s > self._times.arm_timeout_s:
            self._fail(ErrorCode.NOT_ARMED, f"the robot could not be armed: {self._refusal}")
            self._enter(Stage.SLOWING)
        elif self._entering:
            self._next_arming = _ARM_AGAIN_S
        elif waited_s >= self._next_arming:
            self._next_arming = waited_s + _ARM_AGAIN_S
            return [AskArm(self._session, arm=True)]
        return []

    def _armed(self, waited_s: float, safety: SafetySeen | None) -> list[Effect]:
        if self._leaving:
            self._enter(Stage.SLOWING)
            return []
        if safety is None or not self._is_fresh(safety):
            self._fail(ErrorCode.SAFETY_STOP, "the control node has gone silent")
        elif safety.state is State.ACTIVE and safety.session == self._session:
            self._confirmed = True
            self._gap = bool(safety.causes & Cause.COMMAND_GAP)
        elif self._confirmed or safety.state in _LATCHED:
            self._fail_stopped(safety)
        elif waited_s > self._times.arm_timeout_s:
            self._fail(ErrorCode.NOT_ARMED, "the control node armed, but did not become ACTIVE")
        if self.failure is not None:
            self._enter(Stage.SLOWING)
        return []

    def _slowing(self, waited_s: float, safety: SafetySeen | None) -> list[Effect]:
        rested = waited_s >= _SETTLE_S and (safety is None or safety.at_rest)
        if rested or waited_s > self._times.rest_timeout_s:
            self._enter(Stage.DISARMING)
        return []

    def _disarming(self, waited_s: float, safety: SafetySeen | None) -> list[Effect]:
        if self._no_more_to_wait_for(waited_s, safety):
            self._enter(Stage.RELEASING)
        return [AskArm(self._session, arm=False)] if self._entering else []

    def _releasing(self, waited_s: float, safety: SafetySeen | None) -> list[Effect]:
        if self._no_more_to_wait_for(waited_s, safety):
            self._enter(Stage.DONE)
        return [GiveBack(self._session)] if self._entering else []

    def _no_more_to_wait_for(self, waited_s: float, safety: SafetySeen | None) -> bool:
        nobody_there = safety is None and waited_s > 0.0
        return self._answered or nobody_there or waited_s > self._times.answer_timeout_s

    def _done(self, _waited_s: float, _safety: SafetySeen | None) -> list[Effect]:
        return []

    def _is_fresh(self, safety: SafetySeen | None) -> bool:
        return safety is not None and safety.age_s <= self._times.safety_state_timeout_s

    def _alive(self, now: float) -> list[Effect]:
        if now < self._next_beat:
            return []
        self._next_beat = now + self._times.heartbeat_period_s
        self._beats += 1
        return [SendBeat(self._session, self._beats)]

    def _enter(self, stage: Stage) -> None:
        self._stage = stage
        self._since = None
        self._answered = False

    def _fail(self, code: ErrorCode, message: str) -> None:
        if self.failure is None:
            self.failure = TaskFailed(code, message)

    def _fail_stopped(self, safety: SafetySeen) -> None:
        if safety.causes == 0 and safety.session != self._session:
            taker = safety.holder or "nobody"
            self._fail(ErrorCode.LEASE_HELD, f"the lease was lost; {taker} holds it now")
            return
        lost = safety.causes == Cause.SENSOR_LOST
        code = ErrorCode.SENSOR_LOST if lost else ErrorCode.SAFETY_STOP
        reason = safety.reason or "it did not say why"
        self._fail(code, f"the control node stopped the robot ({safety.state.name}): {reason}")
