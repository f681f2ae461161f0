"""The outermost layer of a request."""

from __future__ import annotations

import logging
from uuid import UUID

import pytest
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from lanyard_gateway.web.envelope import Envelope, uuid7

SCOPE = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}


def envelope(app) -> Envelope:
    return Envelope(app, body_limit=lambda _: 10, last_resort=lambda _: Response(status_code=500))


async def call(app) -> list[dict]:
    sent: list[dict] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        sent.append(message)

    await envelope(app)(dict(SCOPE), receive, send)
    return sent


async def test_a_caller_that_went_away_is_no_error(caplog):
    async def app(scope, receive, send) -> None:
        raise ClientDisconnect

    assert await call(app) == []
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_surprise_before_the_answer_is_answered(caplog):
    async def app(scope, receive, send) -> None:
        raise ValueError

    assert (await call(app))[0]["status"] == 500
    assert "POST / failed" in caplog.text


async def test_a_surprise_in_the_middle_of_an_answer_ends_the_connection():
    async def app(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        await call(app)


async def test_the_start_and_stop_of_the_application_pass_through():
    seen = []

    async def app(scope, receive, send) -> None:
        seen.append(scope["type"])

    await envelope(app)({"type": "lifespan"}, None, None)
    assert seen == ["lifespan"]


def test_ids_are_version_7_and_sort_by_time():
    ids = [UUID(uuid7(now_unix_s=1.7e9 + n, entropy=2**74 - 1 - n)) for n in range(3)]
    assert ids == sorted(ids)
    assert {each.version for each in ids} == {7}
    assert {each.variant for each in ids} == {"specified in RFC 4122"}
