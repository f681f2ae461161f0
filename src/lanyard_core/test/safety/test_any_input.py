"""Any sequence of any inputs: floats of every kind, jittered ticks, all axes.

What the exhaustive check leaves out, because it has whole numbers and one axis, is tried here at
random.
"""

import math
import random
import struct
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lanyard_core.safety.exhaustive.model import LIMITS as MODEL_LIMITS
from lanyard_core.safety.exhaustive.model import NEW, SAME, canonical
from lanyard_core.safety.exhaustive.scopes import scopes
from lanyard_core.safety.limits import caps
from lanyard_core.safety.machine import initial, step
from lanyard_core.safety.ramp import NEGLIGIBLE, approach, brake, clamp
from lanyard_core.safety.states import Cause, Priority, State, StopKind
from lanyard_core.safety.values import (
    Acquire,
    Arm,
    Beat,
    Command,
    Inputs,
    Observation,
    Release,
    Reset,
    Stop,
    StopInput,
)
from lanyard_core.safety.watch import missing, sensors_fresh

# The same cases in every run; a failure comes with the smallest case that shows it.
RUN = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

NASTY = st.sampled_from(
    [math.nan, math.inf, -math.inf, 5e-324, -5e-324, -0.0, 1e308, -1e308, 1e-7, struct.unpack(
        "<d", b"\x01\x00\x00\x00\x00\x00\xf0\x7f"
    )[0]]
)  # fmt: skip
SPEEDS = st.floats(-0.9, 0.9)
VALUES = st.one_of(SPEEDS, SPEEDS, SPEEDS, NASTY)
AGES = st.one_of(st.just(0.0), st.floats(0.0, 0.3), NASTY)
SESSIONS = st.integers(1, 3)

commands = st.builds(
    Command,
    session=SESSIONS,
    seq=st.integers(0, 300),
    age_s=st.one_of(st.just(0.0), st.floats(0.0, 0.2)),
    stamp_age_s=st.one_of(st.just(0.0), st.just(0.0), st.floats(-1.0, 1.0), NASTY),
    velocity=st.one_of(
        st.tuples(SPEEDS, st.just(0.0), SPEEDS, SPEEDS),
        st.tuples(SPEEDS, st.just(0.0), SPEEDS, SPEEDS),
        st.just((0.0, 0.0, 0.0, 0.0)),
        st.tuples(VALUES, VALUES, VALUES, VALUES),
        st.lists(VALUES, max_size=6).map(tuple),
    ),
    other_axes=st.one_of(st.just(()), st.tuples(VALUES, VALUES, VALUES)),
)
beats = st.builds(Beat, session=SESSIONS, seq=st.integers(0, 300), age_s=st.floats(0.0, 0.2))
requests = st.one_of(
    st.builds(
        Acquire,
        holder=st.just("somebody"),
        priority=st.sampled_from([*Priority, 7]),
        take=st.booleans(),
        full_speed=st.booleans(),
        nonce=SESSIONS,
    ),
    st.builds(Release, session=SESSIONS),
    st.builds(Arm, session=SESSIONS, arm=st.booleans()),
    st.builds(Reset, request_id=st.integers(1, 30), may_reset_severe=st.booleans()),
    st.builds(Stop, kind=st.sampled_from(StopKind)),
)
observations = st.builds(
    Observation,
    odometry_age_s=st.one_of(st.just(0.0), AGES),
    linear_speed=st.one_of(st.just(0.0), VALUES),
    angular_speed=st.one_of(st.just(0.0), VALUES),
    tf_age_s=st.one_of(st.just(0.0), AGES),
    joints_age_s=st.one_of(st.just(0.0), AGES),
    joint_positions=st.one_of(st.just((0.0,)), st.tuples(VALUES), st.just(())),
    gateway_age_s=st.one_of(st.just(0.0), AGES),
    stop_input=st.sampled_from(StopInput),
    stop_input_age_s=AGES,
)
# Mostly a healthy robot that is driven, so that the walk gets somewhere.
healthy = st.just(
    Observation(
        odometry_age_s=0.0,
        tf_age_s=0.0,
        joints_age_s=0.0,
        joint_positions=(0.0,),
        gateway_age_s=0.0,
    )
)
ticks = st.builds(
    Inputs,
    elapsed_s=st.one_of(st.just(0.002), st.floats(1e-6, 0.05)),
    seen=st.one_of(healthy, healthy, healthy, observations),
    late_s=st.one_of(st.just(0.0), st.floats(0.0, 0.02)),
    commands=st.lists(commands, max_size=3).map(tuple),
    beats=st.lists(beats, max_size=2).map(tuple),
    requests=st.lists(requests, max_size=2).map(tuple),
    failures=st.sampled_from([Cause.NONE] * 20 + [Cause.INTERNAL]),
    shutdown=st.sampled_from([False] * 30 + [True]),
)


