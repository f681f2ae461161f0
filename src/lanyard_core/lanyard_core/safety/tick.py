"""One tick of the safety machine under way: its phases, up to the point where everything is judged.

A ``Tick`` lives for one call of ``machine.step`` and is where that call keeps its working values.
Each phase may raise causes; none may take back what an earlier one raised. How the phases end, in
a state, a velocity and answers, is in ``machine``.
"""

from __future__ import annotations

from typing import NamedTuple

from lanyard_core.safety import watch
from lanyard_core.safety.authority import NOBODY, Authority, acquire, listen, release
from lanyard_core.safety.causes import INTERNAL, SEVERE, in_words
from lanyard_core.safety.limits import Limits
from lanyard_core.safety.states import Cause, State
from lanyard_core.safety.stream import Stream, judge
from lanyard_core.safety.values import (
    Ack,
    Acquire,
    Arm,
    Inputs,
    Release,
    Reply,
    Reset,
    Stop,
    Velocity,
)

_RESETS_REMEMBERED = 16
_SOFT_CONDITIONS = int(Cause.SENSOR_LOST | Cause.GATEWAY_DEAD)
_STOP_INPUTS = int(Cause.STOP_INPUT | Cause.STOP_INPUT_SILENT)
_GATEWAY_DEAD = int(Cause.GATEWAY_DEAD)
_STOP_INPUT_SILENT = int(Cause.STOP_INPUT_SILENT)
_HEARTBEAT_LOST = int(Cause.HEARTBEAT_LOST)
_AUTHORITY_LOST = int(Cause.AUTHORITY_LOST)
_LIMIT = int(Cause.LIMIT)
_OVERRUN = int(Cause.OVERRUN)
_SHUTDOWN = int(Cause.SHUTDOWN)


class MachineState(NamedTuple):
    """All that the machine remembers from tick to tick. ``latched`` is a sum of Cause bits."""

    state: State
    latched: int
    velocity: Velocity
    authority: Authority
    stream: Stream
    resets: tuple[int, ...] = ()  # request ids that have acted, the newest last
    overspeed_s: float = 0.0  # how long the base has been too fast, times of braking apart
    late_ticks: int = 0  # in a row
    halted_s: float = 0.0


def initial(limits: Limits) -> MachineState:
    """The state at start: STARTING, at rest, nobody holds the lease."""
    return MachineState(State.STARTING, 0, limits.rest, NOBODY, Stream(limits.rest))


