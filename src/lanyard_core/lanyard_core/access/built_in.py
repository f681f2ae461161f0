"""The policy that holds when there is no policy file: the built-in roles, on every robot.

It opens no name of the ROS graph: which topics, services and actions a web page may use is known to
nobody but the operator, who writes it into a policy file. ``config/policy.yaml`` says the same as
this, with comments, to begin from.
"""

from __future__ import annotations

from lanyard_core.access.patterns import EVERYTHING
from lanyard_core.access.policy import Policy, RolePolicy
from lanyard_core.access.scopes import ROLE_SCOPES

BUILT_IN_POLICY = Policy(
    roles={
        role.value: RolePolicy(scopes=scopes, robots=EVERYTHING)
        for role, scopes in ROLE_SCOPES.items()
    }
)
