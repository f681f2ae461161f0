"""Faults to RFC 9457 problem details: the one table of HTTP statuses, and the handlers that use it.

Every answer of 400 and above has this shape, whoever noticed the trouble: a route (LanyardFault),
FastAPI's own validation, the router (unknown path or method), or nobody (500). No answer carries a
traceback, a file path or an input value. WebSockets that fail before the upgrade get the same
answer as an HTTP response.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketState

from lanyard_core import faults
from lanyard_gateway.web.context import context_of
from lanyard_gateway.web.envelope import request_id_of
from lanyard_gateway.web.scope_keys import CODE

_log = logging.getLogger(__name__)

Judge = Callable[[HTTPConnection, faults.LanyardFault], Awaitable[faults.LanyardFault]]
"""Says which fault to answer with instead of one that was raised; often the same."""
_Handler = Callable[[HTTPConnection, Exception], Awaitable["Response | None"]]

PROBLEM_MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 1

# The nearest class of a fault's family tree decides the status ...
STATUS_OF_CLASS: dict[type[faults.LanyardFault], int] = {
    faults.LanyardFault: 500,
    faults.BadInput: 400,
    faults.MalformedFrame: 400,
    faults.ValidationFailed: 422,
    faults.NotFound: 404,
    faults.Unauthenticated: 401,
    faults.Forbidden: 403,
    faults.Conflict: 409,
    faults.Throttled: 429,
    faults.Unavailable: 503,
    faults.Overloaded: 503,
    faults.RosTimeout: 504,
    faults.BadConfiguration: 500,
}
# ... unless its code says it more exactly.
STATUS_OF_CODE: dict[str, int] = {
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "etag_mismatch": 412,
    "too_large": 413,
    "unsupported_media_type": 415,
    "if_match_required": 428,
    "headers_too_large": 431,
    "ros_bad_response": 502,
}
# What the router and the framework raise by status only.
_CODE_OF_STATUS: dict[int, str] = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    422: "validation_failed",
}
_DETAIL_OF_STATUS: dict[int, str] = {
    404: "there is nothing at this path; see /api/v1/openapi.json for what there is",
    405: "this path does not take this method; the Allow header lists those that it takes",
}
# Close codes of a socket that fails after its upgrade.
_CLOSE_CODE_OF_STATUS: dict[int, int] = {
    400: 4400,
    401: 4401,
    403: 4403,
    404: 4404,
    409: 4409,
    422: 4400,
    429: 4429,
    503: 4503,
}
_TITLES: dict[str, str] = {
    "malformed_json": "The body is not JSON",
    "validation_failed": "The request does not fit the schema",
    "task_not_cancellable": "Task cannot be canceled",
    "task_not_pausable": "Task cannot be paused",
    "task_terminal": "Task has already ended",
    "idempotency_conflict": "Idempotency-Key was used for another request",
    "queue_full": "The task queue is full",
    "rate_limited": "Too many requests",
    "auth_throttled": "Too many failed attempts",
    "ros_unavailable": "The robot's side cannot be reached",
    "ros_timeout": "The robot's side did not answer in time",
    "internal": "Internal error",
}
# Pydantic's names of errors, in the words of this API.
_FIELD_CODES = {"extra_forbidden": "unknown_field", "missing": "required"}
_FIELD_MESSAGES = {
    "extra_forbidden": "there is no such field; take it out or mend its spelling",
    "missing": "this field is required",
}


def status_of(fault: faults.LanyardFault) -> int:
    """The HTTP status of a fault: by its code, else by the nearest class in the table."""
    if fault.code in STATUS_OF_CODE:
        return STATUS_OF_CODE[fault.code]
    for family in type(fault).__mro__:
        if family in STATUS_OF_CLASS:
            return STATUS_OF_CLASS[family]
    return 500


def problem_response(connection: HTTPConnection, fault: faults.LanyardFault) -> Response:
    """The problem document of a fault, with the headers that its status demands."""
    status = status_of(fault)
    connection.scope[CODE] = fault.code
    body: dict[str, object] = dict(fault.extra)
    body.update(
        type=context_of(connection).settings.problem_base + fault.code,
        title=_TITLES.get(fault.code, HTTPStatus(status).phrase),
        status=status,
        code=fault.code,
        detail=fault.detail if status != 500 else "something went wrong inside the gateway",
        request_id=request_id_of(connection),
        retryable=fault.retryable,
    )
    if isinstance(fault, faults.ValidationFailed):
        body["errors"] = [
            {"field": error.field, "code": error.code, "message": error.message}
            for error in fault.errors
        ]
    headers: dict[str, str] = {}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="lanyard"'
    if status in (429, 503):
        headers["Retry-After"] = str(retry_after(fault))
    return Response(
        json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace"),
        status_code=status,
        headers=headers,
        media_type=PROBLEM_MEDIA_TYPE,
    )


def retry_after(fault: faults.LanyardFault) -> int:
    """Whole seconds after which trying again is worth while; never too early."""
    if isinstance(fault, faults.Throttled):
        return max(RETRY_AFTER_S, math.ceil(fault.retry_after_s))
    return RETRY_AFTER_S


def fault_of_validation(errors: Sequence[Mapping[str, object]]) -> faults.LanyardFault:
    """FastAPI's list of errors as a fault of ours; input values are left out on purpose."""
    if any(error.get("type") == "json_invalid" for error in errors):
        return faults.BadInput("the body is not valid JSON", code="malformed_json")
    found = [_field_error(error) for error in errors]
    headers = [e for e, error in zip(found, errors) if _place(error)[:1] == ["header"]]
    if headers:
        named = "; ".join(f"{error.field}: {error.message}" for error in headers)
        return faults.BadInput(f"wrong header: {named}", code="bad_header")
    names = ", ".join(dict.fromkeys(error.field for error in found))
    return faults.ValidationFailed(f"wrong or missing: {names}", errors=found)


