"""The transition table of the safety machine. What is not in this file does not happen.

Each row lists the events of one state in order of precedence: the first that holds decides. The
table is applied until nothing changes, so that a robot at rest does not wait in STOPPING for the
next tick. Only one entry leads to ACTIVE.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from enum import Enum

from lanyard_core.safety.states import State


class Event(Enum):
    """What can make the machine change its state; several may hold in one tick."""

    FAILED = "an internal cause stands"
    HALTED = "a severe cause stands"
    STOPPED = "a soft cause stands"
    PARKED = "at rest, and no cause stands"
    RESTED = "at rest"
    CLEAR = "no cause stands: the robot was reset"
    READY = "no cause stands, and every sensor is fresh"
    ARMED = "the holder of the lease armed, and every condition of arming was met"
    DISARMED = "the holder disarmed, or the lease changed hands while the robot was at rest"


TABLE: Mapping[State, Mapping[Event, State]] = {
    State.STARTING: {
        Event.FAILED: State.FAULT,
        Event.HALTED: State.HALTED,
        Event.READY: State.IDLE,
    },
    State.IDLE: {
        Event.FAILED: State.FAULT,
        Event.HALTED: State.HALTED,
        Event.STOPPED: State.SAFE_STOP,
        Event.ARMED: State.ACTIVE,
    },
    State.ACTIVE: {
        Event.FAILED: State.FAULT,
        Event.HALTED: State.HALTED,
        Event.STOPPED: State.STOPPING,
        Event.DISARMED: State.STOPPING,
    },
    State.STOPPING: {
        Event.FAILED: State.FAULT,
        Event.HALTED: State.HALTED,
        Event.PARKED: State.IDLE,
        Event.RESTED: State.SAFE_STOP,
    },
    State.SAFE_STOP: {
        Event.FAILED: State.FAULT,
        Event.HALTED: State.HALTED,
        Event.CLEAR: State.IDLE,
    },
    # A reset that comes together with a new soft stop leads back to the self-test, too; the new
    # cause stays latched there.
    State.HALTED: {
        Event.FAILED: State.FAULT,
        Event.HALTED: State.HALTED,
        Event.STOPPED: State.STARTING,
        Event.CLEAR: State.STARTING,
    },
    State.FAULT: {
        Event.FAILED: State.FAULT,
        Event.HALTED: State.HALTED,
        Event.STOPPED: State.STARTING,
        Event.CLEAR: State.STARTING,
    },
}


def settle(state: State, holds: Container[Event]) -> State:
    """Follow the table from ``state`` until no event that holds leads anywhere else.

    At most one step for each state: contradictory events end, and do not hold up the loop.
    """
    for _ in TABLE:
        following = _next(state, holds)
        if following is state:
            break
        state = following
    return state


def _next(state: State, holds: Container[Event]) -> State:
    for event, following in TABLE[state].items():
        if event in holds:
            return following
    return state
