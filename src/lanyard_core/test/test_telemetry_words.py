from dataclasses import replace

import pytest

from lanyard_core.safety.states import Cause, State
from lanyard_core.telemetry.status import UNKNOWN_SAFETY
from lanyard_core.telemetry.words import cause_words, reason_words, state_word


def test_every_state_has_a_word_that_clients_know():
    known = {"ready", "active", "safe_stop", "halted", "fault", "unknown"}
    assert {state_word(state) for state in State} == known
    assert state_word(None) == "unknown"


def test_causes_are_told_in_the_order_of_their_bits():
    assert cause_words(Cause.STOP_INPUT | Cause.COMMAND_GAP) == ("command_gap", "stop_input")
    assert cause_words(Cause.NONE) == ()


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        (State.IDLE, "", ""),
        (State.SAFE_STOP, "a stop was requested", "a stop was requested"),
        (State.STOPPING, "", "stopping"),
        (State.STARTING, "", "starting"),
    ],
)
def test_a_reason_is_given_where_there_is_one(state, reason, words):
    assert reason_words(replace(UNKNOWN_SAFETY, state=state, reason=reason)) == words
