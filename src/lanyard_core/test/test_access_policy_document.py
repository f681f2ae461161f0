"""Reading a policy: what is written is what holds, and nothing is taken that is not understood."""

from __future__ import annotations

import pytest

from lanyard_core.access.policy import Direction
from lanyard_core.access.policy_document import read_policy
from lanyard_core.access.preconditions import Precondition
from lanyard_core.access.scopes import Scope
from lanyard_core.faults import BadConfiguration

FULL = {
    "version": 1,
    "roles": {
        "picker": {
            "scopes": ["tasks:write", "robots:read"],
            "robots": ["arm-*"],
            "requests_per_s": 20,
            "topics": {"subscribe": ["/*/status", {"name": "/*/scan", "max_hz": 5}]},
            "services": {"call": []},
            "preconditions": [
                {"field": "battery_percent", "at_least": 15, "stale_after_s": 30},
                {"field": "at_rest", "allow": [True], "stale_after_s": 1,
                 "scopes": ["tasks:write"]},
            ],
        },
        "nobody": {},
    },
    "tenants": {"acme": {"robots": ["acme-*"]}},
}  # fmt: skip


def problems(document: object) -> list[str]:
    with pytest.raises(BadConfiguration) as refusal:
        read_policy(document)
    return list(refusal.value.problems)


def with_role(**role: object) -> dict:
    return {"version": 1, "roles": {"picker": role}}


def test_a_policy_says_what_its_document_says():
    policy = read_policy(FULL)
    role = policy.role("picker")
    assert role.scopes == {Scope.TASKS_WRITE, Scope.ROBOTS_READ}
    assert role.robots.match("arm-001")
    assert not role.robots.match("amr-001")
    assert role.requests_per_s == 20
    assert role.entry(Direction.SUBSCRIBE, "/arm_001/scan").max_hz == 5
    assert policy.robots_of("acme").match("acme-7")
    assert role.preconditions == (
        Precondition("battery_percent", stale_after_s=30.0, at_least=15.0),
        Precondition(
            "at_rest", stale_after_s=1.0, allow=(True,), scopes=frozenset({Scope.TASKS_WRITE})
        ),
    )


def test_what_is_absent_is_denied():
    policy = read_policy(FULL)
    for role in (policy.role("nobody"), policy.role("not in the file")):
        assert role.scopes == frozenset()
        assert not role.robots.match("arm-001")
        assert all(role.entry(direction, "/x") is None for direction in Direction)
    assert not policy.robots_of("not in the file").match("acme-7")


def test_to_subscribe_is_not_to_publish():
    role = read_policy(FULL).role("picker")
    assert role.entry(Direction.SUBSCRIBE, "/arm_001/status") is not None
    assert role.entry(Direction.PUBLISH, "/arm_001/status") is None
    assert role.entry(Direction.CALL, "/arm_001/status") is None


