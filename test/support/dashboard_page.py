"""The dashboard as somebody who uses it: where one goes, what one presses."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def log_in(page: Page, ready: dict[str, str]) -> None:
    """Open the page of a demo, by what its ready file says, and wait until it is live."""
    page.goto(f"{ready['url']}/dashboard/#key={ready['api_key']}")
    expect(page.locator("#link")).to_contain_text("Live")


def show(page: Page, view: str) -> None:
    """Go to a view."""
    page.locator(f"nav a[href^='#/{view}']").click()
    expect(page.locator(f"nav a[href^='#/{view}']")).to_have_attribute("aria-current", "page")


def take_command(page: Page) -> bool:
    """Ask for the robot unless it is asked for or had; a strict gateway may take it away again."""
    page.evaluate("document.querySelector('.commands .primary:enabled')?.click()")
    return page.locator("#stick.armed").count() == 1