def _field_error(error: Mapping[str, object]) -> faults.FieldError:
    kind = str(error.get("type", "invalid"))
    return faults.FieldError(
        field=".".join(_place(error)[1:]) or "body",
        code=_FIELD_CODES.get(kind, kind),
        message=_FIELD_MESSAGES.get(kind, str(error.get("msg", "invalid"))),
    )


def _place(error: Mapping[str, object]) -> list[str]:
    location = error.get("loc", ())
    return [str(part) for part in location] if isinstance(location, (tuple, list)) else []


def fault_of_http_exception(exc: HTTPException) -> faults.LanyardFault:
    """What the router or the framework raised, as a fault of ours."""
    code = _CODE_OF_STATUS.get(exc.status_code, "bad_request")
    detail = _DETAIL_OF_STATUS.get(exc.status_code, str(exc.detail))
    if exc.status_code >= 500:
        return faults.LanyardFault(detail)
    fault_class = next(
        (cls for cls, status in STATUS_OF_CLASS.items() if status == exc.status_code),
        faults.BadInput,
    )
    if fault_class is faults.ValidationFailed:
        return faults.ValidationFailed(detail, errors=())
    return fault_class(detail, code=code)


async def deny(connection: HTTPConnection, fault: faults.LanyardFault) -> Response | None:
    """Answer a fault: a response for a request; for a socket, a refused upgrade or a close."""
    response = problem_response(connection, fault)
    if not isinstance(connection, WebSocket):
        return response
    if connection.application_state is WebSocketState.CONNECTING and (
        "websocket.http.response" in connection.scope.get("extensions", {})
    ):
        await connection.send_denial_response(response)
    elif connection.application_state is not WebSocketState.DISCONNECTED:
        await connection.close(_CLOSE_CODE_OF_STATUS.get(response.status_code, 1011), fault.code)
    return None


def _on_fault(judge: Judge) -> _Handler:
    async def handler(connection: HTTPConnection, exc: Exception) -> Response | None:
        fault = await judge(connection, cast(faults.LanyardFault, exc))
        if status_of(fault) == 500:
            _log.error("request %s failed", request_id_of(connection), exc_info=exc)
        return await deny(connection, fault)

    return handler


async def _on_validation(connection: HTTPConnection, exc: Exception) -> Response | None:
    refused = cast("RequestValidationError | WebSocketRequestValidationError", exc)
    return await deny(connection, fault_of_validation(refused.errors()))


async def _on_http_exception(connection: HTTPConnection, exc: Exception) -> Response | None:
    raised = cast(HTTPException, exc)
    response = await deny(connection, fault_of_http_exception(raised))
    if response is not None and raised.headers:
        response.headers.update(raised.headers)  # Allow, on 405
    return response


def install(app: FastAPI, *, judge: Judge) -> None:
    """Make ``app`` answer every error as a problem document; ``judge`` has the last word on it."""
    for exception, handler in (
        (faults.LanyardFault, _on_fault(judge)),
        (RequestValidationError, _on_validation),
        (WebSocketRequestValidationError, _on_validation),
        (HTTPException, _on_http_exception),
    ):
        app.add_exception_handler(exception, handler)  # type: ignore[arg-type]
