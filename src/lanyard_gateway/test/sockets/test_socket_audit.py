"""Sockets in the audit log: opened, refused, what was done in them, and how they ended."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import jsonschema
import pytest
from websockets.exceptions import InvalidStatus

from lanyard_core.access.scopes import Role
from lanyard_core.audit.chain import START, append
from lanyard_gateway.audit.schema import entry_schema

TELEMETRY = ["lanyard.telemetry.v1+json"]


@dataclass
class Sink:
    """Keeps entries, and fails when it is told to."""

    entries: list[dict] = field(default_factory=list)
    is_healthy: bool = True
    trouble: str = ""

    def append(self, record) -> None:
        self.entries.append(dict(record))

    def of(self, event: str) -> list[dict]:
        return [entry for entry in self.entries if entry["event"] == event]


@pytest.fixture
def audit() -> Sink:
    return Sink()


async def test_a_driven_socket_leaves_its_opening_its_operations_and_its_counts(
    gateway, audit, eventually
):
    teleop = await gateway.teleop()
    await teleop.arm()
    seqs = [(await teleop.drive_and_ack()).ack for _ in range(5)]
    await teleop.connection.close()
    await eventually(lambda: audit.of("socket.close"))
    [opened], [closed] = audit.of("socket.open"), audit.of("socket.close")
    key_id = gateway.keys[Role.OPERATOR].record.key_id
    for entry in (opened, closed):
        assert (entry["key_id"], entry["robot_id"]) == (key_id, "arm-001")
        assert (entry["method"], entry["endpoint"]) == ("WS", "/ws/command/{robot_id}")
    assert (opened["status"], opened["decision"]) == (101, "allow")
    counts = closed["counts"]
    assert counts["commands"] >= 5
    assert counts["first_seq"] <= seqs[0] < seqs[-1] == counts["last_seq"]
    operations = [(entry["op"], entry["success"]) for entry in audit.of("op")]
    assert operations[:2] == [("lease", True), ("arm", True)]
    assert operations[-1] == ("release", True)
    assert closed["duration_s"] > 0


async def test_a_stop_in_a_socket_and_what_the_robot_then_says_are_logged(
    gateway, audit, robot, eventually
):
    teleop = await gateway.teleop()
    await teleop.arm()
    await teleop.drive_and_ack()
    await teleop.connection.close()
    await eventually(lambda: any(entry["op"] == "stop" for entry in audit.of("op")))
    await eventually(lambda: any(e["after"] == "safe_stop" for e in audit.of("robot.state")))


@pytest.mark.parametrize(
    ("role", "more", "status", "code"),
    [
        (None, {}, 401, "unauthenticated"),
        (Role.VIEWER, {}, 403, "forbidden"),
        (Role.OPERATOR, {"headers": {"Origin": "https://evil.example"}}, 403, "origin_not_allowed"),
    ],
)
async def test_a_refused_socket_is_logged_with_why(
    gateway, audit, eventually, role, more, status, code
):
    with pytest.raises(InvalidStatus):
        await gateway.teleop(role=role, **more)
    await eventually(lambda: audit.of("socket.open"))
    [entry] = audit.of("socket.open")
    assert (entry["status"], entry["code"], entry["decision"]) == (status, code, "deny")
    assert not audit.of("socket.close")


async def test_without_an_audit_log_nobody_begins_to_drive_but_anybody_may_watch(gateway, audit):
    audit.is_healthy = False
    with pytest.raises(InvalidStatus) as refusal:
        await gateway.teleop()
    assert refusal.value.response.status_code == 503
    watcher = await gateway.connect(
        "/ws/telemetry/arm-001", role=Role.VIEWER, subprotocols=TELEMETRY
    )
    assert await watcher.recv()


async def test_a_robot_that_is_driven_goes_on_when_the_log_fails(gateway, audit):
    teleop = await gateway.teleop()
    await teleop.arm()
    audit.is_healthy = False
    assert (await teleop.drive_and_ack()).status.name == "OK"


async def test_every_entry_fits_the_schema_and_none_holds_the_key(gateway, audit, eventually):
    teleop = await gateway.teleop()
    await teleop.arm()
    await teleop.connection.close()
    await eventually(lambda: audit.of("socket.close"))
    validator = jsonschema.Draft202012Validator(entry_schema())
    link = START
    for entry in audit.entries:
        line, link = append(link, {"ts": "2026-11-21T10:00:00.000Z", **entry})
        validator.validate(json.loads(line))
        assert gateway.keys[Role.OPERATOR].text.split("_", 2)[2].encode() not in line
