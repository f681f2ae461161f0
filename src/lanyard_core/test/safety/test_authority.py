"""Who holds the robot: one at a time, by priority, while heartbeats come."""

import pytest

from lanyard_core.safety.authority import NOBODY, acquire, listen, release
from lanyard_core.safety.states import Cause, Priority, State
from lanyard_core.safety.values import Acquire, Arm, Beat, Release

PRIORITIES = (Priority.TASK, Priority.OPERATOR, Priority.SUPERVISOR, Priority.LOCAL)


def asked(priority=Priority.OPERATOR, *, take=False, nonce=7, holder="ann"):
    return Acquire(holder, priority, take, full_speed=False, nonce=nonce)


def held(priority=Priority.OPERATOR):
    authority, reply = acquire(NOBODY, asked(priority))
    assert reply.success
    return authority


def heard(authority, *beats, elapsed_s=0.01):
    return listen(authority, beats, elapsed_s=elapsed_s, timeout_s=3.0)


def test_a_free_lease_is_granted_with_its_nonce():
    authority, reply = acquire(NOBODY, asked())
    assert (reply.session, reply.holder, reply.priority) == (7, "ann", Priority.OPERATOR)
    assert authority.holds(7)


def test_a_held_lease_is_refused_with_its_holder():
    authority, reply = acquire(held(), asked(nonce=8, holder="bob"))
    assert (reply.success, reply.session, reply.holder) == (False, 0, "ann")
    assert authority.holds(7)


@pytest.mark.parametrize("holder", PRIORITIES)
@pytest.mark.parametrize("taker", PRIORITIES)
def test_only_a_higher_priority_takes_the_lease(holder, taker):
    authority, reply = acquire(held(holder), asked(taker, take=True, nonce=8))
    assert reply.success == (taker > holder)
    assert authority.holds(8 if taker > holder else 7)


@pytest.mark.parametrize("priority", [0, 1, 255, 300])
def test_a_priority_that_does_not_exist_is_refused(priority):
    assert not acquire(NOBODY, asked(priority))[1].success


@pytest.mark.parametrize("holder", ["", "x" * 129])
def test_a_holder_without_a_proper_name_is_refused(holder):
    assert not acquire(NOBODY, asked(holder=holder))[1].success


def test_only_the_holder_releases():
    authority, reply = release(held(), Release(8))
    assert (authority.holds(7), reply.success) == (True, False)
    assert release(held(), Release(7))[0] == NOBODY


def test_a_heartbeat_of_somebody_else_does_not_renew():
    authority, _ = heard(held(), Beat(8, 1, 0.0))
    assert not authority.heard


def test_a_repeated_heartbeat_does_not_renew():
    authority, _ = heard(held(), Beat(7, 1, 0.0))
    authority, _ = heard(authority, Beat(7, 1, 0.0), elapsed_s=2.0)
    assert authority.silence_s == pytest.approx(2.0)


def test_silence_is_counted_from_the_arrival_of_the_heartbeat():
    authority, _ = heard(held(), Beat(7, 1, 0.004))
    assert authority.silence_s == pytest.approx(0.004)


def test_a_heartbeat_after_too_long_a_silence_comes_too_late():
    _, expired = heard(held(), Beat(7, 1, 0.001), elapsed_s=3.002)
    assert expired


def test_a_heartbeat_in_the_last_moment_is_in_time():
    authority, expired = heard(held(), Beat(7, 1, 0.002), elapsed_s=3.0015)
    assert not expired
    assert authority.heard


def test_the_lease_ends_just_after_three_seconds_and_never_before(armed):
    armed.stream(0.002)
    ticks = 0
    while armed.state is State.ACTIVE:
        armed.tick(commands=armed.command())
        ticks += 1
    assert 3.0 <= ticks * 0.002 <= 3.004 + 1e-9
    assert armed.causes == Cause.HEARTBEAT_LOST
    assert armed.machine.authority == NOBODY


def test_heartbeats_at_2_9_seconds_keep_the_lease_for_ten_minutes(armed):
    for second in range(0, 600_000, 100):
        beats = armed.beat() if second % 2900 == 0 else ()
        armed.tick(commands=armed.command(), beats=beats, elapsed_s=0.05)
        armed.tick(commands=armed.command(), elapsed_s=0.05)
    assert armed.state is State.ACTIVE


def test_an_idle_lease_that_expires_needs_no_reset(idle):
    idle.acquire()
    idle.tick(elapsed_s=3.01)
    assert (idle.state, idle.machine.authority) == (State.IDLE, NOBODY)


def test_the_old_session_is_void_at_once_when_it_is_taken(moving):
    old = moving.session
    assert moving.acquire(Priority.SUPERVISOR, take=True).success
    outcome = moving.tick(commands=moving.command(0.4, session=old, seq=10_000))
    assert outcome.acks[0].status.name == "LEASE_LOST"


def test_a_robot_that_is_taken_while_it_moves_stops_and_waits_for_a_reset(moving):
    moving.acquire(Priority.SUPERVISOR, take=True)
    assert (moving.state, moving.causes) == (State.STOPPING, Cause.AUTHORITY_LOST)
    refused = moving.arm()
    assert not refused.success
    moving.wait(1.0)
    assert moving.state is State.SAFE_STOP
    assert moving.reset().success
    assert moving.arm().success


def test_a_robot_that_is_taken_at_rest_needs_no_reset(armed):
    armed.acquire(Priority.SUPERVISOR, take=True)
    assert (armed.state, armed.causes) == (State.IDLE, Cause.NONE)
    assert armed.arm().success


def test_releasing_at_rest_leads_to_idle_without_a_cause(armed):
    armed.release()
    assert (armed.state, armed.causes, armed.machine.authority) == (State.IDLE, 0, NOBODY)


def test_releasing_while_moving_stops_and_latches(moving):
    moving.release()
    assert (moving.state, moving.causes) == (State.STOPPING, Cause.AUTHORITY_LOST)
    moving.wait(1.0)
    assert moving.state is State.SAFE_STOP


def test_a_recorded_session_moves_nothing_under_the_next_lease(armed):
    recorded = [armed.command(0.4) for _ in range(100)]
    old = armed.session
    armed.release()
    armed.acquire()
    armed.arm()
    for commands in recorded:
        beats = (*armed.beat(), Beat(old, 10_000, 0.0))
        outcome = armed.tick(Arm(old, arm=True), commands=commands, beats=beats)
        assert outcome.acks[0].status.name == "LEASE_LOST"
        assert not any(armed.velocity)


def test_a_lower_one_has_no_effect_while_a_higher_one_holds(make_moving):
    drive = make_moving(priority=Priority.SUPERVISOR)
    before = drive.session
    assert not drive.acquire(Priority.OPERATOR, take=True).success
    assert drive.machine.authority.holds(before)
    assert drive.state is State.ACTIVE


@pytest.mark.parametrize("priority", PRIORITIES)
def test_only_sessions_through_the_gateway_end_with_its_beat(make_armed, priority):
    drive = make_armed(priority=priority)
    drive.see(gateway_age_s=0.301)
    drive.stream(0.002)
    through_gateway = priority in (Priority.OPERATOR, Priority.SUPERVISOR)
    assert drive.causes == (Cause.GATEWAY_DEAD if through_gateway else 0)
