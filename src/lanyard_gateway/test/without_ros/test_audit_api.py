"""The audit log over REST: entries, pages, and whether they are genuine."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
import pytest_asyncio

from lanyard_core.access.scopes import Role
from lanyard_gateway.audit.folder import files
from lanyard_gateway.audit.log import AuditLog, LogSettings
from lanyard_gateway.audit.signing import open_signer, public_file

AUDIT = "/api/v1/audit"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "audit"


@pytest.fixture
def audit(folder, tmp_path):
    settings = LogSettings(folder, write_every_s=0.01, head_every_entries=1, reserve_bytes=4096)
    log = AuditLog(settings, open_signer(tmp_path / "key.pem"), ship=lambda head: None)
    log.start()
    yield log
    log.close()


@pytest_asyncio.fixture
async def house(build, folder, tmp_path, audit):
    key = public_file(tmp_path / "key.pem")
    async with build(audit_folder=folder, audit_public_key=key) as made:
        yield made


async def asked(house, query: str = "", path: str = AUDIT) -> dict:
    answer = await house.call("GET", path + query, role=Role.ADMIN)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_entries_come_newest_first_in_pages(house, audit, eventually):
    for _ in range(10):
        await house.call("GET", "/tasks")
    await eventually(lambda: audit.last_number >= 11)
    first = await asked(house, "?limit=6")
    rest = await asked(house, f"?limit=500&before={first['next_before']}")
    numbers = [item["n"] for item in first["items"] + rest["items"]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == len(numbers)
    assert numbers[-1] == 1
    assert rest["next_before"] is None


async def test_entries_can_be_asked_for_by_key_endpoint_event_and_time(
    house, audit, keys, eventually
):
    await house.call("GET", "/tasks", role=Role.VIEWER)
    await house.call("GET", "/api/v1/robots", role=Role.OPERATOR)
    await eventually(lambda: audit.last_number >= 3)
    viewer = keys[Role.VIEWER].record.key_id
    assert [e["endpoint"] for e in (await asked(house, f"?key_id={viewer}"))["items"]] == ["/tasks"]
    found = await asked(house, "?endpoint=/robots")
    assert {e["endpoint"] for e in found["items"]} == {"/robots"}
    assert len((await asked(house, "?event=audit.start"))["items"]) == 1
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    assert (await asked(house, f"?since={later}"))["items"] == []
    assert (await asked(house, f"?until={later}"))["items"]


@pytest.mark.parametrize("query", ["?since=yesterday", "?limit=0", "?before=0", "?hash=1"])
async def test_a_question_that_makes_no_sense_is_422(house, query):
    assert (await house.call("GET", AUDIT + query, role=Role.ADMIN)).status_code == 422


async def test_a_genuine_log_is_said_to_be_and_one_that_was_changed_is_not(
    house, audit, folder, eventually
):
    await house.call("GET", "/tasks")
    await eventually(lambda: audit.last_number >= 2)
    assert (await asked(house, path=f"{AUDIT}/verify"))["genuine"] is True
    path = files(folder)[0]
    path.write_bytes(path.read_bytes().replace(b'"/tasks"', b'"/tasky"'))
    verdict = await asked(house, path=f"{AUDIT}/verify")
    assert verdict["genuine"] is False
    assert str(folder) not in str(verdict["problems"])


async def test_an_admin_of_a_tenant_does_not_read_what_others_did(house):
    ring = house.context.keyring
    ring.replace(replace(record, tenant="acme") for record in ring.records())
    for path in (AUDIT, f"{AUDIT}/verify"):
        assert (await house.call("GET", path, role=Role.ADMIN)).status_code == 403


async def test_without_a_log_there_is_nothing_to_read(build):
    async with build() as house:
        answer = await house.call("GET", AUDIT, role=Role.ADMIN)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_audit_log")
