"""The transition table: what it holds, and what it must never hold."""

import pytest

from lanyard_core.safety.states import State
from lanyard_core.safety.table import TABLE, Event, settle


def test_every_state_has_a_row():
    assert set(TABLE) == set(State)


def test_only_arming_from_idle_leads_to_active():
    ways = [(s, e) for s, row in TABLE.items() for e, to in row.items() if to is State.ACTIVE]
    assert ways == [(State.IDLE, Event.ARMED)]


@pytest.mark.parametrize("state", [s for s in State if s is not State.FAULT])
def test_an_internal_cause_comes_before_everything(state):
    assert next(iter(TABLE[state].items())) == (Event.FAILED, State.FAULT)


@pytest.mark.parametrize("state", [s for s in State if s not in (State.FAULT, State.HALTED)])
def test_a_severe_cause_comes_before_soft_ones(state):
    assert list(TABLE[state].items())[1] == (Event.HALTED, State.HALTED)


@pytest.mark.parametrize("state", [State.HALTED, State.FAULT])
def test_a_severe_stop_is_left_only_by_way_of_the_self_test(state):
    assert TABLE[state][Event.CLEAR] is State.STARTING


def test_a_stop_overrules_an_arming_of_the_same_tick():
    assert settle(State.IDLE, {Event.ARMED, Event.STOPPED}) is State.SAFE_STOP


def test_a_robot_at_rest_does_not_wait_in_stopping():
    assert settle(State.ACTIVE, {Event.STOPPED, Event.RESTED}) is State.SAFE_STOP
    assert settle(State.ACTIVE, {Event.DISARMED, Event.CLEAR, Event.PARKED}) is State.IDLE


def test_a_moving_robot_stops_before_it_is_idle():
    assert settle(State.ACTIVE, {Event.DISARMED, Event.CLEAR}) is State.STOPPING


def test_contradictory_events_do_not_hold_up_the_loop():
    assert settle(State.IDLE, {Event.ARMED, Event.DISARMED, Event.PARKED}) in State


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("event", list(Event))
def test_settling_ends(state, event):
    assert settle(state, {event}) in State
