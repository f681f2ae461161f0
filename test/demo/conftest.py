"""What the tests of the two commands share."""

from __future__ import annotations

import functools
import os
import pathlib
import signal
import time

import dashboard_page
import httpx
import pytest
from running_demo import DEADLINE_S, RunningDemo, is_running
from waiting import wait_for


@pytest.fixture(scope="session")
def root():
    """The root of the repository."""
    return pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def start_demo():
    """Starts demos; whatever happens, none outlives the tests."""
    started = []

    def start(folder, **options):
        demo = RunningDemo(folder, **options)
        started.append(demo)
        return demo

    yield start
    for demo in started:
        if demo.process.poll() is None:
            demo.signal(signal.SIGTERM)
            demo.wait()
        for pid in demo.pids.values():
            if is_running(pid):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def eventually():
    """Waits for a condition, with a deadline."""
    return functools.partial(wait_for, within_s=DEADLINE_S, every_s=0.002)


class Robot:
    """A robot as the gateway tells it, without the page."""

    def __init__(self, ready, robot_id):
        self.path = f"/api/v1/robots/{robot_id}"
        headers = {"Authorization": f"Bearer {ready['api_key']}"}
        self.client = httpx.Client(base_url=ready["url"], headers=headers, timeout=30.0)

    def status(self):
        # The page has the same key, and with it the same share of requests a second.
        time.sleep(0.03)
        return self.client.get(f"{self.path}/status").raise_for_status().json()

    def is_online(self):
        return self.status()["online"]

    def state(self):
        return self.status()["safety"]["state"]

    def speed(self):
        twist = self.status()["twist"]
        return abs(twist["linear"]["x"]) + abs(twist["angular"]["z"])

    def holder(self):
        return self.status()["link"]["command_session"]

    def reset(self):
        return self.client.post(f"{self.path}/reset").status_code


@pytest.fixture(scope="module")
def robots(demo):
    """Every robot of the demo, by its id."""
    found = {robot_id: Robot(demo.ready, robot_id) for robot_id in demo.ready["robot_ids"]}
    yield found
    for each in found.values():
        each.client.close()


@pytest.fixture(scope="module")
def robot(demo, robots):
    """The first of them."""
    return robots[demo.ready["robot_id"]]


@pytest.fixture(scope="session")
def card():
    """A card of the page, by its title."""

    def find(page, title):
        return page.get_by_role("region", name=title, exact=True)

    return find


@pytest.fixture(scope="session")
def show():
    """Goes to a view of the dashboard."""

    return dashboard_page.show


@pytest.fixture
def open_page(browser, demo, show):
    """Opens the demo's dashboard, logged in; what goes wrong in its program fails the test."""
    contexts, wrong = [], []

    def begin(view="fleet", **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: "Security Policy" in said.text and wrong.append(said.text))
        dashboard_page.log_in(page, demo.ready)
        show(page, view)
        return page

    yield begin
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def stand_at_the_stick(open_page, robot, eventually):
    """Opens the page with the robot in command; afterwards the robot is ready again."""
    pages = []

    def begin(**options):
        page = open_page("drive", **options)
        pages.append(page)
        eventually(lambda: dashboard_page.take_command(page) or page.wait_for_timeout(200))
        return page

    yield begin
    for page in pages:
        page.close()
    eventually(lambda: robot.state() == "ready" or robot.reset() is None)


@pytest.fixture(scope="session")
def moves():
    """Holds, again if the robot was stopped meanwhile, and says whether the robot moves."""

    def hold_and_look(page, robot, hold):
        dashboard_page.take_command(page)
        hold()
        page.wait_for_timeout(250)
        return robot.speed() > 0.02

    return hold_and_look
