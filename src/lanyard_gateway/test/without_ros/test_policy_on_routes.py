"""The policy at work: robots, tenants and preconditions, on every route that names a robot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from lanyard_core.access.built_in import BUILT_IN_POLICY
from lanyard_core.access.patterns import Patterns
from lanyard_core.access.preconditions import Precondition
from lanyard_core.access.scopes import Role, Scope
from lanyard_core.safety.states import State

TASKS = "/api/v1/tasks"
REST = Precondition("at_rest", stale_after_s=1.0, allow=(True,))


def with_tenants(policy=BUILT_IN_POLICY):
    return replace(
        policy, tenants={"arms": Patterns.of(["arm-*"]), "carts": Patterns.of(["amr-*"])}
    )


def give(house, role: Role, **changes: object) -> None:
    """Change what is kept of the key of a role."""
    keys = [replace(record, **changes) if record.role == role else record
            for record in house.context.keyring.records()]  # fmt: skip
    house.context.keyring.replace(keys)


@pytest.fixture
def carts(house):
    """The gateway, of which the admin is one of the tenant that has no arms."""
    house.context.keyring.adopt(with_tenants())
    give(house, Role.ADMIN, tenant="carts")
    return house


def routes_of_a_robot(app) -> list[tuple[str, str]]:
    found = [r for r in iter_route_contexts(app.routes) if isinstance(r.original_route, APIRoute)]
    return [(m, r.path) for r in found if "{robot_id}" in r.path for m in r.methods]


async def test_every_route_of_a_robot_answers_a_strangers_tenant_as_if_there_were_none(carts):
    routes = routes_of_a_robot(carts.app)
    assert len(routes) > 4
    for method, path in routes:
        missing = await carts.call(method, path.format(robot_id="arm-009"), role=Role.ADMIN)
        hidden = await carts.call(method, path.format(robot_id="arm-001"), role=Role.ADMIN)
        assert hidden.status_code == missing.status_code == 404, (method, path)
        for answer in (missing, hidden):
            assert answer.json()["code"] == "not_found"
        assert hidden.json()["detail"].replace("arm-001", "arm-009") == missing.json()["detail"]


async def test_a_tenant_lists_its_own_robots_and_their_tasks_only(carts, order):
    theirs = await carts.submit()
    cart = order | {"robot_id": "amr-002"}
    mine = await carts.call("POST", TASKS, json=cart, role=Role.ADMIN)
    robots = (await carts.call("GET", "/api/v1/robots", role=Role.ADMIN)).json()["items"]
    assert [robot["robot_id"] for robot in robots] == ["amr-002"]
    tasks = (await carts.call("GET", TASKS, role=Role.ADMIN)).json()["items"]
    assert [task["task_id"] for task in tasks] == [mine.json()["task_id"]]
    for method in ("GET", "DELETE"):
        hidden = await carts.call(method, f"{TASKS}/{theirs}", role=Role.ADMIN)
        missing = await carts.call(method, f"{TASKS}/t-none", role=Role.ADMIN)
        assert hidden.status_code == missing.status_code == 404
        assert hidden.json()["detail"].replace(theirs, "t-none") == missing.json()["detail"]
    assert (await carts.task(theirs))["status"] != "canceled"


async def test_a_tenant_cannot_give_work_to_a_robot_of_another(carts, order):
    answer = await carts.call("POST", TASKS, json=order, role=Role.ADMIN)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_key_for_some_robots_is_refused_on_the_others_and_told_so(house, order):
    give(house, Role.OPERATOR, robots=Patterns.of(["amr-*"]))
    for method, path in (("GET", "/api/v1/robots/arm-001"), ("POST", TASKS)):
        answer = await house.call(method, path, json=order if method == "POST" else None)
        assert (answer.status_code, answer.json()["code"]) == (403, "robot_not_allowed")
    assert (await house.call("GET", "/api/v1/robots/amr-002")).status_code == 200


async def test_whoami_says_what_is_left_after_all_that_narrows_it(carts):
    me = (await carts.call("GET", "/api/v1/whoami", role=Role.ADMIN)).json()
    assert (me["role"], me["tenant"], me["robots"]) == ("admin", "carts", ["amr-002"])
    assert me["requests_per_s"] == 100


async def test_a_precondition_that_does_not_hold_is_409_and_says_why(house, order):
    gated = replace(BUILT_IN_POLICY.role(Role.OPERATOR), preconditions=(REST,))
    house.context.keyring.adopt(replace(BUILT_IN_POLICY, roles={"operator": gated}))
    assert (await house.call("POST", TASKS, json=order)).status_code == 201
    house.robot.becomes(State.ACTIVE, at_rest=False)
    answer = await house.call("POST", TASKS, json=order)
    assert (answer.status_code, answer.json()["code"]) == (409, "precondition_failed")
    assert "at_rest" in answer.json()["detail"]


async def test_what_is_not_known_of_an_offline_robot_refuses(house, order):
    gated = replace(BUILT_IN_POLICY.role(Role.OPERATOR), preconditions=(REST,))
    house.context.keyring.adopt(replace(BUILT_IN_POLICY, roles={"operator": gated}))
    answer = await house.call("POST", TASKS, json=order | {"robot_id": "amr-002"})
    assert (answer.status_code, answer.json()["code"]) == (409, "precondition_failed")


@pytest.mark.parametrize("what", ["stop", "halt"])
async def test_no_precondition_stands_before_a_stop(house, what):
    never = Precondition("at_rest", stale_after_s=1.0, scopes=frozenset(Scope))
    gated = replace(BUILT_IN_POLICY.role(Role.MAINTAINER), preconditions=(never,))
    house.context.keyring.adopt(replace(BUILT_IN_POLICY, roles={"maintainer": gated}))
    path = "/api/v1/robots/arm-001/"
    assert (await house.call("POST", path + what, role=Role.MAINTAINER)).status_code == 200
    assert (await house.call("POST", path + "reset", role=Role.MAINTAINER)).status_code == 409
