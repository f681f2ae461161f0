"""The gateway about itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lanyard_core.access.scopes import ROLE_SCOPES, Role
from lanyard_core.faults import Unavailable


@pytest.mark.parametrize("prefix", ["", "/api/v1"])
async def test_probes_need_no_key_and_are_at_the_root_too(house, prefix):
    assert (await house.call("GET", f"{prefix}/healthz", role=None)).json() == {"status": "ok"}
    ready = await house.call("GET", f"{prefix}/readyz", role=None)
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    version = (await house.call("GET", f"{prefix}/version", role=None)).json()
    assert version == {"name": "lanyard-gateway", "version": "1.2.3", "api": "v1"}


async def test_a_robot_that_is_offline_is_told_but_does_not_make_the_gateway_unready(house):
    checks = (await house.call("GET", "/readyz", role=None)).json()["checks"]
    assert checks.pop("controller") == "offline: 1 of 2"
    assert set(checks.values()) == {"ok"}


async def test_a_ros_side_that_stands_still_makes_it_unready(house):
    house.app.state.context = replace(house.context, ros_alive=lambda: False)
    answer = await house.call("GET", "/readyz", role=None)
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert answer.json()["checks"]["ros"] != "ok"


async def test_a_store_that_fails_makes_it_unready(house, monkeypatch):
    async def fails() -> None:
        raise Unavailable("disk full", code="store_unavailable")

    monkeypatch.setattr(house.context.tasks, "check", fails)
    answer = await house.call("GET", "/readyz", role=None)
    assert (answer.status_code, answer.json()["checks"]["db"]) == (
        503, "the task store cannot be used",
    )  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
async def test_whoami_tells_the_id_the_role_and_the_scopes_of_the_key(house, role):
    body = (await house.call("GET", "/api/v1/whoami", role=role)).json()
    assert body["key_id"] == house.keys[role].record.key_id
    assert body["role"] == role.value
    assert set(body["scopes"]) == {scope.value for scope in ROLE_SCOPES[role]}


async def test_whoami_needs_a_key(house):
    assert (await house.call("GET", "/api/v1/whoami", role=None)).status_code == 401
