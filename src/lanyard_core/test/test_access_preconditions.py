"""Preconditions: what is not known, stale or wrong refuses; stops are never gated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lanyard_core.access.preconditions import FIELDS, NEVER_GATED, Fact, Precondition, check
from lanyard_core.access.preconditions import facts_of as facts
from lanyard_core.access.scopes import Scope
from lanyard_core.faults import Conflict
from lanyard_core.safety.states import State
from lanyard_core.telemetry.status import UNKNOWN_SAFETY, Battery, RobotStatus

AT_REST = Precondition("at_rest", stale_after_s=1.0, allow=(True,))
CHARGED = Precondition("battery_percent", stale_after_s=60.0, at_least=20.0)


def refusal(precondition: Precondition, fact: Fact | None, scope: Scope = Scope.TASKS_WRITE):
    known = {} if fact is None else {precondition.field: fact}
    with pytest.raises(Conflict) as refused:
        check([precondition], scope, known, subject="arm-001")
    assert refused.value.code == "precondition_failed"
    return refused.value.detail


def test_a_fact_that_is_right_and_fresh_lets_through():
    check([AT_REST], Scope.TASKS_WRITE, {"at_rest": Fact(True, 1.0)}, subject="arm-001")
    check([CHARGED], Scope.TASKS_WRITE, {"battery_percent": Fact(20.0, 3.0)}, subject="arm-001")


@pytest.mark.parametrize("fact", [None, Fact(None, 0.1), Fact(True, None)])
def test_what_is_not_known_refuses(fact):
    assert "is not known" in refusal(AT_REST, fact)


def test_what_is_stale_refuses_and_says_how_old_it_is():
    assert "1.1 s ago" in refusal(AT_REST, Fact(True, 1.1))


def test_what_is_wrong_refuses_and_says_what_is_allowed():
    assert "allowed is True" in refusal(AT_REST, Fact(False, 0.1))
    assert "at least 20" in refusal(CHARGED, Fact(19.9, 0.1))


@pytest.mark.parametrize("value", [True, "80", float("nan")])
def test_a_number_is_wanted_where_a_number_is_compared(value):
    refusal(CHARGED, Fact(value, 0.1))


def test_a_precondition_without_a_value_that_it_allows_refuses_everything():
    refusal(Precondition("at_rest", stale_after_s=1.0), Fact(True, 0.1))


def test_it_stands_before_the_scopes_that_it_names_and_before_all_when_it_names_none():
    only_reset = replace(AT_REST, scopes=frozenset({Scope.STOP_RESET}))
    check([only_reset], Scope.TASKS_WRITE, {}, subject="arm-001")
    refusal(only_reset, None, Scope.STOP_RESET)
    for scope in set(Scope) - NEVER_GATED:
        refusal(AT_REST, None, scope)


@pytest.mark.parametrize("scope", sorted(NEVER_GATED))
def test_stopping_and_cancelling_are_never_gated(scope):
    named = replace(AT_REST, scopes=frozenset({scope}))
    check([AT_REST, named], scope, {}, subject="arm-001")


def test_the_facts_of_a_robot_are_the_fields_that_a_policy_may_name():
    status = RobotStatus(
        robot_id="arm-001",
        online=True,
        age_s=0.1,
        battery=Battery(81.5, 25.0, None, None, charging=False, age_s=4.0),
        localized=True,
        safety=replace(UNKNOWN_SAFETY, state=State.SAFE_STOP, at_rest=True, age_s=0.1),
        ages_s={"pose": 0.3},
    )
    assert facts(status) == {
        "safety_state": Fact("safe_stop", 0.1),
        "at_rest": Fact(True, 0.1),
        "localized": Fact(True, 0.3),
        "battery_percent": Fact(81.5, 4.0),
        "charging": Fact(False, 4.0),
    }
    assert tuple(facts(status)) == FIELDS


def test_of_a_robot_that_was_never_heard_nothing_is_known():
    never = facts(RobotStatus(robot_id="arm-001", online=False, age_s=None))
    assert all(fact.age_s is None for fact in never.values())
