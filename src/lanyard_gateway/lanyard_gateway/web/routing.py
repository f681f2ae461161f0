"""The route class of the REST API: permission first, then a strict body, then the handler.

FastAPI reads the body before it runs dependencies; a stranger must not get that far. And Python's
JSON reader takes more than JSON (NaN, infinities, doubled names, half characters): here such a body
is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import NoReturn, cast

import orjson
from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from lanyard_core.faults import BadInput, FieldError, ValidationFailed
from lanyard_gateway.web.auth import Require

_JSON = (b"content-type", b"application/json")
MAX_DEPTH = 8
"""How deep the objects and arrays of a body may be nested."""

_Handler = Callable[[Request], Coroutine[object, object, Response]]


class StrictRequest(Request):
    """A request whose body is JSON and nothing more; ``load`` it before FastAPI asks for it."""

    _value: object = None

    async def load(self) -> None:
        """Read and parse the body.

        Raises BadInput: ``unsupported_media_type``, ``malformed_json``.
        """
        _check_content_type(self)
        raw = await self.body()
        if raw:
            self._value = parse_strict_json(raw)

    async def json(self) -> object:
        """The parsed body."""
        return self._value


class ApiRoute(APIRoute):
    """Checks the route's scope, the names of query parameters and the body, in this order."""

    refuses_unknown_query = True

    def get_route_handler(self) -> _Handler:
        """The handler, wrapped."""
        handler = super().get_route_handler()
        guards = list(_guards(self.dependant))
        known = frozenset(_query_names(self.dependant))
        takes_json = self.body_field is not None

        async def guarded(request: Request) -> Response:
            for guard in guards:
                guard.check(request)
            if self.refuses_unknown_query:
                _check_query(request, known)
            strict = StrictRequest(request.scope, request.receive)
            if takes_json:
                await strict.load()
            return await handler(strict)

        return guarded


class DirectRoute(ApiRoute):
    """A GET that is asked for all the time, without what FastAPI does for every request.

    Its handler takes the request and nothing else, and gives plain values of the shape that
    ``response_model`` promises (a TypedDict, so that mypy holds it to it), which are sent as they
    are. The document shows the route like any other.
    """

    def get_route_handler(self) -> _Handler:
        """The handler, without FastAPI's."""
        endpoint = cast("Callable[[Request], Coroutine[object, object, object]]", self.endpoint)
        guards = list(_guards(self.dependant))

        async def body(request: Request) -> bytes:
            for guard in guards:
                guard.check(request)
            if request.scope["query_string"]:
                _check_query(request, frozenset())
            return orjson.dumps(await endpoint(request))

        async def direct(request: Request) -> Response:
            return Response(await body(request), media_type="application/json")

        self._body = body
        return direct

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; what is refused is raised to the application's handlers."""
        if self.methods and scope["method"] not in self.methods:
            await super().handle(scope, receive, send)
            return
        body = await self._body(Request(scope, receive, send))
        headers = [(b"content-length", b"%d" % len(body)), _JSON]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class LenientRoute(ApiRoute):
    """A route that overlooks what it does not know: for stops, which must not fail for a typo."""

    refuses_unknown_query = False


def _guards(dependant: Dependant) -> Iterator[Require]:
    for inner in dependant.dependencies:
        if isinstance(inner.call, Require):
            yield inner.call


def _query_names(dependant: Dependant) -> Iterator[str]:
    for parameter in dependant.query_params:
        yield parameter.alias
    for inner in dependant.dependencies:
        yield from _query_names(inner)


def _check_query(request: Request, known: frozenset[str]) -> None:
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        message = f"is not known; known here: {', '.join(sorted(known)) or 'none'}"
        errors = [FieldError(name, "unknown_field", message) for name in unknown]
        raise ValidationFailed(f"unknown query parameters: {', '.join(unknown)}", errors=errors)


def _check_content_type(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "application/json":
        return
    if not media_type and request.headers.get("content-length", "0") == "0":
        return  # no body: validation says which fields are missing, if any
    raise BadInput(
        "the body must be JSON; send `Content-Type: application/json`",
        code="unsupported_media_type",
    )


def parse_strict_json(raw: bytes) -> object:
    """Parse RFC 8259 JSON: UTF-8, finite numbers, unique names.

    Raises BadInput (``malformed_json``).
    """
    try:
        text = raw.decode("utf-8")
        value: object = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            object_pairs_hook=_unique,
        )
        if "\\ud" in text or "\\uD" in text:
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # finds half surrogate pairs
        _check_depth(value)
    except RecursionError:
        raise BadInput("the body is nested too deeply", code="malformed_json") from None
    except UnicodeError:
        raise BadInput("the body is not valid UTF-8 text", code="malformed_json") from None
    except ValueError as error:
        raise BadInput(f"the body is not valid JSON: {error}", code="malformed_json") from None
    return value


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [item for each in level for item in _items(each) if isinstance(item, (dict, list))]
        if not level:
            return
    raise RecursionError


def _items(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("an object has the same name twice")
    return value
