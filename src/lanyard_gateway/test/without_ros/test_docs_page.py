"""The page that shows the API: it works without a way out, and lets nothing in."""

from __future__ import annotations

import re

import pytest

from lanyard_gateway.web import docs_page


async def test_the_page_needs_no_key_and_everything_on_it_comes_from_here(house):
    page = await house.call("GET", "/docs/", role=None)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    found = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {"swagger-ui-bundle.js", "swagger-ui.css", "docs.js"} <= set(found)
    for link in found:
        assert not re.match(r"(https?:)?//", link)
        if not link.startswith("data:"):
            answer = await house.call("GET", f"/docs/{link}", role=None)
            assert answer.status_code == 200, link
            assert len(answer.content) > 100


async def test_the_page_may_load_and_ask_nothing_but_this_gateway(house):
    for path in ("/docs/", "/docs/docs.js"):
        policy = (await house.call("GET", path, role=None)).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "connect-src 'self'" in policy
        assert "http" not in policy


async def test_the_short_path_leads_there(house):
    answer = await house.call("GET", "/docs", role=None)
    assert (answer.status_code, answer.headers["location"]) == (307, "/docs/")


@pytest.mark.parametrize("name", ["nope.js", "..%2fapp.py", "%2e%2e/app.py"])
async def test_nothing_else_is_served(house, name):
    assert (await house.call("GET", f"/docs/{name}", role=None)).status_code == 404


def test_without_the_library_the_page_is_missing_and_nothing_else(monkeypatch):
    monkeypatch.setattr(docs_page, "_LIBRARY", "there_is_no_such_package")
    assert docs_page._library_file("swagger-ui.css") is None