def driven(machine, tick):
    """``tick``, with its commands and heartbeats mostly made the holder's own, and new."""
    lease = machine.authority.lease
    if lease is None:
        return tick
    own = [
        Command(lease.session, machine.stream.seq + n, c.age_s, c.stamp_age_s, c.velocity)
        for n, c in enumerate(tick.commands, start=1)
    ]
    beat = Beat(lease.session, machine.authority.beat_seq + 1, 0.0)
    arm = Arm(lease.session, arm=True)
    armed = (*tick.requests, arm) if machine.state is State.IDLE else tick.requests
    return Inputs(
        elapsed_s=tick.elapsed_s,
        seen=tick.seen,
        late_s=tick.late_s,
        commands=tuple(own) if tick.commands else (),
        beats=(*tick.beats, beat),
        requests=armed,
        failures=tick.failures,
        shutdown=tick.shutdown,
    )


def rate(limits, axis, *, gaining, state):
    if gaining:
        return limits.acceleration[axis]
    fast = state in (State.HALTED, State.FAULT)
    return (limits.fast_deceleration if fast else limits.deceleration)[axis]


def check(before, inputs, after, outcome, limits):
    assert len(outcome.acks) == len(inputs.commands)
    assert len(outcome.replies) == len(inputs.requests)
    lease = after.authority.lease
    for axis, (was, now) in enumerate(zip(before.velocity, after.velocity, strict=True)):
        gaining = abs(now) > abs(was)
        assert math.isfinite(now)
        assert was * now >= 0.0
        allowed = rate(limits, axis, gaining=gaining, state=after.state) * inputs.elapsed_s
        assert abs(now - was) <= allowed * (1 + 1e-9) + 1e-12
        if gaining:
            assert after.state is State.ACTIVE
            assert lease is not None
            assert abs(now) <= caps(limits, full_speed=lease.full_speed)[axis] * (1 + 1e-9)
    if after.state in (State.STARTING, State.IDLE, State.SAFE_STOP):
        assert not any(after.velocity)
    assert (after.state is State.ACTIVE) <= (lease is not None and after.latched == 0)


@RUN
@given(st.lists(st.tuples(ticks, st.booleans()), min_size=20, max_size=80))
def test_any_sequence_of_inputs_keeps_every_limit(limits, sequence):
    machine = initial(limits)
    for tick, foreign in sequence:
        inputs = tick if foreign else driven(machine, tick)
        after, outcome = step(machine, inputs, limits)
        check(machine, inputs, after, outcome, limits)
        machine = after


@RUN
@given(
    st.lists(st.tuples(SPEEDS, SPEEDS, SPEEDS, st.floats(1e-4, 0.04)), min_size=1, max_size=60),
    st.booleans(),
)
def test_any_drive_with_jittered_ticks_keeps_every_limit(limits, drive, full_speed):
    # A healthy session, so that all of it is spent moving.
    machine = initial(limits)
    seen = Observation(
        odometry_age_s=0.0,
        tf_age_s=0.0,
        joints_age_s=0.0,
        joint_positions=(0.0,),
        gateway_age_s=0.0,
    )
    lease = Acquire("somebody", Priority.OPERATOR, take=False, full_speed=full_speed, nonce=7)
    neutral = (Command(7, 1, 0.0, 0.0, limits.rest),)
    machine, _ = step(machine, Inputs(0.002, seen), limits)
    machine, _ = step(machine, Inputs(0.002, seen, requests=(lease,)), limits)
    arming = Inputs(
        0.002, seen, commands=neutral, beats=(Beat(7, 1, 0.0),), requests=(Arm(7, arm=True),)
    )
    machine, _ = step(machine, arming, limits)
    assert machine.state is State.ACTIVE
    for seq, (x, yaw, joint, elapsed_s) in enumerate(drive, start=2):
        command = Command(7, seq, 0.0, 0.0, (x, 0.0, yaw, joint))
        inputs = Inputs(elapsed_s, seen, commands=(command,), beats=(Beat(7, seq, 0.0),))
        after, outcome = step(machine, inputs, limits)
        check(machine, inputs, after, outcome, limits)
        assert after.state is State.ACTIVE
        machine = after


