"""For all tests over processes: real time is watched; and there is a browser to ask for."""

from __future__ import annotations

import os

import chromium
import pytest
import real_time
from playwright.sync_api import expect, sync_playwright


def pytest_configure(config: pytest.Config) -> None:
    if not config.pluginmanager.is_registered(real_time):
        config.pluginmanager.register(real_time)


@pytest.fixture(scope="module")
def browser():
    """Chromium without a screen.

    Not for longer than a module: while Playwright is there its event loop runs in this thread, and
    no asynchronous test of another module could.
    """
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        if browser is None:
            leave_out = pytest.fail if os.environ.get("CI") else pytest.skip
            leave_out("no chromium: run `make setup`, or install it")
        yield browser
        browser.close()
