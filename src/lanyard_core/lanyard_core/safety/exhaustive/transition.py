"""One transition of the machine, as the properties see it, and the questions they ask of it.

``whenever`` binds a property to the condition under which it says something, so that a walk of a
million transitions does not ask a million times about the arming of a robot that nobody armed.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import NamedTuple

from lanyard_core.safety.exhaustive.observer import FAST, Witness, good
from lanyard_core.safety.limits import Limits
from lanyard_core.safety.machine import MachineState
from lanyard_core.safety.states import Priority, State
from lanyard_core.safety.values import Inputs, Outcome, Release, Reset, Stop, StopInput


class Transition(NamedTuple):
    """One step: what was, what came in, what is, what was answered; and the witness's account."""

    before: MachineState
    known: Witness  # before
    inputs: Inputs
    after: MachineState
    outcome: Outcome
    knows: Witness  # after
    limits: Limits


Predicate = Callable[[Transition], bool]

# Every property, by the condition under which it must hold.
REQUIREMENTS: dict[Predicate, list[Predicate]] = {}


def whenever(condition: Predicate) -> Callable[[Predicate], Predicate]:
    """Declare a property: when ``condition`` holds on a transition, the function must, too."""

    def declare(holds: Predicate) -> Predicate:
        REQUIREMENTS.setdefault(condition, []).append(holds)
        return holds

    return declare


def always(_: Transition) -> bool:
    """On every transition."""
    return True


def faster(t: Transition) -> bool:
    """The robot gained speed."""
    return abs(t.after.velocity[0]) > abs(t.before.velocity[0])


def was_moving(t: Transition) -> bool:
    """The robot was moving."""
    return t.before.velocity[0] != 0.0


def was_armed(t: Transition) -> bool:
    """The robot was ACTIVE."""
    return t.before.state is State.ACTIVE


def is_armed(t: Transition) -> bool:
    """The robot is ACTIVE now."""
    return t.after.state is State.ACTIVE


def begins(t: Transition) -> bool:
    """The robot became ACTIVE."""
    return t.after.state is State.ACTIVE and t.before.state is not State.ACTIVE


def cleared(t: Transition) -> bool:
    """A latched cause went away."""
    return t.before.latched & ~t.after.latched != 0


def handed_over(t: Transition) -> bool:
    """The lease was granted, taken, released, or it expired."""
    return t.before.authority.lease != t.after.authority.lease


def commanded(t: Transition) -> bool:
    """Commands came."""
    return bool(t.inputs.commands)


def requested(t: Transition) -> bool:
    """Requests came."""
    return bool(t.inputs.requests)


def released(t: Transition) -> bool:
    """The holder gave its lease back."""
    old = t.before.authority.lease
    return old is not None and any(
        isinstance(r, Release) and r.session == old.session for r in t.inputs.requests
    )


def blind(t: Transition) -> bool:
    """A sensor is silent or not finite."""
    seen, limits = t.inputs.seen, t.limits
    return (
        seen.odometry_age_s > limits.odometry_timeout_s
        or seen.tf_age_s > limits.tf_timeout_s
        or not isfinite(seen.linear_speed)
    )


def deserted(t: Transition) -> bool:
    """The gateway is silent, and the session that holds the lease comes through it."""
    lease = t.after.authority.lease
    through = lease is not None and lease.priority in (Priority.OPERATOR, Priority.SUPERVISOR)
    return through and t.inputs.seen.gateway_age_s > t.limits.gateway_timeout_s


def troubled(t: Transition) -> bool:
    """Anything in this tick that may stop the robot by itself."""
    inputs, limits = t.inputs, t.limits
    return (
        blind(t)
        or deserted(t)
        or inputs.seen.linear_speed > FAST
        or t.known.fast > limits.overspeed_time_s
        or inputs.elapsed_s > limits.overrun_gap_s
        or inputs.late_s > limits.late_tick_s
        or bool(inputs.failures)
        or inputs.shutdown
        or inputs.seen.stop_input is StopInput.PRESSED
        or (
            inputs.seen.stop_input is not StopInput.NOT_WIRED
            and inputs.seen.stop_input_age_s > limits.stop_input_timeout_s
        )
        or any(isinstance(r, Stop) for r in inputs.requests)
        or any(not good(c, limits) for c in inputs.commands)
    )


def healthy(t: Transition) -> bool:
    """Nothing in this tick, nor its absence, is a reason to stop an armed robot."""
    if troubled(t):
        return False
    asked = any(not isinstance(r, Reset) for r in t.inputs.requests)
    repeated = any(c.seq <= 1 for c in t.inputs.commands)
    kept = t.known.silence + t.inputs.elapsed_s <= t.limits.heartbeat_timeout_s
    return kept and not asked and not repeated
