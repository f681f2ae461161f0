"""The policy: what each role may do, on which robots, in which direction, and how often.

A role is its scopes (which routes and sockets it may use), the robots on which, and for the ROS
graph one list of names per direction: to subscribe to is not to publish on. What a list does not
name is refused, and a list that is not there names nothing. A tenant is a fence around robots:
those outside do not exist for the people inside. Values only; ``policy_document`` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from lanyard_core.access.issuers import Issuer
from lanyard_core.access.patterns import Pattern, Patterns
from lanyard_core.access.preconditions import Precondition
from lanyard_core.access.scopes import Scope

DEFAULT_REQUESTS_PER_S = 100


class Direction(Enum):
    """What may be done with a name of the ROS graph; the value is its place in the policy file."""

    SUBSCRIBE = ("topics", "subscribe")
    PUBLISH = ("topics", "publish")
    CALL = ("services", "call")
    ADVERTISE_SERVICE = ("services", "advertise")
    SEND_GOAL = ("actions", "send_goal")
    ADVERTISE_ACTION = ("actions", "advertise")
    READ_PARAMETER = ("params", "read")
    WRITE_PARAMETER = ("params", "write")

    @property
    def kind(self) -> str:
        """The kind of thing, as a policy file spells it: topics, services, actions or params."""
        return self.value[0]

    @property
    def verb(self) -> str:
        """What is done with it."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Entry:
    """One name, or pattern of names, that a role may use; with bounds on rate and size, if any."""

    pattern: Pattern
    max_hz: float | None = None
    max_bytes: int | None = None
    preconditions: tuple[Precondition, ...] = ()


@dataclass(frozen=True, slots=True)
class RolePolicy:
    """What one role may do. ``requests_per_s`` bounds what each of its keys may ask over HTTP."""

    scopes: frozenset[Scope] = frozenset()
    robots: Patterns = field(default_factory=Patterns)
    directions: Mapping[Direction, tuple[Entry, ...]] = field(default_factory=dict)
    preconditions: tuple[Precondition, ...] = ()
    requests_per_s: int = DEFAULT_REQUESTS_PER_S

    def entry(self, direction: Direction, name: str) -> Entry | None:
        """The first entry that names ``name``, or None: then it is refused."""
        entries = self.directions.get(direction, ())
        return next((entry for entry in entries if entry.pattern.matches(name)), None)


NOTHING = RolePolicy()


@dataclass(frozen=True, slots=True)
class Policy:
    """All roles by name, the robots of each tenant by its name, and issuers outside by URL."""

    roles: Mapping[str, RolePolicy] = field(default_factory=dict)
    tenants: Mapping[str, Patterns] = field(default_factory=dict)
    issuers: Mapping[str, Issuer] = field(default_factory=dict)

    def role(self, name: str) -> RolePolicy:
        """What ``name`` may do; a role that the policy does not know may do nothing."""
        return self.roles.get(name, NOTHING)

    def robots_of(self, tenant: str) -> Patterns:
        """The robots of a tenant; one that the policy does not know has none."""
        return self.tenants.get(tenant, Patterns())
