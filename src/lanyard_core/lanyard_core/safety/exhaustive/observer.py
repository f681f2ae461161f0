"""A witness of the machine: it sees only what goes in and comes out, and keeps its own account.

The machine remembers how old things are and decides by that; a check that asked the machine's own
memory would believe a machine that remembers wrongly. So the witness counts by itself, from the
inputs and the answers, in code that shares nothing with the machine's.
"""

from __future__ import annotations

from math import inf, isfinite
from typing import NamedTuple

from lanyard_core.safety.exhaustive.model import NEW
from lanyard_core.safety.limits import Limits
from lanyard_core.safety.machine import MachineState
from lanyard_core.safety.states import AckStatus, State
from lanyard_core.safety.values import Command, Inputs, Outcome

OBEYED = (AckStatus.OK, AckStatus.CLAMPED)


class Witness(NamedTuple):
    """The account so far.

    Of the session that holds the lease: ``silence`` since its last heartbeat or its grant,
    whether one was ``heard``; ``command``, the age of its newest good command, and ``neutral``,
    whether that asked for rest; ``numbered``, whether it has sent any command; ``owes``, whether
    it was silent for too long while armed and has sent nothing neutral since. Of the world: how
    many ticks in a row were ``late``, and how long the base has been ``fast``, braking apart.
    """

    silence: float = 0.0
    heard: bool = False
    command: float = inf
    neutral: bool = False
    numbered: bool = False
    owes: bool = False
    late: int = 0
    fast: float = 0.0


FAST = 5.0  # m/s: no model drives at this speed


def watch(
    witness: Witness,
    before: MachineState,
    inputs: Inputs,
    after: MachineState,
    outcome: Outcome,
    limits: Limits,
) -> Witness:
    """The account after one more transition."""
    late = min(witness.late + 1, limits.late_ticks) if inputs.late_s > limits.late_tick_s else 0
    fast = 0.0
    if after.state is State.ACTIVE and inputs.seen.linear_speed > FAST:
        braking = abs(after.velocity[0]) < abs(before.velocity[0])
        fast = witness.fast + (0.0 if braking else inputs.elapsed_s)
    lease, held = after.authority.lease, before.authority.lease
    if lease is None:
        return Witness(late=late, fast=fast)
    known = witness if held is not None and held.session == lease.session else Witness()
    silence, heard = known.silence + inputs.elapsed_s, known.heard
    for beat in inputs.beats:
        if beat.session == lease.session and (beat.seq >= NEW or not heard):
            silence, heard = 0.0, True
    stream = _commands(known, before, inputs, after, outcome, limits)
    return Witness(silence, heard, *stream, late, fast)


def _commands(
    known: Witness,
    before: MachineState,
    inputs: Inputs,
    after: MachineState,
    outcome: Outcome,
    limits: Limits,
) -> tuple[float, bool, bool, bool]:
    """The account of the session's commands: command, neutral, numbered, owes."""
    lease = after.authority.lease
    session = lease.session if lease is not None else 0
    command, neutral, numbered, owes = known.command, known.neutral, known.numbered, known.owes
    armed = before.state is State.ACTIVE
    command += inputs.elapsed_s
    owes = owes or (armed and command > limits.command_gap_s)
    for one, ack in zip(inputs.commands, outcome.acks, strict=True):
        if one.session != session:
            continue
        counts = (one.seq >= NEW or not numbered) and good(one, limits)
        numbered = True
        rests = not any(one.velocity)
        if counts and not (armed and owes and not rests):
            command, neutral, owes = one.age_s, rests, owes and not rests
        elif not armed and ack.status is AckStatus.INVALID:
            neutral = False
    if command > max(limits.command_gap_s, limits.neutral_max_age_s):
        command, neutral = inf, False
    return command, neutral, numbered, owes and after.state is State.ACTIVE


def good(command: Command, limits: Limits) -> bool:
    """True when a command's values and ages are as they must be, its session and number apart."""
    return (
        all(map(isfinite, command.velocity))
        and all(
            abs(speed) <= cap * limits.hard_cap_factor
            for speed, cap in zip(command.velocity, limits.max_velocity, strict=True)
        )
        and command.age_s <= limits.command_max_age_s
        and -limits.command_max_ahead_s <= command.stamp_age_s <= limits.command_max_age_s
    )
