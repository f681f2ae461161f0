"""The machine in small units, and what may happen to it: one alphabet of moves per scope.

One tick lasts 1 s, speeds are whole numbers of m/s, and time-outs are one or two ticks: the same
code then has finitely many states. Sequence numbers and request ids are only ever compared, so a
state may be renumbered without changing its future (``canonical``); soft causes that are events,
once latched, are never told apart, so they count as one. A test holds the step function to both
claims.

Each scope walks the whole machine under its own alphabet of moves.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from lanyard_core.safety.limits import Limits
from lanyard_core.safety.machine import MachineState
from lanyard_core.safety.states import Cause, Priority, StopKind
from lanyard_core.safety.values import (
    Acquire,
    Arm,
    Beat,
    Command,
    Inputs,
    Observation,
    Request,
    Reset,
    Stop,
    StopInput,
)

TICK = 1.0
LIMITS = Limits(
    max_velocity=(3.0, 0.0, 1.0),
    acceleration=(1.0, 1.0, 1.0),
    deceleration=(1.0, 1.0, 1.0),
    fast_deceleration=(2.0, 2.0, 2.0),
    reduced_speed_factor=1.0 / 3.0,
    command_gap_s=2.0,
    command_max_age_s=0.5,
    command_max_ahead_s=0.5,
    neutral_max_age_s=1.0,
    heartbeat_timeout_s=3.0,
    gateway_timeout_s=1.0,
    odometry_timeout_s=1.0,
    tf_timeout_s=1.0,
    stop_input_timeout_s=1.0,
    overrun_gap_s=1.0,
    late_tick_s=0.5,
    late_ticks=3,
    strikes=3,
    strike_window_s=2.0,
    overspeed_time_s=2.0,
    power_off_after_s=1.0,
    hard_cap_factor=2.0,
)

# Shorter time-outs, where the moves are many.
SHORT = replace(
    LIMITS,
    command_gap_s=1.0,
    heartbeat_timeout_s=2.0,
    late_ticks=2,
    strikes=2,
    strike_window_s=1.0,
)
# Longer ones, and a faster robot, where they are few.
LONG = replace(
    LIMITS,
    max_velocity=(10.0, 0.0, 1.0),
    deceleration=(2.0, 2.0, 2.0),
    fast_deceleration=(4.0, 4.0, 4.0),
    reduced_speed_factor=0.5,
    heartbeat_timeout_s=17.0,
    command_gap_s=6.0,
    neutral_max_age_s=4.0,
    power_off_after_s=4.0,
)

CALM = Observation(odometry_age_s=0.0, tf_age_s=0.0, gateway_age_s=0.0)
WIRED = replace(CALM, stop_input=StopInput.RELEASED, stop_input_age_s=0.0)

# A session of the model is 0 (nobody), 1 or 2; numbers below and above stand for all others.
NEW, SAME, OLD = 2, 1, 0
SESSIONS = (0, 1, 2)


class Move(NamedTuple):
    """One thing that can happen in a tick: the inputs, and a name for traces."""

    label: str
    inputs: Inputs


class Scope(NamedTuple):
    """One walk: its name and what it looks at, and the moves for each session that may hold."""

    name: str
    about: str
    moves: dict[int, tuple[Move, ...]]
    limits: Limits


def canonical(machine: MachineState) -> MachineState:
    """The representative of all states that differ from ``machine`` in numbering only."""
    authority, stream, latched = machine.authority, machine.stream, machine.latched
    beat_seq, seq = min(authority.beat_seq, SAME), min(stream.seq, SAME)
    resets = machine.resets[:1] and (SAME,)
    if latched & _ALIKE:
        latched = latched & ~_ALIKE | _REPRESENTATIVE
    if beat_seq != authority.beat_seq:
        machine = machine._replace(authority=authority._replace(beat_seq=beat_seq))
    if seq != stream.seq:
        machine = machine._replace(stream=stream._replace(seq=seq))
    if (resets, latched) != (machine.resets, machine.latched):
        machine = machine._replace(resets=resets, latched=latched)
    return machine


_REPRESENTATIVE = int(Cause.STOP_REQUEST)
_ALIKE = int(
    Cause.HEARTBEAT_LOST
    | Cause.ACK_LATE
    | Cause.COMMAND_INVALID
    | Cause.SEQUENCE
    | Cause.AUTHORITY_LOST
    | Cause.LIMIT
    | Cause.STOP_REQUEST
)


# Letters: what a move is made of. Each takes the session that holds the lease, or 0.


def command(
    x: float, session: int, *, seq: int = NEW, stamp_age: float = 0.0, **more: float
) -> Command:
    """A command of ``session`` (of nobody's, when that is 0) that asks for ``x``."""
    return Command(
        session or 1, seq, more.get("age", 0.0), stamp_age, (x, 0.0, more.get("yaw", 0.0))
    )


def foreign(session: int) -> int:
    """A session that does not hold the lease, such as the one before."""
    return 2 if session == 1 else 1


def acquire(priority: Priority, session: int, *, take: bool = False) -> Acquire:
    """Ask for the lease; only an operator asks for full speed."""
    return Acquire(
        priority.name, priority, take, priority is Priority.OPERATOR, nonce=foreign(session)
    )


def arm(session: int) -> Arm:
    """Arm the session."""
    return Arm(session or 1, arm=True)


def disarm(session: int) -> Arm:
    """Disarm the session."""
    return Arm(session or 1, arm=False)


STOP = Stop(StopKind.SAFE_STOP)
HALT = Stop(StopKind.HALT)
RESET = Reset(NEW, may_reset_severe=True)
SOFT_RESET = Reset(NEW, may_reset_severe=False)
HELD_RESET = Reset(SAME, may_reset_severe=True)


def move(
    label: str,
    *requests: Request,
    commands: tuple[Command, ...] = (),
    beat: int = 0,
    seen: Observation = CALM,
    beat_seq: int = NEW,
    elapsed: float = TICK,
    **inputs: object,
) -> Move:
    """One move; ``beat`` is the session whose heartbeat comes, 0 for none."""
    beats = (Beat(beat, beat_seq, 0.0),) if beat else ()
    return Move(
        label,
        Inputs(elapsed, seen, commands=commands, beats=beats, requests=requests, **inputs),  # type: ignore[arg-type]
    )
