"""The OpenAPI 3.1 document, made from the routes that are really there.

The same bytes every time.
"""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi

from lanyard_gateway.web import examples
from lanyard_gateway.web.problem_models import Problem, WrongField
from lanyard_gateway.web.problems import PROBLEM_MEDIA_TYPE

_PROBLEM = {
    "description": "An error, as problem details (RFC 9457).",
    "content": {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_FRAMEWORK_SCHEMAS = ("HTTPValidationError", "ValidationError")

router = APIRouter(tags=["system"])


@router.get("/openapi.json", include_in_schema=False)
async def openapi_json(request: Request) -> Response:
    """The document. No credential needed."""
    text = json.dumps(document(request.app), sort_keys=True, separators=(",", ":"))
    return Response(text, media_type="application/json")


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of ``app``; made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            openapi_version="3.1.0",
            summary="Drive, task and watch ROS 2 robots.",
            routes=app.routes,
        )
        _describe_errors(made)
        _show_examples(made)
        app.openapi_schema = made
    return app.openapi_schema


def _show_examples(made: dict[str, Any]) -> None:
    for name, schema in made["components"]["schemas"].items():
        if name in examples.BODIES:
            schema["examples"] = [examples.BODIES[name]]
    for operations in made["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                name = parameter["name"]
                if name in examples.PARAMETERS:
                    parameter["example"] = examples.PARAMETERS[name]


def _describe_errors(made: dict[str, Any]) -> None:
    """Replace the framework's own error schema, which we never answer with, by ours."""
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for name in _FRAMEWORK_SCHEMAS:
        schemas.pop(name, None)
    for model in (Problem, WrongField):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        schemas[model.__name__] = schema
    for operations in made["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = _PROBLEM
