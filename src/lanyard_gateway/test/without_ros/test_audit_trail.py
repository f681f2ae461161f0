"""Requests as entries of the audit log: all of them, with what a reader needs and no secret."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import jsonschema
import pytest
import pytest_asyncio
from fastapi.routing import APIRoute, iter_route_contexts

from lanyard_core.access.scopes import Role
from lanyard_core.audit.chain import START, append
from lanyard_core.safety.states import State
from lanyard_gateway.audit.schema import entry_schema
from lanyard_gateway.web.audit_trail import clean

TASKS = "/api/v1/tasks"
STOP = "/api/v1/robots/arm-001/stop"
SAMPLE = {
    "robot_id": "arm-001",
    "task_id": "t-x",
    "task_type": "wait",
    "key_id": "a" * 10,
    "name": "docs.css",
}


@dataclass
class Sink:
    """Keeps entries, and fails when it is told to."""

    entries: list[dict] = field(default_factory=list)
    is_healthy: bool = True
    trouble: str = ""

    def append(self, record) -> None:
        self.entries.append(dict(record))

    def last(self) -> dict:
        return [entry for entry in self.entries if entry["event"] == "request"][-1]


@pytest.fixture
def audit() -> Sink:
    return Sink()


@pytest_asyncio.fixture
async def house(build):
    async with build() as made:
        yield made


async def test_an_entry_says_who_what_from_where_and_how_it_went(house, audit, keys, order):
    answer = await house.call("POST", TASKS, json=order, headers={"X-Request-ID": "r-1"})
    assert answer.status_code == 201
    entry = audit.last()
    assert entry.pop("latency_ms") >= 0
    assert entry == {
        "event": "request",
        "actor": "key",
        "key_id": keys[Role.OPERATOR].record.key_id,
        "role": "operator",
        "tenant": None,
        "ip": "127.0.0.1",
        "request_id": "r-1",
        "method": "POST",
        "endpoint": "/tasks",
        "path": TASKS,
        "robot_id": "arm-001",
        "status": 201,
        "decision": "allow",
        "code": None,
        "bytes_in": len(answer.request.content),
        "bytes_out": len(answer.content),
    }


@pytest.mark.parametrize(
    ("method", "path", "role", "status", "decision", "code"),
    [
        ("GET", TASKS, None, 401, "deny", "unauthenticated"),
        ("POST", TASKS, Role.VIEWER, 403, "deny", "forbidden"),
        ("GET", "/nothing", Role.VIEWER, 404, "allow", "not_found"),
        ("PUT", TASKS, Role.VIEWER, 405, "allow", "method_not_allowed"),
        ("GET", f"{TASKS}?no=1", Role.VIEWER, 422, "allow", "validation_failed"),
        ("GET", "/healthz", None, 200, "allow", None),
    ],
)
async def test_refusals_are_logged_with_their_code(
    house, audit, method, path, role, status, decision, code
):
    await house.call(method, path, role=role)
    entry = audit.last()
    assert (entry["status"], entry["decision"], entry["code"]) == (status, decision, code)


async def test_a_request_that_fails_inside_is_logged_as_500(house, audit, monkeypatch):
    monkeypatch.setattr(house.robot, "status", lambda: 1 / 0)
    answer = await house.call("GET", "/api/v1/robots/arm-001")
    assert answer.status_code == 500
    assert audit.last()["status"] == 500


async def test_every_route_leaves_exactly_one_entry_with_its_endpoint(house, audit):
    found = [r for r in iter_route_contexts(house.app.routes)
             if isinstance(r.original_route, APIRoute)]  # fmt: skip
    for route in found:
        for method in route.methods:
            before = len([e for e in audit.entries if e["event"] == "request"])
            await house.call(method, route.path.format(**SAMPLE), role=Role.VIEWER)
            requests = [e for e in audit.entries if e["event"] == "request"]
            assert len(requests) == before + 1, route.path
            assert requests[-1]["endpoint"] == route.path.removeprefix("/api/v1")


async def test_no_entry_holds_a_secret_wherever_it_was_put(house, audit, keys, order):
    secret = keys[Role.OPERATOR].text
    ticket, token = "T" * 43, "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
    for text in (secret, ticket, token):
        await house.call("GET", f"{TASKS}/{text}")
        await house.call("GET", f"{TASKS}?key={text}")
        await house.call("GET", f"/api/v1/robots/{text}/status")
        await house.call("GET", "/nothing", headers={"X-Request-ID": text, "User-Agent": text})
        await house.call("POST", TASKS, json=order | {"robot_id": text})
        await house.call("GET", "/nothing", role=None, headers={"Authorization": f"Bearer {text}"})
    told = json.dumps(audit.entries)
    for text in (secret.split("_", 2)[2], ticket, token.split(".")[2]):
        assert text not in told


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("/tasks/t-01JDEXAMPLE", "/tasks/t-01JDEXAMPLE"),
        ("/x/lyd_abcdefghij_secret", "/x/lyd_abcdefghij_..."),
        ("/x/" + "a" * 40, "/x/..."),
        ("/x/" + "é" * 300, "/x/" + "é" * 253),
    ],
)
def test_what_looks_like_a_secret_is_taken_out_of_a_path(text, cleaned):
    assert clean(text) == cleaned


async def test_changes_are_refused_while_the_log_cannot_be_written_and_stops_are_not(
    house, audit, order
):
    task = await house.submit()
    audit.is_healthy = False
    for method, path, body in (("POST", TASKS, order), ("DELETE", f"{TASKS}/{task}", None),
                               ("POST", "/api/v1/robots/arm-001/reset", None)):  # fmt: skip
        answer = await house.call(method, path, json=body, role=Role.MAINTAINER)
        assert (answer.status_code, answer.json()["code"]) == (503, "audit_unavailable"), path
        assert "retry-after" in answer.headers
    assert (await house.call("GET", TASKS)).status_code == 200
    for what in ("stop", "halt"):
        path = STOP.replace("stop", what)
        assert (await house.call("POST", path, role=Role.MAINTAINER)).status_code == 200
    ready = await house.call("GET", "/readyz", role=None)
    assert ready.status_code == 503
    assert ready.json()["checks"]["audit"] != "ok"
    audit.is_healthy = True
    assert (await house.call("POST", TASKS, json=order)).status_code == 201


async def test_every_route_that_changes_something_is_refused_then_and_no_other(house, audit):
    """Generated: a new route that changes something cannot be forgotten."""
    audit.is_healthy = False
    # A ticket changes nothing: the socket that it opens is refused itself when it may drive.
    # Nor does a token, without which some could not stop a robot.
    open_then = {
        "/robots/{robot_id}/stop", "/robots/{robot_id}/halt", "/ws-tickets", "/oauth2/token",
    }  # fmt: skip
    for route in iter_route_contexts(house.app.routes):
        if not isinstance(route.original_route, APIRoute):
            continue
        for method in route.methods:
            answer = await house.call(method, route.path.format(**SAMPLE), role=Role.ADMIN)
            refused = "audit_unavailable" in answer.text
            changes = method not in ("GET", "HEAD") and (
                route.path.removeprefix("/api/v1") not in open_then
            )
            assert refused == changes, (method, route.path)


async def test_what_a_robot_says_of_itself_is_logged_whoever_caused_it(house, audit):
    house.robot.becomes(State.SAFE_STOP)
    house.robot.becomes(State.SAFE_STOP)
    told = [entry for entry in audit.entries if entry["event"] == "robot.state"]
    assert [(e["robot_id"], e["before"], e["after"]) for e in told] == [
        ("arm-001", "ready", "safe_stop")
    ]


async def test_every_entry_fits_the_schema(house, audit, order):
    await house.call("POST", TASKS, json=order)
    await house.call("GET", "/nothing", role=None)
    house.robot.becomes(State.HALTED)
    validator = jsonschema.Draft202012Validator(entry_schema())
    validator.check_schema(entry_schema())
    link = START
    for entry in audit.entries:
        line, link = append(link, {"ts": "2026-11-21T10:00:00.000Z", **entry})
        validator.validate(json.loads(line))
