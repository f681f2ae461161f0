"""The words that clients read for states and causes of the safety machine."""

from __future__ import annotations

from lanyard_core.safety.states import Cause, State

UNKNOWN = "unknown"


def state_word(state: State | None) -> str:
    """The state in lower case; ``unknown`` when it was never heard."""
    return UNKNOWN if state is None else state.name.lower()


def cause_words(causes: Cause) -> tuple[str, ...]:
    """The causes in lower case, in the order of their bits."""
    value = int(causes)
    return tuple(cause.name.lower() for cause in Cause if int(cause) & value and cause.name)