class Tick:
    """The phases of one tick, to be called in the order in which they stand here."""

    def __init__(self, before: MachineState, inputs: Inputs, limits: Limits) -> None:
        self.before = before
        self.inputs = inputs
        self.limits = limits
        self.active = before.state is State.ACTIVE
        self.moving = any(before.velocity)
        self.standing = watch.standing(inputs.seen, limits)
        self.latched = before.latched
        self.raised = 0
        self.authority = before.authority
        self.stream = before.stream
        self.resets = before.resets
        self.acks: tuple[Ack, ...] = ()
        self.replies: dict[int, Reply] = {}
        self.armed = False
        self.disarmed = False
        self.late_ticks = self._late_ticks()  # in a row, this one included

    def reset(self) -> None:
        """Clear what is latched, all or nothing; each request id acts once."""
        for index, request in enumerate(self.inputs.requests):
            if not isinstance(request, Reset):
                continue
            refusal = self._why_not_reset(request)
            self.replies[index] = Reply(not refusal, refusal)
            if request.request_id not in self.resets:
                self.resets = (*self.resets, request.request_id)[-_RESETS_REMEMBERED:]
            if not refusal:
                self.latched = 0

    def _why_not_reset(self, request: Reset) -> str:
        if request.request_id in self.resets:
            return "this reset has acted already: a new one needs a new request_id"
        if not self.latched:
            return ""
        if self.moving:
            return "the robot is still moving: wait until it is at rest"
        if self.latched & (SEVERE | INTERNAL) and not request.may_reset_severe:
            return "HALTED and FAULT are reset only by a role that may do so"
        return in_words(self.latched & (self._relevant(self.standing) | _SHUTDOWN))

    def _relevant(self, standing: int) -> int:
        return standing if self.authority.needs_gateway else standing & ~_GATEWAY_DEAD

    def hand_over(self) -> None:
        """Grant, take and release the lease; losing it while the robot moves stops the robot."""
        for index, request in enumerate(self.inputs.requests):
            if isinstance(request, Acquire):
                after, reply = acquire(self.authority, request)
            elif isinstance(request, Release):
                after, reply = release(self.authority, request)
            else:
                continue
            self.replies[index] = reply
            if reply.success:
                self._authority_changed(after)

    def _authority_changed(self, after: Authority) -> None:
        had_holder = self.authority.lease is not None
        self.authority = after
        self.stream = Stream(self.limits.rest)
        if had_holder and self.moving:
            self.raised |= _AUTHORITY_LOST
        self.disarmed = self.active

    def listen(self) -> None:
        """Age the lease and renew it by heartbeats; silence for too long stops an armed robot."""
        self.authority, expired = listen(
            self.authority,
            self.inputs.beats,
            elapsed_s=self.inputs.elapsed_s,
            timeout_s=self.limits.heartbeat_timeout_s,
        )
        if expired:
            self.stream = Stream(self.limits.rest)
            if self.active:
                self.raised |= _HEARTBEAT_LOST

    def judge_commands(self) -> None:
        """Acknowledge every command; remember the newest that counts."""
        self.stream, self.acks, causes = judge(
            self.stream,
            self.inputs.commands,
            self.authority.lease,
            self.inputs.seen,
            self.limits,
            state=self.before.state,
            elapsed_s=self.inputs.elapsed_s,
        )
        self.raised |= causes

    def arm(self) -> None:
        """Arm or disarm the session, in the order of the requests."""
        for index, request in enumerate(self.inputs.requests):
            if not isinstance(request, Arm):
                continue
            refusal = self._why_not_armed() if request.arm else ""
            if not self.authority.holds(request.session):
                refusal = "the session does not hold the lease: acquire it first"
            self.replies[index] = Reply(not refusal, refusal)
            if not refusal:
                self.armed = request.arm
                self.disarmed = self.disarmed or (self.active and not request.arm)

    def _why_not_armed(self) -> str:
        limits, state = self.limits, self.before.state
        if state is State.ACTIVE:
            return "the session was disarmed in this moment: arm again" if self.disarmed else ""
        if self.latched or self.raised:
            return in_words(self.latched | self.raised)
        if state is not State.IDLE:
            return f"the robot is {state.name}: it can be armed when it is IDLE"
        if not self.authority.heard:
            return "no heartbeat has come in this session: send one first"
        if self._relevant(self.standing) & _GATEWAY_DEAD:
            return "the gateway's beat is missing"
        lacking = watch.missing(self.inputs.seen, limits)
        if lacking:
            return f"not known or not fresh: {', '.join(lacking)}"
        if not (self.stream.neutral and self.stream.age_s <= limits.neutral_max_age_s):
            return (
                "the last command must be neutral (zero) and"
                f" not older than {limits.neutral_max_age_s} s"
            )
        return ""

    def watch(self) -> None:
        """Raise what the watchdogs see. Soft conditions stop an armed robot; severe ones any."""
        standing = self._relevant(self.standing)
        severe = standing & _STOP_INPUTS
        if self.before.state is State.STARTING:
            severe &= ~_STOP_INPUT_SILENT  # not heard yet: STARTING waits for it
        self.raised |= severe
        if self.active:
            self.raised |= standing & _SOFT_CONDITIONS
            self._watch_limits()
        if self._overrun() and (self.active or self.moving):
            self.raised |= _OVERRUN

    def _watch_limits(self) -> None:
        seen, limits, commanded = self.inputs.seen, self.limits, self.before.velocity
        too_long = self.before.overspeed_s > limits.overspeed_time_s
        if too_long or watch.joint_beyond(seen, commanded, limits):
            self.raised |= _LIMIT

    def _late_ticks(self) -> int:
        if self.inputs.late_s > self.limits.late_tick_s:
            return min(self.before.late_ticks + 1, self.limits.late_ticks)
        return 0

    def _overrun(self) -> bool:
        return (
            not self.inputs.elapsed_s <= self.limits.overrun_gap_s
            or self.late_ticks >= self.limits.late_ticks
        )

    def stop(self) -> None:
        """Latch every stop that was asked for, by a person, the shell or the end of the process."""
        for index, request in enumerate(self.inputs.requests):
            if isinstance(request, Stop):
                self.raised |= int(request.cause)
                self.replies[index] = Reply(True)
        self.raised |= int(self.inputs.failures)
        if self.inputs.shutdown:
            self.raised |= _SHUTDOWN
