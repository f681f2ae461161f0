"""The file of API keys: written whole, read strictly, followed while the gateway runs."""

from __future__ import annotations

import asyncio
import json
import stat
import time
from contextlib import suppress
from pathlib import Path

import pytest

from lanyard_core.access.keys import KeyRing, NewKey
from lanyard_core.access.scopes import Role
from lanyard_core.faults import BadConfiguration
from lanyard_gateway.doors import key_file
from lanyard_gateway.doors.key_desk import Wish, create


def new_key(path: Path, role: Role, name: str, days: float | None = None) -> NewKey:
    return create(path, Wish(role, name, days), now_unix_s=time.time())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "keys.json"


def test_what_was_written_is_read_again(path):
    made = [
        new_key(path, Role.VIEWER, "screen in hall 3", None),
        new_key(path, Role.ADMIN, "né", 30),
    ]
    assert list(key_file.read(path)) == [key.record for key in made]


def test_only_its_owner_can_read_it_and_it_holds_no_key(path):
    made = new_key(path, Role.ADMIN, "x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secret = made.text.split("_", 2)[2]
    assert secret not in path.read_text()


def test_a_missing_file_holds_no_keys(path):
    assert key_file.read(path) == ()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"version": 2, "keys": []}',
        '{"version": 1}',
        '{"version": 1, "keys": [7]}',
        '{"version": 1, "keys": [{"key_id": "a"}]}',
        json.dumps(
            {"version": 1, "keys": [{
                "key_id": "a", "name": "b", "role": "God 1", "sha256": "", "created_unix_s": 0,
                "expires_unix_s": None,
            }]}
        ),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_understood_is_refused_with_its_name(path, content):
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(BadConfiguration) as refusal:
        key_file.read(path)
    assert str(path) in refusal.value.problems[0]


def test_every_wrong_entry_is_listed(path):
    path.parent.mkdir()
    path.write_text('{"version": 1, "keys": [1, 2]}')
    with pytest.raises(BadConfiguration) as refusal:
        key_file.read(path)
    assert len(refusal.value.problems) == 2


async def test_a_change_of_the_file_reaches_the_ring_and_a_broken_file_lets_nobody_in(
    path, eventually
):
    ring = KeyRing()
    following = asyncio.create_task(key_file.follow(path, ring, period_s=0.01))
    made = new_key(path, Role.VIEWER, "x")
    await eventually(lambda: ring.records() == (made.record,))
    key_file.change(path, lambda _: [])
    await eventually(lambda: ring.records() == ())
    new_key(path, Role.VIEWER, "x")
    await eventually(lambda: len(ring.records()) == 1)
    path.write_text("broken")
    await eventually(lambda: ring.records() == ())
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following


async def test_a_key_revoked_in_the_file_stops_working_while_the_gateway_runs(
    build, path, eventually
):
    made = new_key(path, Role.OPERATOR, "x")
    headers = {"Authorization": f"Bearer {made.text}"}
    async with build(key_file=path, key_file_poll_s=0.01) as house:

        async def status() -> int:
            answer = await house.call("GET", "/api/v1/whoami", role=None, headers=headers)
            return answer.status_code

        async def is_in() -> bool:
            return await status() == 200

        async def is_out() -> bool:
            return await status() == 401

        await eventually(is_in)
        key_file.change(path, lambda _: [])
        await eventually(is_out)
