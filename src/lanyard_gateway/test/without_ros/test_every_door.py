"""Every route that is there, tried with every role, against the table in the docs.

The table in docs/access.md is what is meant; the application is what is built. A door that has no
row there fails here, and so does a row for a door that is gone. Sockets are tried in
``test/sockets``.
"""

from __future__ import annotations

from inspect import iscoroutinefunction

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import WebSocketRoute

from lanyard_core.access.scopes import Role
from lanyard_gateway.web.auth import Require
from lanyard_gateway.web.openapi import document

PAGES = {
    "/",
    "/dashboard",
    "/dashboard/",
    "/docs",
    "/docs/",
    "/docs/{name}",
}  # public files, without data
SAMPLE = {"robot_id": "arm-001", "task_id": "t-unknown", "task_type": "move_to", "key_id": "none"}


def routes(app) -> list:
    """Every route of the REST interface, with the path under which it is served."""
    found = iter_route_contexts(app.routes)
    return [r for r in found if isinstance(r.original_route, APIRoute) and r.path not in PAGES]


def sockets(app) -> list:
    found = iter_route_contexts(app.routes)
    return [r for r in found if isinstance(r.original_route, WebSocketRoute)]


def guards(route) -> list[Require]:
    return [d.call for d in route.dependant.dependencies if isinstance(d.call, Require)]


def called(dependant) -> list:
    """What FastAPI calls to answer: the endpoint, and all that it depends on."""
    inner = [call for each in dependant.dependencies for call in called(each)]
    return [dependant.call, *inner]


def is_coroutine(call) -> bool:
    return iscoroutinefunction(call) or iscoroutinefunction(type(call).__call__)


def bare(path: str) -> str:
    return path.removeprefix("/api/v1")


def doors(app) -> set[str]:
    """Method and path of all that is there; a root alias is the same door."""
    rest = {f"{method} {bare(r.path)}" for r in routes(app) for method in r.methods}
    return rest | {f"WS {route.path}" for route in sockets(app)}


async def test_every_door_has_a_row_and_every_row_a_door(house, door_table):
    built, meant = doors(house.app), set(door_table)
    assert {"POST /tasks", "POST /robots/{robot_id}/stop", "WS /ws/command/{robot_id}"} <= built
    assert built - meant == set(), "give these a row in docs/access.md: who is to get through?"
    assert meant - built == set(), "these are gone: take their rows out of docs/access.md"


async def test_no_request_leaves_the_event_loop_for_another_thread(house):
    # FastAPI gives what is no coroutine to a thread: slower, and not where robots may be asked.
    for route in routes(house.app):
        for call in called(route.dependant):
            assert is_coroutine(call), f"{route.path}: {call} must be `async def`"


async def test_every_route_asks_for_the_scope_of_its_row(house, door_table):
    for route in routes(house.app):
        scopes = {guard.scope for guard in guards(route)}
        for method in route.methods:
            row = door_table[f"{method} {bare(route.path)}"]
            asked = {"any key" if scope is None else scope.value for scope in scopes} or {"none"}
            assert asked == {row.scope}, (method, route.path)


@pytest.mark.parametrize("role", [None, *Role])
async def test_every_route_lets_in_exactly_those_of_its_row(house, door_table, role):
    for route in routes(house.app):
        path = route.path.format(**SAMPLE)
        for method in route.methods:
            row = door_table[f"{method} {bare(route.path)}"]
            answer = await house.call(method, path, role=role)
            where = f"{method} {path} as {role}: {answer.status_code}"
            if (role.value if role else "nobody") in row.opens_to:
                assert answer.status_code not in (401, 403), where
                assert answer.status_code < 500 or path.endswith("/readyz"), where
            else:
                assert answer.status_code == (403 if role else 401), where


async def test_every_documented_path_answers_below_500_and_as_documented(house):
    for path, operations in document(house.app)["paths"].items():
        for method in operations:
            answer = await house.call(method.upper(), path.format(**SAMPLE), role=Role.ADMIN)
            assert answer.status_code < 500, (method, path, answer.text)
            if answer.status_code < 400:
                assert str(answer.status_code) in operations[method]["responses"]
            else:
                assert answer.headers["content-type"] == "application/problem+json"


async def test_every_route_under_the_prefix_is_documented(house):
    documented = document(house.app)["paths"]
    for route in routes(house.app):
        if route.path.startswith("/api/v1") and not route.path.endswith(
            ("/openapi.json", "/asyncapi.json")
        ):
            assert route.path in documented


def test_a_door_without_a_row_is_seen(house, door_table):
    @house.app.get("/api/v1/left-open")
    async def left_open() -> None: ...

    assert doors(house.app) - set(door_table) == {"GET /left-open"}
