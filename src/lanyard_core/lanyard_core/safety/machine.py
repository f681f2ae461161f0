"""The safety machine: one pure function, ``step``, that decides everything about motion.

    state, outcome = step(state, inputs, limits)

It holds no clock and does no I/O; the same arguments give the same answer. One tick goes through
its phases in one fixed order. **Resets come first**, so that nothing that is raised in the same
tick can be swallowed by one; **stops come last**, so that they overrule whatever was granted
before them. Whatever is raised is latched as a bit, so that no event is lost by arriving together
with another.
"""

from __future__ import annotations

from math import inf

from lanyard_core.safety.causes import INTERNAL, SEVERE, SOFT, in_words
from lanyard_core.safety.limits import Limits
from lanyard_core.safety.ramp import approach, brake
from lanyard_core.safety.states import Cause, State
from lanyard_core.safety.stream import guarded, refused
from lanyard_core.safety.table import Event, settle
from lanyard_core.safety.tick import MachineState, Tick, initial
from lanyard_core.safety.values import Arm, Inputs, Outcome, Reply, Reset, Velocity
from lanyard_core.safety.watch import overspeed

__all__ = ["MachineState", "fail", "initial", "step"]

_GATEWAY_DEAD = int(Cause.GATEWAY_DEAD)
_COMMAND_GAP = int(Cause.COMMAND_GAP)
_INTERNAL = int(Cause.INTERNAL)


def step(before: MachineState, inputs: Inputs, limits: Limits) -> tuple[MachineState, Outcome]:
    """One tick: the state that follows ``before``, and what is to be done and answered."""
    tick = Tick(before, inputs, limits)
    tick.reset()
    tick.hand_over()
    tick.listen()
    tick.judge_commands()
    tick.arm()
    tick.watch()
    tick.stop()
    after = _conclude(tick)
    return after, _outcome(tick, after)


def fail(before: MachineState, limits: Limits, *, elapsed_s: float) -> tuple[MachineState, Outcome]:
    """The tick to take when ``step`` itself has raised: FAULT and the fast ramp, inputs unseen."""
    velocity = brake(before.velocity, limits.fast_deceleration, elapsed_s=elapsed_s)
    after = before._replace(
        state=State.FAULT, latched=before.latched | _INTERNAL, velocity=velocity
    )
    return after, Outcome(state=after.state, causes=after.latched, velocity=velocity)


def _conclude(tick: Tick) -> MachineState:
    """Follow the table, and move the velocity by one step."""
    latched = tick.latched | tick.raised
    state = settle(tick.before.state, _events(tick, latched))
    velocity = _drive(tick, state)
    if not _sound(velocity, tick.limits):  # cannot happen; if it does, nothing moves
        state, latched, velocity = State.FAULT, latched | _INTERNAL, tick.limits.rest
    return MachineState(
        state=state,
        latched=latched,
        velocity=velocity,
        authority=tick.authority,
        stream=tick.stream,
        resets=tick.resets,
        overspeed_s=_overspeed_s(tick, state, velocity),
        late_ticks=tick.late_ticks,
        halted_s=_halted_s(tick, latched),
    )


def _events(tick: Tick, latched: int) -> list[Event]:
    """What holds at the end of the tick, for the table."""
    events = []
    if latched == 0:
        events.append(Event.CLEAR)
        if not tick.moving:
            events.append(Event.PARKED)
            if not tick.standing & ~_GATEWAY_DEAD:
                events.append(Event.READY)
    else:
        if latched & INTERNAL:
            events.append(Event.FAILED)
        if latched & SEVERE:
            events.append(Event.HALTED)
        if latched & SOFT:
            events.append(Event.STOPPED)
    if not tick.moving:
        events.append(Event.RESTED)
    if tick.armed:
        events.append(Event.ARMED)
    if tick.disarmed:
        events.append(Event.DISARMED)
    return events


def _drive(tick: Tick, state: State) -> Velocity:
    velocity, limits = tick.before.velocity, tick.limits
    if state is State.ACTIVE:
        return approach(
            velocity,
            guarded(tick.stream.wanted, tick.inputs.seen, limits),
            acceleration=limits.acceleration,
            deceleration=limits.deceleration,
            elapsed_s=tick.inputs.elapsed_s,
        )
    fast = state in (State.HALTED, State.FAULT)
    rates = limits.fast_deceleration if fast else limits.deceleration
    return brake(velocity, rates, elapsed_s=tick.inputs.elapsed_s)


def _sound(velocity: Velocity, limits: Limits) -> bool:
    """True when every axis is finite and within its cap (a hair above is rounding)."""
    for speed, cap in zip(velocity, limits.max_velocity, strict=True):
        if not abs(speed) <= cap * (1.0 + 1e-9):
            return False
    return True


def _overspeed_s(tick: Tick, state: State, velocity: Velocity) -> float:
    """How long the base has been faster than commanded; a base that is braked may lag behind."""
    seen, commanded = tick.inputs.seen, tick.before.velocity
    if state is not State.ACTIVE or not overspeed(seen, commanded, tick.limits):
        return 0.0
    braking = any(abs(now) < abs(was) for now, was in zip(velocity, commanded, strict=True))
    return tick.before.overspeed_s + (0.0 if braking else tick.inputs.elapsed_s)


def _halted_s(tick: Tick, latched: int) -> float:
    """How long a severe cause has stood; infinite once the power is to be taken away."""
    if not latched & SEVERE:
        return 0.0
    halted = tick.before.halted_s + tick.inputs.elapsed_s
    return halted if halted <= tick.limits.power_off_after_s else inf


def _outcome(tick: Tick, after: MachineState) -> Outcome:
    active = after.state is State.ACTIVE
    gap = _COMMAND_GAP if active and after.stream.gap else 0
    requests = tick.inputs.requests
    return Outcome(
        state=after.state,
        causes=after.latched | gap,
        velocity=after.velocity,
        acks=tick.acks if active else refused(tick.acks),
        replies=tuple(_reply(tick, index, after) for index in range(len(requests))),
        power_off=after.halted_s > tick.limits.power_off_after_s,
    )


def _reply(tick: Tick, index: int, after: MachineState) -> Reply:
    """The reply to a request, taken back when the same tick brought a stop after it."""
    reply, request = tick.replies[index], tick.inputs.requests[index]
    if not reply.success:
        return reply
    armed_in_vain = isinstance(request, Arm) and request.arm and after.state is not State.ACTIVE
    if armed_in_vain or (isinstance(request, Reset) and after.latched):
        return Reply(False, in_words(after.latched) or "disarmed in the same moment")
    return reply
