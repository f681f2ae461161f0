"""Every reachable state and transition of the shipped step function, and that it bites."""

import pathlib

import pytest

from lanyard_core.safety import describe
from lanyard_core.safety.exhaustive.bounds import bounds
from lanyard_core.safety.exhaustive.explorer import explore
from lanyard_core.safety.exhaustive.mutants import Edit, mutated_step
from lanyard_core.safety.exhaustive.properties import PROPERTIES, sentence
from lanyard_core.safety.exhaustive.scopes import scopes
from lanyard_core.safety.exhaustive.seeded_bugs import FOUND, GUARDED
from lanyard_core.safety.states import State

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCOPES = {scope.name: scope for scope in scopes()}

# The whole check takes well under a minute of one core; a busy machine may take longer.
pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("name", SCOPES)
def test_every_property_holds_on_every_transition(walk_of, name):
    assert walk_of(name).violations == []


@pytest.mark.parametrize("name", SCOPES)
def test_silence_brings_the_robot_to_rest_in_time(walk_of, name):
    worst = bounds(walk_of(name))
    assert worst.silence_to_rest <= worst.silence_allowed


@pytest.mark.parametrize("name", SCOPES)
def test_no_state_is_a_dead_end(walk_of, name):
    worst = bounds(walk_of(name))
    assert worst.dead_ends == 0
    assert worst.silence_to_idle <= worst.idle_allowed


@pytest.mark.parametrize("name", SCOPES)
def test_every_walk_drives_and_stops(walk_of, name):
    reached = {node.machine.state for node in walk_of(name).origin}
    assert {State.STARTING, State.IDLE, State.ACTIVE, State.STOPPING, State.SAFE_STOP} <= reached


def test_the_check_is_as_large_as_it_claims(walk_of):
    assert sum(walk_of(name).states for name in SCOPES) >= 40_000
    assert len(PROPERTIES) >= 20
    assert len(FOUND) >= 20


@pytest.mark.parametrize("mutant", FOUND, ids=lambda mutant: mutant.name)
def test_a_seeded_bug_is_found(mutant):
    walk = explore(SCOPES[mutant.scope], step=mutated_step(mutant.edits), first_only=True)
    assert walk.violations


@pytest.mark.parametrize("guarded", GUARDED, ids=lambda guarded: guarded.mutant.name)
def test_a_bug_behind_a_second_guard_is_found_once_that_is_gone(guarded):
    scope = SCOPES[guarded.mutant.scope]
    survived = explore(scope, step=mutated_step(guarded.mutant.edits), first_only=True)
    assert survived.violations == [], "it is found: list it with the others"
    unguarded = mutated_step(guarded.unguarded.edits)
    assert explore(scope, step=unguarded, first_only=True).violations


def test_a_seeded_bug_that_does_not_fit_the_source_any_more_is_noticed():
    with pytest.raises(ValueError, match="stands there 0x"):
        mutated_step([Edit("tick", "no such passage", "")])


def test_a_violation_comes_with_the_way_to_it():
    (mutant,) = [mutant for mutant in FOUND if mutant.name == "any command arms"]
    walk = explore(SCOPES["motion"], step=mutated_step(mutant.edits), first_only=True)
    violation = walk.violations[0]
    assert violation.name == "arming_needs_a_fresh_neutral_command"
    assert violation.trace[-1] == "arm with 3.0"


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_property_is_a_sentence(name):
    assert sentence(name).endswith(".")


def test_the_page_about_the_machine_is_up_to_date(walk_of):
    written = (ROOT / "docs/safety-machine.md").read_text(encoding="utf-8")
    assert written == describe.page([walk_of(name) for name in SCOPES]), (
        "run: python -m lanyard_core.safety.describe > docs/safety-machine.md"
    )