@RUN
@given(
    st.tuples(SPEEDS, st.just(0.0), SPEEDS, SPEEDS),
    st.lists(st.floats(1e-5, 0.05), min_size=1, max_size=200),
)
def test_braking_keeps_the_curvature_whatever_the_ticks(limits, velocity, jitter):
    first = velocity
    for elapsed_s in jitter:
        velocity = brake(velocity, limits.deceleration, elapsed_s=elapsed_s)
        for a in range(4):
            # Proportional to what it was: the cross product of the two vectors is nothing.
            assert math.isclose(velocity[a] * first[0], velocity[0] * first[a], abs_tol=1e-9)


@RUN
@given(st.tuples(SPEEDS, SPEEDS, SPEEDS, SPEEDS), st.tuples(*[st.floats(0.05, 1.0)] * 4))
def test_clamping_never_leaves_a_cap_nor_turns_an_axis(velocity, limit):
    clamped, cut = clamp(velocity, limit)
    assert cut or clamped == velocity
    for before, after, cap in zip(velocity, clamped, limit, strict=True):
        assert abs(after) <= cap
        assert before * after >= 0.0


@RUN
@given(st.tuples(SPEEDS, SPEEDS, SPEEDS, SPEEDS), st.tuples(SPEEDS, SPEEDS, SPEEDS, SPEEDS))
def test_every_target_is_reached(limits, velocity, target):
    for _ in range(4000):
        if velocity == target:
            break
        velocity = approach(
            velocity,
            target,
            acceleration=limits.acceleration,
            deceleration=limits.deceleration,
            elapsed_s=0.01,
        )
    assert velocity == target


@RUN
@given(observations)
def test_sensors_are_fresh_exactly_when_none_is_missing(limits, seen):
    assert sensors_fresh(seen, limits) == (not missing(seen, limits))


WALKS = scopes()


def renumbered(inputs, machine):
    """``inputs`` of the model, with numbers that stand to ``machine``'s as the model's to 1."""

    def shifted(number, newest):
        return number - min(newest, SAME) + newest

    known = machine.resets
    ids = {SAME: known[-1] if known else SAME, NEW: max(known, default=SAME) + 1}
    return replace(
        inputs,
        commands=tuple(replace(c, seq=shifted(c.seq, machine.stream.seq)) for c in inputs.commands),
        beats=tuple(
            replace(b, seq=shifted(b.seq, machine.authority.beat_seq)) for b in inputs.beats
        ),
        requests=tuple(
            replace(r, request_id=ids[r.request_id]) if isinstance(r, Reset) else r
            for r in inputs.requests
        ),
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_renumbering_a_state_does_not_change_its_future(seed):
    # What the exhaustive check claims when it takes many states for one.
    chance = random.Random(seed)
    machine = initial(MODEL_LIMITS)
    reached = set()
    for _ in range(10_000):
        lease = machine.authority.lease
        alphabet = chance.choice(WALKS).moves[lease.session if lease is not None else 0]
        basics, others = alphabet[:6], alphabet[6:]
        inputs = chance.choice(basics if chance.random() < 0.8 else others).inputs
        if inputs.shutdown:
            continue  # it would end the walk
        after, outcome = step(machine, renumbered(inputs, machine), MODEL_LIMITS)
        model, expected = step(canonical(machine), inputs, MODEL_LIMITS)
        assert canonical(after) == canonical(model)
        assert (outcome.velocity, outcome.state) == (expected.velocity, expected.state)
        assert [a.status for a in outcome.acks] == [a.status for a in expected.acks]
        assert [r.success for r in outcome.replies] == [r.success for r in expected.replies]
        machine = after
        reached.add(machine.state)
    assert reached == set(State)


def test_the_smallest_speed_that_counts_is_far_below_any_that_matters(limits):
    assert min(cap for cap in limits.max_velocity if cap) / NEGLIGIBLE > 1e4
