"""Generated from the routes that are there: none is open by accident, none fails with 5xx."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from lanyard_core.access.scopes import ROLE_SCOPES, Role
from lanyard_gateway.web.auth import Require
from lanyard_gateway.web.openapi import document

OPEN = {"/healthz", "/readyz", "/version", "/openapi.json"}
NO_SCOPE = {"/whoami"}  # any key may ask who it is
PAGES = {"/", "/dashboard"}  # lead to the dashboard's public files
SAMPLE = {
    "robot_id": "arm-001", "task_id": "t-unknown", "task_type": "move_to",
}  # fmt: skip


def routes(app) -> list[RouteContext]:
    """Every route of the REST interface, with the path under which it is served."""
    found = iter_route_contexts(app.routes)
    return [r for r in found if isinstance(r.original_route, APIRoute) and r.path not in PAGES]


def guards(route: RouteContext) -> list[Require]:
    return [d.call for d in route.dependant.dependencies if isinstance(d.call, Require)]


def bare(path: str) -> str:
    return path.removeprefix("/api/v1")


async def test_there_are_routes_to_look_at(house):
    paths = {route.path for route in routes(house.app)}
    assert {"/api/v1/tasks", "/tasks", "/api/v1/robots/{robot_id}/stop", "/healthz"} <= paths


async def test_every_route_demands_a_scope_except_those_named_here(house):
    for route in routes(house.app):
        scopes = [guard.scope for guard in guards(route)]
        if bare(route.path) in OPEN:
            assert scopes == [], route.path
        elif bare(route.path) in NO_SCOPE:
            assert scopes == [None], route.path
        else:
            assert len(scopes) == 1, route.path
            assert scopes[0] is not None, route.path


@pytest.mark.parametrize("role", [None, *Role])
async def test_every_route_lets_in_exactly_the_roles_that_hold_its_scope(house, role):
    for route in routes(house.app):
        [scope] = [guard.scope for guard in guards(route)] or [None]
        path = route.path.format(**SAMPLE)
        for method in route.methods:
            answer = await house.call(method, path, role=role)
            where = f"{method} {path} as {role}"
            if not guards(route):
                assert answer.status_code == 200, where
            elif role is None:
                assert answer.status_code == 401, where
            elif scope is None or scope in ROLE_SCOPES[role]:
                assert answer.status_code not in (401, 403), where
                assert answer.status_code < 500, where
            else:
                assert answer.status_code == 403, where


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
        if route.path.startswith("/api/v1") and not route.path.endswith("/openapi.json"):
            assert route.path in documented
