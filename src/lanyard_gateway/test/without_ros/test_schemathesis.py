"""The API held to its own document: requests that it allows, and requests that it does not.

Schemathesis reads the OpenAPI document and makes the requests. No answer may be a server's error,
and none may be outside the document: not its status, not its media type, not its shape. And none
tells a stranger what the software is made of.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections import Counter

import httpx
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, openapi
from schemathesis.checks import CHECKS, load_all_checks

from lanyard_core.access.scopes import Role

load_all_checks()
CHECKED = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_headers_conformance", "response_schema_conformance",
)  # fmt: skip
LEAKS = re.compile(r"Traceback|File \"|site-packages|\.py\b|sqlalchemy|uvicorn|pydantic|starlette")
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "4"))
SHOULD_FAIL = {"/api/v1/readyz"}  # 503 is its answer when something is wrong

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


async def ask(house, case) -> httpx.Response:
    """Send what schemathesis made, as it is, with an admin's key."""
    wanted = dict(case.as_transport_kwargs(base_url="http://gateway"))
    headers = {**(wanted.pop("headers", None) or {}), **house.headers(Role.ADMIN)}
    prepared = requests.Request(headers=headers, **wanted).prepare()
    headers = [
        (name, value.encode("utf-8") if isinstance(value, str) else value)
        for name, value in prepared.headers.items()
    ]
    return await house.client.request(
        prepared.method, prepared.url, headers=headers, content=prepared.body
    )


def hold(operation, mode: GenerationMode, send) -> None:
    """Make requests for an operation and judge every answer; raises for the first bad one."""
    checks = [CHECKS.get_one(name) for name in CHECKED]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def run(case) -> None:
        answer = send(case)
        case.validate_response(answer, checks=checks)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert not LEAKS.search(answer.text), answer.text

    with contextlib.suppress(Unsatisfiable):  # what takes nothing cannot be asked wrongly
        run()


@pytest.fixture
async def sender(house):
    """Sends what schemathesis made from a thread, and counts the answers by status."""
    loop, answered = asyncio.get_running_loop(), Counter()

    def send(case) -> httpx.Response:
        answer = asyncio.run_coroutine_threadsafe(ask(house, case), loop).result(30.0)
        answered[answer.status_code] += 1
        return answer

    send.answered = answered
    return send


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
async def test_no_answer_is_an_error_of_the_server_or_outside_the_document(house, mode, sender):
    document = (await house.call("GET", "/openapi.json")).json()
    for found in openapi.from_dict(document).get_all_operations():
        operation = found.ok()
        if operation.path not in SHOULD_FAIL:
            await asyncio.to_thread(hold, operation, mode, sender)
    wanted = {200, 404} if mode is GenerationMode.POSITIVE else {404, 422}
    assert wanted <= set(sender.answered), sender.answered
    assert sum(sender.answered.values()) > 50


@pytest.mark.parametrize("wrong", ["status", "shape"])
async def test_an_answer_outside_the_document_is_seen(house, sender, wrong):
    document = (await house.call("GET", "/openapi.json")).json()
    operation = document["paths"]["/api/v1/version"]["get"]
    if wrong == "status":
        operation["responses"] = {"204": {"description": "Something else."}}
    else:
        document["components"]["schemas"]["Version"]["required"] = ["colour"]
    schema = openapi.from_dict(document).include(path="/api/v1/version")
    [found] = schema.get_all_operations()
    with pytest.raises(BaseException, match=r"(?i)status code|schema"):
        await asyncio.to_thread(hold, found.ok(), GenerationMode.POSITIVE, sender)
