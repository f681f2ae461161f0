"""API keys over REST: what an admin can do with them, and what nobody can."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from lanyard_core.access.built_in import BUILT_IN_POLICY
from lanyard_core.access.patterns import EVERYTHING, Patterns
from lanyard_core.access.policy import RolePolicy
from lanyard_core.access.scopes import Role, Scope
from lanyard_gateway.doors import key_file
from lanyard_gateway.doors.last_use import last_uses

KEYS = "/api/v1/keys"
WISH = {"name": "wms", "role": "integrator"}


@pytest.fixture
def path(tmp_path: Path, keys) -> Path:
    path = tmp_path / "keys.json"
    key_file.change(path, lambda _: [key.record for key in keys.values()])
    return path


@pytest_asyncio.fixture
async def house(build, path, eventually):
    async with build(key_file=path, key_file_poll_s=0.01) as made:
        yield made


@pytest.fixture
def give(path):
    """Changes what the key file has of the admin's key; gives once the gateway knows."""

    async def change(house, eventually, **changes: object) -> None:
        key_file.change(path, lambda records: [
            replace(r, **changes) if r.role == Role.ADMIN else r for r in records
        ])  # fmt: skip
        wanted = set(key_file.read(path))
        await eventually(lambda: set(house.context.keyring.records()) == wanted)

    return change


async def as_admin(house, method: str, path: str = KEYS, **more: object) -> httpx.Response:
    return await house.call(method, path, role=Role.ADMIN, **more)


async def test_a_new_key_is_shown_once_works_soon_and_is_listed_without_its_secret(
    house, eventually
):
    answer = await as_admin(house, "POST", json=WISH | {"days": 30, "robots": ["arm-*"]})
    assert answer.status_code == 201
    made = answer.json()
    assert re.fullmatch(rf"lyd_{made['key_id']}_[A-Za-z0-9_-]{{43}}", made["key"])

    async def works() -> bool:
        headers = {"Authorization": f"Bearer {made['key']}"}
        return (await house.client.get("/tasks", headers=headers)).status_code == 200

    await eventually(works)
    listed = await as_admin(house, "GET")
    [found] = [item for item in listed.json()["items"] if item["key_id"] == made["key_id"]]
    assert (found["name"], found["role"], found["robots"]) == ("wms", "integrator", ["arm-*"])
    assert found["live"]
    assert found["last_used_at"] is not None
    assert made["key"] not in listed.text


async def test_a_revoked_key_is_gone(house, keys, eventually):
    key_id = keys[Role.VIEWER].record.key_id
    assert (await as_admin(house, "DELETE", f"{KEYS}/{key_id}")).json()["revoked"] is True

    async def refused() -> bool:
        return (await house.call("GET", "/tasks", role=Role.VIEWER)).status_code == 401

    await eventually(refused)
    assert (await as_admin(house, "DELETE", f"{KEYS}/{key_id}")).status_code == 404


async def test_a_rotated_key_lives_on_for_the_grace_beside_the_new_one(house, keys, path):
    old = keys[Role.VIEWER].record.key_id
    answer = await as_admin(house, "POST", f"{KEYS}/{old}/rotate", json={"grace_s": 60})
    assert answer.status_code == 201
    assert answer.json()["role"] == "viewer"
    [record] = [r for r in key_file.read(path) if r.key_id == old]
    assert record.expires_unix_s == pytest.approx(time.time() + 60, abs=5)


async def test_a_third_live_key_of_one_client_is_409(house):
    statuses = [(await as_admin(house, "POST", json=WISH)).status_code for _ in range(3)]
    assert statuses == [201, 201, 409]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"role": "boss"}, "role"),
        ({"robots": ["arm 1"]}, "robots"),
        ({"days": 91}, "days"),
        ({"days": 0}, "days"),
        ({"name": ""}, "name"),
        ({"secret": "x"}, "secret"),
    ],
)
async def test_a_wrong_wish_is_422_and_names_the_field(house, wrong, field):
    answer = await as_admin(house, "POST", json=WISH | wrong)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_nobody_makes_a_key_that_may_do_more_than_he_may(house):
    clerk = RolePolicy(frozenset({Scope.KEYS_ADMIN, *BUILT_IN_POLICY.role("viewer").scopes}),
                       robots=EVERYTHING)  # fmt: skip
    policy = replace(BUILT_IN_POLICY, roles={**BUILT_IN_POLICY.roles, "admin": clerk})
    house.context.keyring.adopt(policy)
    assert (await as_admin(house, "POST", json=WISH | {"role": "viewer"})).status_code == 201
    for role in ("operator", "integrator"):
        answer = await as_admin(house, "POST", json={"name": "x", "role": role})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_whoever_may_use_some_robots_only_makes_no_keys(house, give, eventually):
    await give(house, eventually, robots=Patterns.of(["arm-001"]))
    assert (await as_admin(house, "POST", json=WISH)).status_code == 403


async def test_an_admin_of_a_tenant_sees_and_makes_and_revokes_keys_of_that_tenant_only(
    house, give, eventually, keys
):
    await give(house, eventually, tenant="acme")
    made = await as_admin(house, "POST", json=WISH | {"tenant": "zeta"})
    assert made.json()["tenant"] == "acme"
    await eventually(lambda: len(house.context.keyring.records()) == len(keys) + 1)
    listed = (await as_admin(house, "GET")).json()["items"]
    assert {item["tenant"] for item in listed} == {"acme"}
    stranger = keys[Role.OPERATOR].record.key_id
    assert (await as_admin(house, "DELETE", f"{KEYS}/{stranger}")).status_code == 404
    answer = await as_admin(house, "POST", f"{KEYS}/{stranger}/rotate", json={})
    assert answer.status_code == 404


async def test_a_key_file_that_cannot_be_written_is_503_and_its_path_is_not_told(house, path):
    path.write_text("{")
    answer = await as_admin(house, "POST", json=WISH)
    if answer.status_code == 401:  # the gateway has seen the broken file already: nobody gets in
        return
    assert (answer.status_code, answer.json()["code"]) == (503, "key_file_unavailable")
    assert str(path) not in answer.text


async def test_last_uses_outlive_the_gateway(build, path, keys):
    for _ in range(2):
        async with build(key_file=path, key_file_poll_s=0.01) as house:
            assert (await house.call("GET", "/tasks", role=Role.VIEWER)).status_code == 200
    used = last_uses(path)
    assert used[keys[Role.VIEWER].record.key_id] == pytest.approx(time.time(), abs=30)


def test_a_broken_file_of_last_uses_is_as_good_as_none(tmp_path):
    (tmp_path / "keys.used.json").write_text("{")
    assert last_uses(tmp_path / "keys.json") == {}
