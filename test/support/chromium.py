"""The browser that the pages are looked at with: Chromium without a screen."""

from __future__ import annotations

import pathlib
import shutil

from playwright.sync_api import Browser, Playwright

BROWSERS = ("chromium", "google-chrome")
# Three dimensions without a graphics card; and as root, in a container, there is no sandbox.
OPTIONS = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")


def launch(playwright: Playwright) -> Browser | None:
    """That of this machine, or the one that Playwright has; None where there is neither."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None and not pathlib.Path(playwright.chromium.executable_path).exists():
        return None
    return playwright.chromium.launch(executable_path=path, args=OPTIONS)
