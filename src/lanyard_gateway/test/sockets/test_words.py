"""Sockets and REST call the robot's state by the same words."""

import pytest

from lanyard_core.safety.states import State
from lanyard_core.telemetry.words import state_word
from lanyard_gateway.web.robot_objects import safety_word


@pytest.mark.parametrize("state", [None, *State])
def test_a_state_has_one_word(state):
    assert safety_word(state).value == state_word(state)
