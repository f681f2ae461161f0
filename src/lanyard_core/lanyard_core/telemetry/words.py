"""The words that clients read for what the control node does with a robot, and why."""

from __future__ import annotations

from lanyard_core.safety.states import Cause, State
from lanyard_core.telemetry.status import SafetyStatus

UNKNOWN = "unknown"
SAFE_STOP = "safe_stop"

_STATE_WORDS = {
    # Its self-test is not over: what it will do is not known yet.
    State.STARTING: UNKNOWN,
    State.IDLE: "ready",
    State.ACTIVE: "active",
    State.STOPPING: SAFE_STOP,
    State.SAFE_STOP: SAFE_STOP,
    State.HALTED: "halted",
    State.FAULT: "fault",
}


def state_word(state: State | None) -> str:
    """The state in a client's words; ``unknown`` when it was never heard."""
    return UNKNOWN if state is None else _STATE_WORDS[state]


def reason_words(safety: SafetyStatus) -> str:
    """Why the robot is in its state, for an operator; empty when there is nothing to say."""
    if safety.state is State.STARTING:
        return "starting"
    if safety.reason:
        return safety.reason
    return "stopping" if safety.state is State.STOPPING else ""


def cause_words(causes: Cause) -> tuple[str, ...]:
    """The causes in lower case, in the order of their bits."""
    value = int(causes)
    if not value:
        return ()
    return tuple(cause.name.lower() for cause in Cause if int(cause) & value and cause.name)
