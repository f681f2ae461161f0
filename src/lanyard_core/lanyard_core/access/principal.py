"""Who makes a request, and what that one may do: the answer of every credential.

A principal is narrowed by everything that speaks of it: its role, its tenant, its key or token, and
what it asked for. None of them can widen another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lanyard_core.access.issuers import Grant
from lanyard_core.access.patterns import EVERYTHING, Patterns
from lanyard_core.access.policy import NOTHING, Direction, Entry, Policy, RolePolicy
from lanyard_core.access.scopes import Scope
from lanyard_core.faults import Forbidden, NotFound

# The word in codes of refusals: topic_not_allowed, service_not_allowed, ...
_SINGULAR = {"topics": "topic", "services": "service", "actions": "action", "params": "parameter"}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes a request: the id of the credential (never its secret), and what it allows.

    ``robots`` are patterns that must all match; ``fence`` are the robots that exist for it at all.
    ``kind`` is how it showed who it is: ``key`` or ``token``, whose ``grant`` is kept.
    """

    key_id: str
    role: str
    scopes: frozenset[Scope]
    robots: tuple[Patterns, ...] = ()
    fence: Patterns = EVERYTHING
    tenant: str | None = None
    rules: RolePolicy = NOTHING
    expires_unix_s: float | None = None
    kind: str = "key"
    grant: Grant | None = None

    def may(self, scope: Scope) -> bool:
        """Whether this principal holds ``scope``."""
        return scope in self.scopes

    def sees(self, robot_id: str) -> bool:
        """Whether the robot exists for this principal: it is inside the fence of its tenant."""
        return self.fence.match(robot_id)

    def may_use(self, robot_id: str) -> bool:
        """Whether this principal may have anything to do with a robot."""
        return self.sees(robot_id) and self._is_let_use(robot_id)

    def _is_let_use(self, robot_id: str) -> bool:
        return all(each.match(robot_id) for each in self.robots)

    @property
    def may_use_all(self) -> bool:
        """Whether no robot at all is kept from this principal."""
        return all("**" in each.texts() for each in (self.fence, *self.robots))

    def check_robot(self, robot_id: str) -> None:
        """Raise NotFound for a robot of somebody else, Forbidden for one that is not allowed."""
        if not self.sees(robot_id):
            raise no_such_robot(robot_id)
        if not self._is_let_use(robot_id):
            raise Forbidden(
                f"{self.name} may not use the robot {robot_id!r}; its key, its token or the role"
                f" {self.role} names other robots",
                code="robot_not_allowed",
            )

    def check_scope(self, scope: Scope) -> None:
        """Raise Forbidden when this principal does not hold ``scope``."""
        if not self.may(scope):
            raise Forbidden(
                f"{self.name} has the role {self.role}, which does not include {scope.value},"
                " or was not given it"
            )

    def check_name(self, direction: Direction, name: str) -> Entry:
        """The policy's entry for a name of the ROS graph; raises Forbidden when there is none."""
        entry = self.rules.entry(direction, name)
        if entry is None:
            raise Forbidden(
                f"the role {self.role} may not use {name!r} to {direction.verb}: the policy lists"
                f" what it may under {direction.kind}.{direction.verb}",
                code=f"{_SINGULAR[direction.kind]}_not_allowed",
            )
        return entry

    @property
    def name(self) -> str:
        """For a person to read: the kind of credential and its id."""
        return f"{self.kind} {self.key_id}"

    def narrowed(
        self, *, scopes: frozenset[Scope] | None = None, robots: Patterns | None = None
    ) -> Principal:
        """The same one with no more than ``scopes`` and only those of its robots."""
        return replace(
            self,
            scopes=self.scopes if scopes is None else self.scopes & scopes,
            robots=self.robots if robots is None else (*self.robots, robots),
        )


def no_such_robot(robot_id: str) -> NotFound:
    """The same for a robot that is not there and for one that is somebody else's."""
    return NotFound(f"there is no robot {robot_id!r}; GET /api/v1/robots lists yours")


def principal_of(
    policy: Policy,
    *,
    key_id: str,
    role: str,
    tenant: str | None = None,
    expires_unix_s: float | None = None,
    kind: str = "key",
) -> Principal:
    """What the policy says of somebody with this role, of this tenant."""
    rules = policy.role(role)
    return Principal(
        key_id=key_id,
        role=role,
        scopes=rules.scopes,
        robots=(rules.robots,),
        fence=EVERYTHING if tenant is None else policy.robots_of(tenant),
        tenant=tenant,
        rules=rules,
        expires_unix_s=expires_unix_s,
        kind=kind,
    )
