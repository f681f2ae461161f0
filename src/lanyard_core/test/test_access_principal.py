"""Principals: everything that speaks of one narrows what it may do, and nothing widens it."""

from __future__ import annotations

import pytest

from lanyard_core.access.built_in import BUILT_IN_POLICY
from lanyard_core.access.patterns import EVERYTHING, Pattern, Patterns
from lanyard_core.access.policy import Direction, Entry, Policy, RolePolicy
from lanyard_core.access.principal import no_such_robot, principal_of
from lanyard_core.access.scopes import Role, Scope
from lanyard_core.faults import Forbidden, NotFound

POLICY = Policy(
    roles={
        "picker": RolePolicy(
            scopes=frozenset({Scope.TASKS_WRITE, Scope.TASKS_READ}),
            robots=Patterns.of(["*-arm-*", "amr-1"]),
            directions={Direction.SUBSCRIBE: (Entry(Pattern("/*/status"), max_hz=5.0),)},
        )
    },
    tenants={"acme": Patterns.of(["acme-*"])},
)
PICKER = principal_of(POLICY, key_id="k", role="picker")
OF_ACME = principal_of(POLICY, key_id="k", role="picker", tenant="acme")


def test_without_a_tenant_every_robot_exists_but_only_those_of_the_role_may_be_used():
    PICKER.check_robot("acme-arm-1")
    PICKER.check_robot("zeta-arm-1")
    with pytest.raises(Forbidden) as refusal:
        PICKER.check_robot("amr-2")
    assert refusal.value.code == "robot_not_allowed"


def test_a_robot_of_another_tenant_is_as_one_that_is_not_there():
    OF_ACME.check_robot("acme-arm-1")
    with pytest.raises(NotFound) as refusal:
        OF_ACME.check_robot("zeta-arm-1")
    assert refusal.value.detail == no_such_robot("zeta-arm-1").detail


def test_a_tenant_that_the_policy_does_not_know_has_no_robots():
    lost = principal_of(POLICY, key_id="k", role="picker", tenant="gone")
    assert not lost.sees("acme-arm-1")


def test_a_role_that_the_policy_does_not_know_may_do_nothing():
    nobody = principal_of(POLICY, key_id="k", role="boss")
    assert not nobody.scopes
    assert not nobody.may_use("acme-arm-1")


def test_narrowing_never_widens():
    narrow = PICKER.narrowed(
        scopes=frozenset({Scope.TASKS_READ, Scope.KEYS_ADMIN}), robots=Patterns.of(["acme-**"])
    )
    assert narrow.scopes == {Scope.TASKS_READ}
    assert narrow.may_use("acme-arm-1")
    assert not narrow.may_use("zeta-arm-1")
    assert narrow.narrowed(robots=EVERYTHING, scopes=frozenset(Scope)).scopes == {Scope.TASKS_READ}
    assert not narrow.narrowed(robots=EVERYTHING).may_use("zeta-arm-1")


def test_only_who_may_use_all_robots_is_said_to():
    assert principal_of(BUILT_IN_POLICY, key_id="k", role="admin").may_use_all
    assert not PICKER.may_use_all
    assert not OF_ACME.may_use_all


def test_a_missing_scope_is_named():
    PICKER.check_scope(Scope.TASKS_READ)
    with pytest.raises(Forbidden, match="command:stream"):
        PICKER.check_scope(Scope.COMMAND_STREAM)


@pytest.mark.parametrize(
    ("direction", "code"),
    [
        (Direction.PUBLISH, "topic_not_allowed"),
        (Direction.CALL, "service_not_allowed"),
        (Direction.SEND_GOAL, "action_not_allowed"),
        (Direction.WRITE_PARAMETER, "parameter_not_allowed"),
    ],
)
def test_a_name_that_no_list_has_is_refused_and_the_refusal_says_which_list(direction, code):
    with pytest.raises(Forbidden, match=f"{direction.kind}.{direction.verb}") as refusal:
        PICKER.check_name(direction, "/arm_001/status")
    assert refusal.value.code == code


def test_a_name_that_a_list_has_comes_with_its_bounds():
    assert PICKER.check_name(Direction.SUBSCRIBE, "/arm_001/status").max_hz == 5.0


def test_the_built_in_policy_opens_no_name_of_the_ros_graph():
    for role in Role:
        principal = principal_of(BUILT_IN_POLICY, key_id="k", role=role)
        for direction in Direction:
            with pytest.raises(Forbidden):
                principal.check_name(direction, "/cmd_vel")
