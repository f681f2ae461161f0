"""The application factory: one FastAPI app from one context. The only module that knows every router."""

from __future__ import annotations

import importlib
import importlib.util

from fastapi import APIRouter, FastAPI
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope

from lanyard_core.faults import LanyardFault
from lanyard_gateway.web import problems
from lanyard_gateway.web.context import AppContext
from lanyard_gateway.web.envelope import Envelope

API_PREFIX = "/api/v1"
_SOCKET_MODULES = ("command_socket", "telemetry_socket")


def create_app(context: AppContext) -> FastAPI:
    """The gateway's web application. Its lifespan starts and stops the task service."""
    app = FastAPI(
        title="Lanyard gateway",
        version=context.version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.context = context
    problems.install(app)
    for router in _socket_routers():
        app.include_router(router)
    app.add_middleware(
        Envelope, body_limit=_body_limit(context), last_resort=_internal_error
    )
    return app


def _socket_routers() -> list[APIRouter]:
    names = [f"lanyard_gateway.web.{name}" for name in _SOCKET_MODULES]
    return [importlib.import_module(n).router for n in names if importlib.util.find_spec(n)]


def _body_limit(context: AppContext):  # type: ignore[no-untyped-def]
    def limit(scope: Scope) -> int:
        is_task = scope["path"] in ("/tasks", f"{API_PREFIX}/tasks")
        settings = context.settings
        return settings.max_task_body_bytes if is_task else settings.max_body_bytes

    return limit


def _internal_error(connection: HTTPConnection) -> Response:
    return problems.problem_response(connection, LanyardFault("unexpected"))