@pytest.mark.parametrize("direction", list(Direction))
def test_every_direction_can_be_opened_and_opens_no_other(direction):
    opened = with_role(**{direction.kind: {direction.verb: ["**"]}})
    role = read_policy(opened).role("picker")
    assert [each for each in Direction if role.entry(each, "/x") is not None] == [direction]


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (None, "policy:"),
        ([], "policy:"),
        ({}, "policy: must have `version: 1`"),
        ({"version": 2, "roles": {"a": {}}}, "policy: must have `version: 1`"),
        ({"version": 1}, "names no role"),
        ({"version": 1, "roles": []}, "policy.roles"),
        ({"version": 1, "rolls": {}, "roles": {"a": {}}}, "'rolls'"),
        (with_role(scope=["tasks:read"]), "policy.roles.picker: there is no 'scope'"),
        (with_role(scopes="tasks:read"), "policy.roles.picker.scopes"),
        (with_role(scopes=["tasks:*"]), "policy.roles.picker.scopes[0]"),
        (with_role(scopes=[7]), "policy.roles.picker.scopes[0]"),
        (with_role(robots=["arm 1"]), "policy.roles.picker.robots[0]"),
        (with_role(robots=[None]), "policy.roles.picker.robots[0]"),
        (with_role(robots="**"), "policy.roles.picker.robots"),
        (with_role(requests_per_s=0), "requests_per_s"),
        (with_role(requests_per_s="100"), "requests_per_s"),
        (with_role(requests_per_s=True), "requests_per_s"),
        (with_role(topics=["/x"]), "policy.roles.picker.topics"),
        (with_role(topics={"read": ["/x"]}), "there is no 'read'"),
        (with_role(topics={"publish": [{"max_hz": 1}]}), "topics.publish[0]"),
        (with_role(topics={"publish": [{"name": "/x", "max_hz": 0}]}), "publish[0].max_hz"),
        (with_role(topics={"publish": [{"name": "/x", "rate": 1}]}), "no 'rate'"),
        (with_role(topics={"publish": [{"name": "/x", "max_bytes": -1}]}), "max_bytes"),
        (with_role(preconditions={}), "preconditions"),
        (with_role(preconditions=[{"field": "at_rest", "allow": [True]}]), "stale_after_s"),
        (
            with_role(preconditions=[{"field": "mood", "allow": ["x"], "stale_after_s": 1}]),
            "'mood'",
        ),
        (with_role(preconditions=[{"field": "at_rest", "stale_after_s": 1}]), "either `allow`"),
        (
            with_role(
                preconditions=[
                    {"field": "at_rest", "stale_after_s": 1, "allow": [True], "at_least": 1}
                ]
            ),
            "either `allow`",
        ),
        (
            with_role(
                preconditions=[
                    {"field": "at_rest", "stale_after_s": 1, "allow": [True],
                     "scopes": ["stop:trigger"]}
                ]
            ),
            "never gated",
        ),
        (
            with_role(preconditions=[{"field": "at_rest", "stale_after_s": 1, "allow": [{}]}]),
            "allow[0]",
        ),
        ({"version": 1, "roles": {"a": {}}, "tenants": {"acme": {"robot": ["x"]}}}, "'robot'"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_with_its_place(document, place):
    assert any(place in problem for problem in problems(document)), problems(document)


def test_all_problems_are_told_at_once():
    document = with_role(scopes=["a", "b"], robots=["c d"], topics={"see": []})
    assert len(problems(document)) == 4


ISSUER = {
    "jwks": "https://idp.example.org/certs",
    "algorithm": "RS256",
    "audience": "lanyard",
    "roles": {"clerk": "integrator"},
}


def with_issuer(url="https://idp.example.org", **more):
    entry = {name: value for name, value in (ISSUER | more).items() if value is not ...}
    return {"version": 1, "roles": {"viewer": {}}, "issuers": {url: entry}}


def test_an_issuer_outside_is_read():
    found = read_policy(with_issuer(tenant="acme")).issuers["https://idp.example.org"]
    assert (found.algorithm, found.roles, found.tenant) == (
        "RS256",
        {"clerk": "integrator"},
        "acme",
    )
    assert found.role_claim == "role"


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (with_issuer("http://idp.example.org"), "https URL"),
        (with_issuer(jwks="http://idp.example.org/certs"), "jwks: keys are read over https"),
        (with_issuer(jwks=...), "must have `jwks`"),
        (with_issuer(audience=...), "must have `audience`"),
        (with_issuer(algorithm="HS256"), "algorithm: must be one of ES256"),
        (with_issuer(algorithm="none"), "algorithm: must be one of ES256"),
        (with_issuer(roles={}), "names no role"),
        (with_issuer(roles={"clerk": 1}), "roles.clerk: must be a text"),
        (with_issuer(tenant="a", tenant_claim="b"), "not both"),
        (with_issuer(kid="x"), "there is no 'kid' here"),
    ],
)
def test_what_is_wrong_with_an_issuer_is_said(document, place):
    assert any(place in problem for problem in problems(document)), problems(document)
