"""The dashboard's files as the gateway serves them."""

import httpx
import pytest
from fastapi import FastAPI

from lanyard_gateway.web import pages


@pytest.fixture
def get():
    """Asks an application that serves the pages and nothing else."""

    async def ask(path):
        app = FastAPI()
        pages.install(app)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.get(path)

    return ask


@pytest.mark.parametrize("path", ["/", "/dashboard"])
async def test_the_short_addresses_lead_to_the_page(get, path):
    assert (await get(path)).headers["location"] == "/dashboard/"


@pytest.mark.parametrize(
    "path", ["/dashboard/", "/dashboard/built/app.js", "/dashboard/lanyard/index.js"]
)
async def test_page_program_and_client_are_served_with_a_strict_policy(get, path):
    answer = await get(path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-cache"


async def test_a_page_that_was_not_built_says_what_to_do(get, monkeypatch, caplog):
    monkeypatch.setattr(pages, "is_built", lambda: False)
    answer = await get("/dashboard/")
    assert answer.status_code == 503
    assert "make setup" in answer.text
    assert "make setup" in caplog.text


async def test_the_client_is_served_also_where_the_page_was_not_built(get, monkeypatch):
    monkeypatch.setattr(pages, "is_built", lambda: False)
    assert (await get("/dashboard/lanyard/index.js")).status_code == 200
