"""Properties of stopping and of resetting: what stops the robot, and what lets it go again."""

from __future__ import annotations

from lanyard_core.safety.causes import INTERNAL, SEVERE
from lanyard_core.safety.exhaustive.transition import (
    Transition,
    always,
    blind,
    cleared,
    deserted,
    healthy,
    requested,
    was_armed,
    whenever,
)
from lanyard_core.safety.states import AckStatus, Cause, State, StopKind
from lanyard_core.safety.values import Reset, Stop, StopInput

# Which states may follow which, in one tick.
FOLLOWING = {
    State.STARTING: {State.STARTING, State.IDLE, State.HALTED, State.FAULT},
    State.IDLE: {State.IDLE, State.ACTIVE, State.SAFE_STOP, State.HALTED, State.FAULT},
    State.ACTIVE: set(State) - {State.STARTING},
    State.STOPPING: {State.STOPPING, State.SAFE_STOP, State.IDLE, State.HALTED, State.FAULT},
    State.SAFE_STOP: {State.SAFE_STOP, State.IDLE, State.HALTED, State.FAULT},
    State.HALTED: {State.HALTED, State.FAULT, State.STARTING, State.IDLE},
    State.FAULT: {State.FAULT, State.STARTING, State.IDLE, State.HALTED},
}
_SHUTDOWN = int(Cause.SHUTDOWN)
_SENSOR_LOST = int(Cause.SENSOR_LOST)
_STOP_INPUT = int(Cause.STOP_INPUT)
_STOP_REQUEST = int(Cause.STOP_REQUEST)


@whenever(requested)
def a_stop_request_is_latched(t: Transition) -> bool:
    """Every stop request ends in a latched cause of its kind, in its own tick."""
    return all(
        t.after.latched & (SEVERE if request.kind is StopKind.HALT else _STOP_REQUEST)
        for request in t.inputs.requests
        if isinstance(request, Stop)
    )


@whenever(always)
def failures_and_shutdown_are_latched(t: Transition) -> bool:
    """An internal failure, or the end of the process, is latched in its own tick."""
    wanted = int(t.inputs.failures)
    if t.inputs.shutdown:
        wanted |= _SHUTDOWN
    return t.after.latched & wanted == wanted


@whenever(was_armed)
def a_lost_sensor_stops_an_armed_robot(t: Transition) -> bool:
    """Blind, or deserted by the gateway that it needs, the robot is no longer ACTIVE."""
    if blind(t) and not t.after.latched & _SENSOR_LOST:
        return False
    return not deserted(t) or t.after.state is not State.ACTIVE


@whenever(was_armed)
def a_bad_value_of_the_holder_stops_an_armed_robot(t: Transition) -> bool:
    """A value that is not finite, or insane, from the holder ends ACTIVE in its own tick."""
    lease = t.after.authority.lease
    if lease is None or t.after.state is not State.ACTIVE:
        return True
    hard = t.limits.max_velocity[0] * t.limits.hard_cap_factor
    return not any(
        command.session == lease.session
        and ack.status is AckStatus.INVALID
        and not abs(command.velocity[0]) <= hard
        for command, ack in zip(t.inputs.commands, t.outcome.acks, strict=True)
    )


@whenever(always)
def an_overrun_stops_a_robot_that_may_move(t: Transition) -> bool:
    """One long gap, or late ticks in a row, while the robot may move, are a FAULT."""
    over = t.inputs.elapsed_s > t.limits.overrun_gap_s or t.knows.late >= t.limits.late_ticks
    may_move = t.before.state is State.ACTIVE or any(t.before.velocity)
    return not (over and may_move) or t.after.state is State.FAULT


@whenever(always)
def a_pressed_or_silent_stop_input_halts(t: Transition) -> bool:
    """Pressed or, once it was heard, silent: HALTED in the same tick, unless FAULT already."""
    seen = t.inputs.seen
    if seen.stop_input is StopInput.NOT_WIRED:
        return True
    heard = t.before.state is not State.STARTING
    silent = heard and seen.stop_input_age_s > t.limits.stop_input_timeout_s
    pressed = seen.stop_input is StopInput.PRESSED
    return not (pressed or silent) or t.after.state in (State.HALTED, State.FAULT)


@whenever(was_armed)
def too_fast_for_too_long_stops(t: Transition) -> bool:
    """An armed robot that was measured too fast for longer than allowed is stopped."""
    return t.known.fast <= t.limits.overspeed_time_s or t.after.state is not State.ACTIVE


@whenever(was_armed)
def a_healthy_session_is_not_stopped(t: Transition) -> bool:
    """No false stop: good commands, heartbeats and senses keep an armed robot ACTIVE."""
    return t.after.state is State.ACTIVE or not healthy(t)


@whenever(always)
def causes_decide_the_state(t: Transition) -> bool:
    """The most severe latched cause decides; no cause, no stopped state."""
    latched, state = t.after.latched, t.after.state
    if latched & INTERNAL:
        return state is State.FAULT
    if latched & SEVERE:
        return state is State.HALTED
    if latched:
        return state in (State.STOPPING, State.SAFE_STOP, State.STARTING)
    return state not in (State.SAFE_STOP, State.HALTED, State.FAULT)


@whenever(cleared)
def only_a_reset_clears_a_cause(t: Transition) -> bool:
    """A latched bit goes away only in a tick with a reset whose id has not acted before."""
    return any(
        isinstance(request, Reset) and request.request_id not in t.before.resets
        for request in t.inputs.requests
    )


@whenever(cleared)
def a_reset_clears_only_what_it_may(t: Transition) -> bool:
    """Not while moving, not without the role, not while the condition stands."""
    gone = t.before.latched & ~t.after.latched
    allowed = any(isinstance(r, Reset) and r.may_reset_severe for r in t.inputs.requests)
    return not (
        any(t.before.velocity)
        or (gone & (SEVERE | INTERNAL) and not allowed)
        or gone & _SHUTDOWN
        or (gone & _SENSOR_LOST and blind(t))
        or (gone & _STOP_INPUT and t.inputs.seen.stop_input is StopInput.PRESSED)
    )


@whenever(cleared)
def a_reset_moves_nothing(t: Transition) -> bool:
    """A tick that clears a cause ends at rest, and not in ACTIVE."""
    return not any(t.after.velocity) and t.after.state is not State.ACTIVE


@whenever(cleared)
def a_severe_stop_is_left_through_the_self_test(t: Transition) -> bool:
    """From HALTED and FAULT the way to IDLE leads past fresh sensors and a released stop input."""
    if t.before.state not in (State.HALTED, State.FAULT) or t.after.state is not State.IDLE:
        return True
    seen = t.inputs.seen
    wired = seen.stop_input is not StopInput.NOT_WIRED
    silent = seen.stop_input_age_s > t.limits.stop_input_timeout_s
    return not blind(t) and seen.stop_input is not StopInput.PRESSED and not (wired and silent)


@whenever(always)
def the_table_is_kept(t: Transition) -> bool:
    """No state is followed by one that the requirements do not name."""
    return t.after.state in FOLLOWING[t.before.state]


@whenever(always)
def power_is_taken_only_from_a_halted_robot(t: Transition) -> bool:
    """The power-off request stands only while a severe cause does."""
    return not t.outcome.power_off or t.after.latched & SEVERE != 0
