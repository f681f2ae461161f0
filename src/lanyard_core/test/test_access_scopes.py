"""Roles: what each may do, and what it must never be able to."""

from __future__ import annotations

import pytest

from lanyard_core.access.scopes import ROLE_SCOPES, Role, Scope


@pytest.mark.parametrize("role", list(Role))
def test_every_role_may_stop_a_robot_and_see_it(role):
    assert {Scope.STOP_TRIGGER, Scope.ROBOTS_READ} <= ROLE_SCOPES[role]


def test_an_integrator_dispatches_tasks_but_can_never_drive():
    scopes = ROLE_SCOPES[Role.INTEGRATOR]
    assert {Scope.TASKS_WRITE, Scope.TASKS_CANCEL} <= scopes
    assert not scopes & {
        Scope.COMMAND_STREAM, Scope.LEASE_TAKE, Scope.ROSBRIDGE, Scope.ROS_PUBLISH,
        Scope.ROS_CALL, Scope.STOP_RESET,
    }  # fmt: skip


def test_a_viewer_changes_nothing_but_may_stop():
    assert {scope for scope in ROLE_SCOPES[Role.VIEWER] if not scope.value.endswith(":read")} == {
        Scope.STOP_TRIGGER
    }


def test_only_an_admin_makes_keys_or_reads_the_audit_log():
    holders = {role for role in Role if {Scope.KEYS_ADMIN, Scope.AUDIT_READ} & ROLE_SCOPES[role]}
    assert holders == {Role.ADMIN}


def test_only_those_who_maintain_reset():
    holders = {role for role in Role if Scope.STOP_RESET in ROLE_SCOPES[role]}
    assert holders == {Role.MAINTAINER, Role.ADMIN}
