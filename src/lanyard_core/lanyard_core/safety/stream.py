"""The command stream of the lease's holder: which command counts, and when it is silent.

A command counts when its session holds the lease, its number rises, its values are sane, and it is
fresh by our clock and by its stamp. Everybody else's commands have no effect but their
acknowledgement. Silence longer than the command gap asks for rest, and for one neutral command
before anything moves again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from math import inf, isfinite
from typing import NamedTuple

from lanyard_core.safety.authority import Lease
from lanyard_core.safety.limits import Limits, caps
from lanyard_core.safety.ramp import clamp, inward_only, without_dust
from lanyard_core.safety.states import AckStatus, Cause, State
from lanyard_core.safety.values import BASE_AXES, Ack, Command, Observation, Velocity

_COMMAND_INVALID = int(Cause.COMMAND_INVALID)
_SEQUENCE = int(Cause.SEQUENCE)

# What a command that is good in itself is told in the states that do not obey commands.
_NOT_OBEYED = {
    State.STARTING: AckStatus.NOT_ARMED,
    State.IDLE: AckStatus.NOT_ARMED,
    State.STOPPING: AckStatus.SAFE_STOP,
    State.SAFE_STOP: AckStatus.SAFE_STOP,
    State.HALTED: AckStatus.SAFE_STOP,
    State.FAULT: AckStatus.SAFE_STOP,
}


class Stream(NamedTuple):
    """What is remembered of a session's commands.

    ``wanted`` is the velocity that the newest good command asked for, ``age_s`` the age of that
    command. ``repeats`` and ``malformed`` are the ages of recent offences while ACTIVE.
    """

    wanted: Velocity
    age_s: float = inf
    seq: int = 0
    gap: bool = False
    repeats: tuple[float, ...] = ()
    malformed: tuple[float, ...] = ()

    @property
    def neutral(self) -> bool:
        """True when the newest good command asked for rest."""
        return not any(self.wanted)


class Judgement(NamedTuple):
    """The stream after its commands, one acknowledgement each, and the causes they raised."""

    stream: Stream
    acks: tuple[Ack, ...]
    causes: int


def judge(
    stream: Stream,
    commands: Sequence[Command],
    lease: Lease | None,
    seen: Observation,
    limits: Limits,
    *,
    state: State,
    elapsed_s: float,
) -> Judgement:
    """Age the stream, then judge the commands in the order in which they came."""
    stream = _aged(stream, elapsed_s, limits, state=state)
    if not commands:
        return Judgement(_silenced(stream, limits, state=state), (), 0)
    bench = _Judge(stream, lease, seen, limits, state)
    statuses: list[AckStatus] = []
    for command in commands:
        status = bench.status(command)
        if status in _OBEYED:
            statuses = [AckStatus.SUPERSEDED if s in _OBEYED else s for s in statuses]
        statuses.append(status)
    acks = tuple(
        Ack(command.session, command.seq, status)
        for command, status in zip(commands, statuses, strict=True)
    )
    return Judgement(_silenced(bench.stream(), limits, state=state), acks, bench.causes)


_OBEYED = (AckStatus.OK, AckStatus.CLAMPED)


def refused(acks: Iterable[Ack]) -> tuple[Ack, ...]:
    """``acks`` of a tick that ended in a stop after all: nothing in it was obeyed."""
    return tuple(
        Ack(ack.session, ack.seq, AckStatus.SAFE_STOP) if ack.status in _OBEYED else ack
        for ack in acks
    )


class _Judge:
    """The commands of one tick; lives no longer than that."""

    def __init__(
        self, stream: Stream, lease: Lease | None, seen: Observation, limits: Limits, state: State
    ) -> None:
        self.causes = 0
        self._wanted, self._age_s, self._seq, self._gap = stream[:4]
        self._repeats, self._malformed = stream.repeats, stream.malformed
        self._lease = lease
        self._seen = seen
        self._limits = limits
        self._state = state
        self._active = state is State.ACTIVE

    def stream(self) -> Stream:
        """What is remembered after the commands so far."""
        return Stream(
            self._wanted, self._age_s, self._seq, self._gap, self._repeats, self._malformed
        )

    def status(self, command: Command) -> AckStatus:
        """What becomes of ``command``; remembers what must be remembered of it."""
        lease, limits = self._lease, self._limits
        if lease is None or command.session != lease.session:
            return AckStatus.LEASE_LOST
        if command.seq <= self._seq:
            return self._repeated(command)
        self._seq = command.seq
        velocity = _over_all_axes(command.velocity, limits)
        flaw = _flaw(command, velocity, limits)
        if flaw is not None:
            self._flawed(flaw)
            return AckStatus.INVALID
        if not (
            command.age_s <= limits.command_max_age_s
            and -limits.command_max_ahead_s <= command.stamp_age_s <= limits.command_max_age_s
        ):
            return AckStatus.STALE
        wanted, clamped = clamp(without_dust(velocity), caps(limits, full_speed=lease.full_speed))
        if self._active:
            return self._obeyed(command, wanted, clamped=clamped)
        self._wanted, self._age_s = wanted, command.age_s
        return _NOT_OBEYED[self._state]

    def _obeyed(self, command: Command, wanted: Velocity, *, clamped: bool) -> AckStatus:
        self._gap = self._gap or self._age_s - command.age_s > self._limits.command_gap_s
        if self._gap and any(wanted):
            return AckStatus.NOT_ARMED
        self._wanted, self._age_s, self._gap = wanted, command.age_s, False
        clamped = clamped or guarded(wanted, self._seen, self._limits) != wanted
        return AckStatus.CLAMPED if clamped else AckStatus.OK

    def _repeated(self, command: Command) -> AckStatus:
        if self._active:
            self._repeats = (*self._repeats, 0.0)
            if len(self._repeats) >= self._limits.strikes:
                self.causes |= _SEQUENCE
        return AckStatus.DUPLICATE if command.seq == self._seq else AckStatus.OUT_OF_ORDER

    def _flawed(self, flaw: _Flaw) -> None:
        if not self._active:
            self._wanted, self._age_s = self._limits.rest, inf  # what was neutral is so no longer
            return
        if flaw is _Flaw.MALFORMED:
            self._malformed = (*self._malformed, 0.0)
            if len(self._malformed) < self._limits.strikes:
                return
        self.causes |= _COMMAND_INVALID


class _Flaw(Enum):
    """What is wrong with a command's values."""

    INSANE = "not finite, or beyond the hard cap: the sender is broken, stop at once"
    MALFORMED = "for axes that this robot does not have: stop when it happens again and again"


