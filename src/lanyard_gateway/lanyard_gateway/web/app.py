"""The application factory: one FastAPI app from one context.

The only module that knows all routers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope

from lanyard_core.faults import LanyardFault
from lanyard_gateway.events.reporters import Reporters
from lanyard_gateway.web import (
    asyncapi,
    audit_api,
    command_socket,
    docs_page,
    events_api,
    events_socket,
    keys_api,
    oauth_api,
    openapi,
    pages,
    problems,
    robots_api,
    stops_api,
    system_api,
    task_commands_api,
    task_events_api,
    task_types_api,
    tasks_api,
    telemetry_api,
    telemetry_socket,
    tickets_api,
)
from lanyard_gateway.web.audit_trail import AuditTrail
from lanyard_gateway.web.context import AppContext, DoorContext
from lanyard_gateway.web.envelope import Envelope
from lanyard_gateway.web.guards import on_guard
from lanyard_gateway.web.open_sockets import OpenSockets, SocketRegister
from lanyard_gateway.web.rate_limits import RateLimits, judge_failure
from lanyard_gateway.web.scope_keys import API_PREFIX


def create_app(context: AppContext, *, routers: Sequence[APIRouter] = ()) -> FastAPI:
    """The gateway's web application. Its lifespan starts and stops the task service.

    ``routers`` are those of side doors.
    """
    app = FastAPI(
        title="Lanyard gateway",
        version=context.version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Nothing here asks for it, and it would look at the environment at every request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        generate_unique_id_function=_operation_id,
        lifespan=_lifespan,
    )
    _include(app, root_aliases=context.settings.root_aliases)
    for router in routers:
        app.include_router(router)
    pages.install(app)
    docs_page.install(app)
    _put_checks_around(app, context, _body_limit(context))
    return app


def create_door_app(context: DoorContext, router: APIRouter) -> FastAPI:
    """An application of one router, behind the same checks as the gateway's own routes.

    Besides it gives out the tickets with which a page opens its socket.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with on_guard(context, app.state.sockets):
            yield

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.include_router(router)
    app.include_router(tickets_api.router, prefix=API_PREFIX)
    _put_checks_around(app, context, lambda _scope: context.settings.max_body_bytes)
    return app


def _put_checks_around(
    app: FastAPI, context: DoorContext, body_limit: Callable[[Scope], int]
) -> None:
    app.state.context = context
    app.state.sockets = OpenSockets()
    app.state.rates = context.rates
    problems.install(app, judge=judge_failure)
    if context.rates is not None:
        app.add_middleware(RateLimits, rates=context.rates)
    app.add_middleware(AuditTrail, sink=context.audit)
    app.add_middleware(SocketRegister, sockets=app.state.sockets)
    app.add_middleware(Envelope, body_limit=body_limit, last_resort=_internal_error)


def _include(app: FastAPI, *, root_aliases: bool) -> None:
    # Routes are looked through in this order, so what is asked for most stands first.
    robots_api.add_status_route(app.router, prefix=API_PREFIX)
    if root_aliases:
        robots_api.add_status_route(app.router, in_schema=False)
    for router in (
        tasks_api.router,
        task_commands_api.router,
        task_events_api.router,
        task_types_api.router,
        robots_api.router,
        telemetry_api.router,
        events_api.router,
        stops_api.stop_router,
        stops_api.reset_router,
        audit_api.router,
        keys_api.router,
        tickets_api.router,
        system_api.open_router,
        system_api.router,
        openapi.router,
        asyncapi.router,
    ):
        app.include_router(router, prefix=API_PREFIX)
    app.include_router(oauth_api.router)  # its places are those of its own standards
    # Probes are looked for at the root, wherever the API is.
    for router in (system_api.open_router, openapi.router, asyncapi.router):
        app.include_router(router, include_in_schema=False)
    if root_aliases:
        for router in (
            tasks_api.router,
            task_commands_api.router,
            task_events_api.router,
        ):
            app.include_router(router, include_in_schema=False)
    for router in (command_socket.router, telemetry_socket.router, events_socket.router):
        app.include_router(router)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    context: AppContext = app.state.context
    reporters = Reporters(context.robots, context.events.publish, version=context.version)
    reporters.start()
    await context.tasks.start()
    try:
        async with on_guard(context, app.state.sockets):
            yield
    finally:
        await context.tasks.stop()
        reporters.stop()
        if context.rates is not None:
            await context.rates.close()


def _operation_id(route: APIRoute) -> str:
    return route.name


def _body_limit(context: AppContext) -> Callable[[Scope], int]:
    settings = context.settings
    paths = ("/tasks", "/tasks:batch")
    submits = (*paths, *(f"{API_PREFIX}{path}" for path in paths))

    def limit(scope: Scope) -> int:
        is_submit = scope["path"] in submits
        return settings.max_task_body_bytes if is_submit else settings.max_body_bytes

    return limit


def _internal_error(connection: HTTPConnection) -> Response:
    return problems.problem_response(connection, LanyardFault("unexpected"))
