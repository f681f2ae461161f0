"""For all tests over processes: real time is watched; and there is a browser to ask for."""

from __future__ import annotations

import os
import pathlib
import shutil

import pytest
import real_time
from playwright.sync_api import expect, sync_playwright


def pytest_configure(config: pytest.Config) -> None:
    if not config.pluginmanager.is_registered(real_time):
        config.pluginmanager.register(real_time)


BROWSERS = ("chromium", "google-chrome")
# Three dimensions without a graphics card; and as root, in a container, there is no sandbox.
BROWSER_OPTIONS = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")


@pytest.fixture(scope="module")
def browser():
    """Chromium without a screen: that of this machine, or the one that Playwright has.

    Not for longer than a module: while Playwright is there its event loop runs in this thread, and
    no asynchronous test of another module could.
    """
    expect.set_options(timeout=30_000)
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        if path is None and not pathlib.Path(playwright.chromium.executable_path).exists():
            leave_out = pytest.fail if os.environ.get("CI") else pytest.skip
            leave_out("no chromium: run `make setup`, or install it")
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_OPTIONS)
        yield browser
        browser.close()