def _flaw(command: Command, velocity: Velocity, limits: Limits) -> _Flaw | None:
    if not all(map(isfinite, velocity)) or not all(map(isfinite, command.other_axes)):
        return _Flaw.INSANE
    if len(velocity) != limits.axes or any(command.other_axes):
        return _Flaw.MALFORMED
    hard = limits.hard_cap_factor
    for speed, cap in zip(velocity, limits.max_velocity, strict=True):
        if cap == 0.0 and speed:
            return _Flaw.MALFORMED
        if abs(speed) > hard * cap:
            return _Flaw.INSANE
    return None


def _over_all_axes(velocity: Velocity, limits: Limits) -> Velocity:
    """``velocity`` with the joints at rest when it names the base only."""
    if len(velocity) == BASE_AXES:
        return velocity + limits.rest[BASE_AXES:]
    return velocity


def guarded(wanted: Velocity, seen: Observation, limits: Limits) -> Velocity:
    """``wanted`` without any joint motion that leads further into a margin."""
    if len(seen.joint_positions) != limits.axes - BASE_AXES:
        return wanted[:BASE_AXES] + limits.rest[BASE_AXES:]
    return inward_only(
        wanted,
        seen.joint_positions,
        limits.joint_lower,
        limits.joint_upper,
        margin=limits.joint_margin_rad,
    )


def _silenced(stream: Stream, limits: Limits, *, state: State) -> Stream:
    """``stream``, asking for rest when the newest good command of an armed session is too old."""
    if state is State.ACTIVE and (stream.gap or stream.age_s > limits.command_gap_s):
        return stream._replace(gap=True, wanted=limits.rest)
    return stream


def _aged(stream: Stream, elapsed_s: float, limits: Limits, *, state: State) -> Stream:
    age = stream.age_s + elapsed_s
    wanted = stream.wanted
    if state is not State.ACTIVE:
        if age > limits.neutral_max_age_s:  # too old for anything: as good as never
            age, wanted = inf, limits.rest
        return Stream(wanted, age, stream.seq)
    if age > limits.command_gap_s + limits.command_max_age_s:
        age = inf
    window = limits.strike_window_s
    return Stream(
        wanted,
        age,
        stream.seq,
        stream.gap,
        tuple(a + elapsed_s for a in stream.repeats if a + elapsed_s <= window),
        tuple(a + elapsed_s for a in stream.malformed if a + elapsed_s <= window),
    )
