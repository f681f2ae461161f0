"""Where a run stands between running and paused: every row of words, and the time that it takes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import pytest

from lanyard_core.safety.states import State
from lanyard_core.task.run_state import RunState
from lanyard_tasks.motion.effects import SafetySeen
from lanyard_tasks.pausing import Pausing, hindrance

IDLE = SafetySeen(State.IDLE, 0, "", 0, "", at_rest=True, age_s=0.01)
WORDS: dict[str, Callable[[Pausing, float], None]] = {
    "pause": lambda pausing, now: pausing.pause(now),
    "at_rest": lambda pausing, _now: pausing.at_rest(),
    "resume": lambda pausing, _now: pausing.resume(),
    "hindered": lambda pausing, _now: pausing.hindered("why"),
    "goes_on": lambda pausing, now: pausing.goes_on(now),
}
_S = RunState
MOVES = {
    (_S.RUNNING, "pause"): _S.PAUSING,
    (_S.PAUSING, "at_rest"): _S.PAUSED,
    (_S.PAUSING, "resume"): _S.RESUMING,
    (_S.PAUSED, "resume"): _S.RESUMING,
    (_S.RESUMING, "pause"): _S.PAUSING,
    (_S.RESUMING, "hindered"): _S.PAUSING,
    (_S.RESUMING, "goes_on"): _S.RUNNING,
}


def test_each_word_moves_it_as_the_table_says_and_time_stands_still_until_it_goes_on() -> None:
    for words in itertools.product(WORDS, repeat=5):
        pausing, state, paused_s = Pausing(), RunState.RUNNING, 0.0
        for now, word in enumerate(words):
            WORDS[word](pausing, float(now))
            state = MOVES.get((state, word), state)
            assert (pausing.state, pausing.paused_s(float(now))) == (state, paused_s), words
            paused_s += 0.0 if state is RunState.RUNNING else 1.0
        assert pausing.paused_s(float(len(words))) == paused_s, words


def test_what_hindered_it_is_told_until_somebody_asks_again() -> None:
    pausing = Pausing()
    pausing.pause(0.0)
    pausing.at_rest()
    pausing.resume()
    pausing.hindered("anna drives")
    assert (pausing.state, pausing.message) == (RunState.PAUSING, "anna drives")
    pausing.at_rest()
    assert pausing.message == "anna drives"
    pausing.resume()
    assert pausing.message == ""


def test_a_robot_that_nobody_commands_and_that_is_not_stopped_hinders_nothing() -> None:
    assert hindrance(IDLE) is None


@pytest.mark.parametrize(
    ("safety", "why"),
    [
        (None, "not heard"),
        (SafetySeen(State.SAFE_STOP, 1, "a person", 0, "", True, 0.0), "SAFE_STOP.*a person"),
        (SafetySeen(State.HALTED, 1, "", 0, "", True, 0.0), "HALTED.*reset"),
        (SafetySeen(State.FAULT, 1, "", 0, "", True, 0.0), "FAULT"),
        (SafetySeen(State.ACTIVE, 0, "", 7, "anna", True, 0.0), "anna commands the robot"),
        (SafetySeen(State.IDLE, 0, "", 7, "", True, 0.0), "somebody commands"),
    ],
)  # fmt: skip
def test_what_hinders_a_run_is_said(safety: SafetySeen | None, why: str) -> None:
    found = hindrance(safety)
    assert found is not None
    assert re.search(why, found)
