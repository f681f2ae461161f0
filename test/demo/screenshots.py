"""Makes the pictures of the dashboard in docs/.

    PYTHONPATH=test/support python test/demo/screenshots.py

Starts the demo on free ports, gives the robot work, and looks at the page as people do: on a desk,
on a phone, in the dark. What is shown is what the demo's nodes do; nothing is made up.
"""

from __future__ import annotations

import contextlib
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import chromium
from dashboard_page import log_in, show, take_command
from playwright.sync_api import Page, expect, sync_playwright
from running_demo import RunningDemo

DOCS = Path(__file__).resolve().parents[2] / "docs"
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def main() -> None:
    """Make all pictures: of one robot, and of a fleet."""
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        if browser is None:
            raise SystemExit("no chromium: run `make setup`, or install it")
        for robots, take in ((1, take_pictures), (3, take_picture_of_the_fleet)):
            with running_demo(robots=robots) as ready:
                page = browser.new_page(viewport=DESK, color_scheme="light")
                log_in(page, ready)
                take(page)
                page.close()


@contextlib.contextmanager
def running_demo(*, robots: int) -> Iterator[dict[str, str]]:
    """A demo, and where it is."""
    with tempfile.TemporaryDirectory() as folder:
        demo = RunningDemo(Path(folder), robots=robots)
        try:
            yield demo.ready
        finally:
            demo.signal(signal.SIGTERM)
            demo.wait()


def take_pictures(page: Page) -> None:
    """Give work, and look at each view."""
    show(page, "tasks")
    submit(page, "inspect", {"views": "2", "dwell_s": "0.2"})
    submit(page, "move_to", {"x_m": "1.4", "y_m": "0.9"})
    submit(page, "pick_and_place", {})
    page.get_by_label("Type").select_option("wait")
    picture(page, "tasks", after_s=1.0)
    page.set_viewport_size({"width": 1440, "height": 1330})
    show(page, "robot")
    picture(page, "robot", after_s=24.0)
    page.emulate_media(color_scheme="dark")
    picture(page, "robot-dark", after_s=1.0)
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light")
    show(page, "tasks")
    cancel_all(page)
    page.set_viewport_size(PHONE)
    show(page, "drive")
    while not take_command(page):
        page.wait_for_timeout(500)
    pull_the_stick(page)
    picture(page, "phone", after_s=0.8)
    page.mouse.up()


def take_picture_of_the_fleet(page: Page) -> None:
    """One works, one was stopped, one has nothing to do."""
    show(page, "tasks")
    submit(page, "inspect", {"views": "5", "dwell_s": "3"})
    show(page, "fleet")
    page.get_by_role("listitem", name="Robot arm-002").get_by_role("button", name="STOP").click()
    expect(page.get_by_role("alert")).to_contain_text("confirmed")
    picture(page, "fleet", after_s=4.0)


def submit(page: Page, task_type: str, fields: dict[str, str]) -> None:
    page.get_by_label("Type").select_option(task_type)
    for name, text in fields.items():
        page.locator(f"[name='{name}']").fill(text)
    page.get_by_role("button", name="Send to").click()
    page.wait_for_timeout(700)


def cancel_all(page: Page) -> None:
    buttons = page.locator("tr[data-task]").get_by_role("button", name="Cancel")
    while buttons.count():
        buttons.first.click()
        page.wait_for_timeout(1000)  # one that is in a phase of no return is asked again


def pull_the_stick(page: Page) -> None:
    box = page.locator("#stick").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - box["width"] / 8, y - box["height"] / 3)


def picture(page: Page, name: str, *, after_s: float) -> None:
    page.wait_for_timeout(after_s * 1000)
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=DOCS / f"dashboard-{name}.png")


if __name__ == "__main__":
    main()
