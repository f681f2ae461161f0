"""What a credential may do: scopes, and the built-in roles that bundle them.

A route or socket asks for exactly one scope. A role is a set of scopes; there is no wildcard, so a
scope that is added later belongs to nobody until a role names it (absent means deny). The roles
here are those that hold without a policy file; with one, it alone says what each role may do.
"""

from __future__ import annotations

from enum import Enum


class Scope(str, Enum):
    """One permission; the value is what clients and key files spell."""

    TASKS_READ = "tasks:read"
    TASKS_WRITE = "tasks:write"
    TASKS_CANCEL = "tasks:cancel"
    ROBOTS_READ = "robots:read"
    TELEMETRY_READ = "telemetry:read"
    COMMAND_STREAM = "command:stream"
    STOP_TRIGGER = "stop:trigger"
    STOP_RESET = "stop:reset"
    LEASE_TAKE = "lease:take"
    ROS_READ = "ros:read"
    ROS_PUBLISH = "ros:publish"
    ROS_CALL = "ros:call"
    ROSBRIDGE = "rosbridge"
    CONFIG_READ = "config:read"
    CONFIG_WRITE = "config:write"
    AUDIT_READ = "audit:read"
    METRICS_READ = "metrics:read"
    KEYS_ADMIN = "keys:admin"
    WEBHOOKS_ADMIN = "webhooks:admin"
    MOCK_CONTROL = "mock:control"


class Role(str, Enum):
    """A built-in role. A policy file may name others: elsewhere a role is its name, a string."""

    VIEWER = "viewer"
    INTEGRATOR = "integrator"
    OPERATOR = "operator"
    MAINTAINER = "maintainer"
    ADMIN = "admin"
    ROBOT = "robot"

    def __str__(self) -> str:
        return self.value


# Every role may stop a robot: whoever sees that something goes wrong must be able to end it.
_VIEWER = frozenset({Scope.TASKS_READ, Scope.ROBOTS_READ, Scope.TELEMETRY_READ, Scope.STOP_TRIGGER})
# A warehouse system dispatches work and can never drive: no command stream, no lease, no rosbridge.
_INTEGRATOR = _VIEWER | {Scope.TASKS_WRITE, Scope.TASKS_CANCEL, Scope.WEBHOOKS_ADMIN}
_OPERATOR = _VIEWER | {
    Scope.TASKS_WRITE,
    Scope.TASKS_CANCEL,
    Scope.COMMAND_STREAM,
    Scope.LEASE_TAKE,
    Scope.ROS_READ,
    Scope.ROS_PUBLISH,
    Scope.ROSBRIDGE,
}
_MAINTAINER = _OPERATOR | {
    Scope.STOP_RESET,
    Scope.ROS_CALL,
    Scope.CONFIG_READ,
    Scope.CONFIG_WRITE,
    Scope.METRICS_READ,
    Scope.MOCK_CONTROL,
}

ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    Role.VIEWER: _VIEWER,
    Role.INTEGRATOR: _INTEGRATOR,
    Role.OPERATOR: _OPERATOR,
    Role.MAINTAINER: _MAINTAINER,
    Role.ADMIN: frozenset(Scope),
    # An agent on a robot sees its own robot and may stop it; what it does to it goes through ROS.
    Role.ROBOT: _VIEWER,
}
