"""The policy file: YAML that says what each role may do, followed while the gateway runs.

What it says holds within a second, also for sockets that are open. A file that cannot be understood
leaves every role what it needs to watch a robot and to stop it, and nothing else: it may be the one
in which something was taken away.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from lanyard_core.access.keys import KeyRing
from lanyard_core.access.policy import Policy
from lanyard_core.access.policy_document import read_policy
from lanyard_core.access.scopes import Scope
from lanyard_core.faults import BadConfiguration
from lanyard_gateway.doors.following import changes_of

_log = logging.getLogger(__name__)

_LEFT_WHEN_BROKEN = frozenset({Scope.ROBOTS_READ, Scope.TELEMETRY_READ, Scope.STOP_TRIGGER})


def read(path: Path) -> Policy:
    """The policy in the file. Raises BadConfiguration with each problem and its place."""
    try:
        document = yaml.load(path.read_bytes(), _StrictLoader)  # noqa: S506  a SafeLoader
    except OSError as error:
        problem = f"the policy file {path} cannot be read: {error.strerror}"
        remedy = (
            "name the one that you mean in policy_file; config/policy.yaml is one to begin with"
        )
        raise BadConfiguration([f"{problem}; {remedy}"]) from error
    except UnicodeError as error:
        raise BadConfiguration([f"the policy file {path} cannot be read: {error}"]) from error
    except yaml.YAMLError as error:
        problem = " ".join(str(error).split())
        raise BadConfiguration([f"the policy file {path} is not YAML: {problem}"]) from error
    try:
        return read_policy(document)
    except BadConfiguration as fault:
        problems = [f"the policy file {path}: {problem}" for problem in fault.problems]
        raise BadConfiguration(problems) from None


async def follow(path: Path, ring: KeyRing, *, period_s: float) -> None:
    """Judge roles as the file says, until cancelled; looks every ``period_s`` seconds."""
    last_good = ring.policy
    async for _ in changes_of(path, period_s=period_s):
        found = await asyncio.to_thread(_read_or_none, path)
        if found is None:  # an editor may be half way through writing it
            await asyncio.sleep(period_s)
            found = await asyncio.to_thread(_read_or_none, path)
        if found is None:
            _log.error("until the policy is mended, every role may watch and stop, no more")
            ring.adopt(_watch_and_stop(last_good))
            continue
        _log.info("policy: %s from %s", ", ".join(sorted(found.roles)), path)
        last_good = found
        ring.adopt(found)


def _watch_and_stop(policy: Policy) -> Policy:
    roles = {
        name: replace(role, scopes=role.scopes & _LEFT_WHEN_BROKEN, directions={})
        for name, role in policy.roles.items()
    }
    return replace(policy, roles=roles)


def _read_or_none(path: Path) -> Policy | None:
    try:
        return read(path)
    except BadConfiguration as fault:
        for problem in fault.problems:
            _log.error("%s", problem)
        return None


class _StrictLoader(yaml.SafeLoader):
    """Refuses a name that stands twice in one place: of two rules, the last would win unseen."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        names = [self.construct_object(key, deep=deep) for key, _ in node.value]
        for place, name in enumerate(names):
            if name in names[:place]:
                mark = node.value[place][0].start_mark
                raise yaml.constructor.ConstructorError(
                    None, None, f"{name!r} stands there twice", mark
                )
        return super().construct_mapping(node, deep=deep)
