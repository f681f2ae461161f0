"""Properties of speed and of arming: when the robot may move, and how."""

from __future__ import annotations

from math import isfinite

from lanyard_core.safety.exhaustive.transition import (
    Transition,
    always,
    begins,
    blind,
    deserted,
    faster,
    is_armed,
    was_moving,
    whenever,
)
from lanyard_core.safety.states import State
from lanyard_core.safety.values import Arm

RESTING = (State.STARTING, State.IDLE, State.SAFE_STOP)
ENDING = (State.STOPPING, State.HALTED, State.FAULT)
ROUNDING = 1e-9


@whenever(always)
def a_resting_state_has_no_speed(t: Transition) -> bool:
    """Speed is other than 0 only in ACTIVE, STOPPING, HALTED and FAULT."""
    return t.after.state not in RESTING or not any(t.after.velocity)


@whenever(faster)
def only_active_gains_speed(t: Transition) -> bool:
    """Speed rises only in ACTIVE."""
    return t.after.state is State.ACTIVE


@whenever(faster)
def speed_rises_only_for_a_heard_holder(t: Transition) -> bool:
    """Speed rises only under a lease whose heartbeat is fresh."""
    fresh = t.knows.silence <= t.limits.heartbeat_timeout_s
    return t.after.authority.lease is not None and t.knows.heard and fresh


@whenever(faster)
def speed_rises_only_by_a_fresh_command(t: Transition) -> bool:
    """The newest good command is within the gap, and asks for speed."""
    return t.knows.command <= t.limits.command_gap_s and not t.knows.neutral


@whenever(faster)
def after_a_gap_comes_a_neutral_command_first(t: Transition) -> bool:
    """A silence longer than the gap ends motion until a neutral command came."""
    return not t.knows.owes


@whenever(was_moving)
def a_silent_session_slows_down(t: Transition) -> bool:
    """With the gap exceeded, the robot is slower after each tick, until it rests."""
    owes = t.knows.owes and t.after.state is State.ACTIVE
    return not owes or abs(t.after.velocity[0]) < abs(t.before.velocity[0])


@whenever(was_moving)
def a_stopping_robot_loses_speed_in_every_tick(t: Transition) -> bool:
    """From the tick that ends ACTIVE to rest: exactly the soft rate, or the fast one."""
    if t.after.state not in ENDING:
        return True
    fast = t.after.state is not State.STOPPING
    rate = (t.limits.fast_deceleration if fast else t.limits.deceleration)[0]
    expected = max(0.0, abs(t.before.velocity[0]) - rate * t.inputs.elapsed_s)
    return abs(abs(t.after.velocity[0]) - expected) < ROUNDING


@whenever(faster)
def speed_stays_within_its_cap(t: Transition) -> bool:
    """No speed rises above the cap, nor above the reduced one without full speed."""
    cap = t.limits.max_velocity[0]
    lease = t.after.authority.lease
    if lease is None or not lease.full_speed:
        cap *= t.limits.reduced_speed_factor
    return all(map(isfinite, t.after.velocity)) and abs(t.after.velocity[0]) <= cap + ROUNDING


@whenever(always)
def speed_changes_no_faster_than_its_rate(t: Transition) -> bool:
    """Each tick's change is within the acceleration or the deceleration that applies."""
    change = abs(t.after.velocity[0] - t.before.velocity[0])
    if change == 0.0:
        return True
    fast = t.after.state in (State.HALTED, State.FAULT)
    losing = t.limits.fast_deceleration[0] if fast else t.limits.deceleration[0]
    rate = t.limits.acceleration[0] if faster(t) else losing
    return change <= rate * t.inputs.elapsed_s + ROUNDING


@whenever(was_moving)
def a_reversal_passes_through_zero(t: Transition) -> bool:
    """No axis changes its sign within a tick."""
    return t.before.velocity[0] * t.after.velocity[0] >= 0.0


@whenever(begins)
def active_begins_only_by_arming(t: Transition) -> bool:
    """ACTIVE is entered only from IDLE, by an arming of the session that holds the lease."""
    lease = t.after.authority.lease
    asked = [r for r in t.inputs.requests if isinstance(r, Arm) and r.arm]
    return (
        t.before.state is State.IDLE
        and lease is not None
        and any(request.session == lease.session for request in asked)
    )


@whenever(begins)
def arming_needs_a_fresh_neutral_command(t: Transition) -> bool:
    """The newest good command asked for rest, not longer ago than the limit."""
    return t.knows.neutral and t.knows.command <= t.limits.neutral_max_age_s


@whenever(begins)
def arming_needs_a_heartbeat(t: Transition) -> bool:
    """A heartbeat of this session has come since its lease was granted."""
    return t.knows.heard


@whenever(begins)
def arming_needs_fresh_senses(t: Transition) -> bool:
    """No arming while a sensor, or a gateway that is needed, is silent."""
    return not blind(t) and not deserted(t)


@whenever(is_armed)
def active_means_a_lease_and_no_cause(t: Transition) -> bool:
    """ACTIVE without a holder, or with a cause standing, does not exist."""
    return t.after.authority.lease is not None and t.after.latched == 0
