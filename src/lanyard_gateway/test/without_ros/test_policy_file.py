"""The policy file: read strictly, followed, and broken without letting more through."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from lanyard_core.access.built_in import BUILT_IN_POLICY
from lanyard_core.access.keys import KeyRing
from lanyard_core.access.scopes import Role, Scope
from lanyard_core.faults import BadConfiguration
from lanyard_gateway.doors import policy_file

SHIPPED = Path(__file__).resolve().parents[4] / "config/policy.yaml"
ONE_ROLE = "version: 1\nroles: {operator: {scopes: [tasks:read, tasks:write], robots: ['**']}}\n"
TASKS = "/api/v1/tasks"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "policy.yaml"


def test_the_policy_that_operators_copy_says_what_holds_without_one():
    assert policy_file.read(SHIPPED) == BUILT_IN_POLICY


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("version: [", "not YAML"),
        ("roles: {a: {}, a: {}}", "stands there twice"),
        ("version: 1\nroles: {a: {robots: [], robots: ['**']}}", "stands there twice"),
        ("!!python/object/apply:os.getcwd []", "not YAML"),
        ("version: 1", "names no role"),
        ("\x00", "not YAML"),
    ],
)
def test_a_file_that_is_not_understood_is_refused_with_its_name(path, text, why):
    path.write_text(text)
    with pytest.raises(BadConfiguration, match=why) as refusal:
        policy_file.read(path)
    assert str(path) in refusal.value.problems[0]


def test_a_file_that_is_not_there_is_refused(path):
    with pytest.raises(
        BadConfiguration, match=r"cannot be read: No such file or directory; name the one"
    ):
        policy_file.read(path)


@contextlib.asynccontextmanager
async def followed(path: Path, ring: KeyRing):
    following = asyncio.create_task(policy_file.follow(path, ring, period_s=0.01))
    try:
        yield
    finally:
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following


async def test_a_change_holds_soon_and_a_broken_file_leaves_watching_and_stopping(path, eventually):
    path.write_text(SHIPPED.read_text())
    ring = KeyRing()
    async with followed(path, ring):
        await eventually(lambda: ring.policy == BUILT_IN_POLICY)
        path.write_text(ONE_ROLE)
        await eventually(lambda: list(ring.policy.roles) == ["operator"])
        path.write_text(SHIPPED.read_text())
        await eventually(lambda: ring.policy == BUILT_IN_POLICY)
        path.unlink()
        await eventually(lambda: Scope.KEYS_ADMIN not in ring.policy.role(Role.ADMIN).scopes)
        left = {Scope.ROBOTS_READ, Scope.TELEMETRY_READ, Scope.STOP_TRIGGER}
        assert all(role.scopes == left for role in ring.policy.roles.values())
        path.write_text(ONE_ROLE)
        await eventually(lambda: list(ring.policy.roles) == ["operator"])


async def test_a_running_gateway_judges_by_the_file(build, path, eventually):
    path.write_text(ONE_ROLE)
    async with build(policy_file=path, key_file_poll_s=0.01) as house:

        async def status(role: Role) -> int:
            return (await house.call("GET", TASKS, role=role)).status_code

        async def only_operators() -> bool:
            return (await status(Role.OPERATOR), await status(Role.VIEWER)) == (200, 403)

        await eventually(only_operators)
