"""What the tests of the two commands share."""

from __future__ import annotations

import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

import pytest
from playwright.sync_api import expect

DEADLINE_S = 90.0


@pytest.fixture(scope="session")
def root():
    """The root of the repository."""
    return pathlib.Path(__file__).resolve().parents[2]


class RunningDemo:
    """A demo in a process of its own, on free ports and a ROS domain of its own."""

    def __init__(self, folder):
        self.state_dir = folder / "state"
        self.domain_id = random.randint(1, 99)
        self.ready_file = folder / "ready.json"
        self.log = folder / "demo.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "lanyard_runner.demo", "--port=0"),
                    *("--rosbridge-port=0", f"--domain-id={self.domain_id}"),
                    *(f"--state-dir={self.state_dir}", f"--ready-file={self.ready_file}"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until(lambda: self.ready_file.exists() or self.process.poll() is not None)
        assert self.process.poll() is None, self.output
        self.ready = json.loads(self.ready_file.read_text())
        self.pids = self.ready["pids"]

    @property
    def output(self):
        return self.log.read_text()

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self):
        """The exit code."""
        return self.process.wait(DEADLINE_S)

    def alive(self):
        """Names of the nodes whose processes are there."""
        return {name for name, pid in self.pids.items() if is_running(pid)}


@pytest.fixture(scope="module")
def start_demo():
    """Starts demos; whatever happens, none outlives the tests."""
    started = []

    def start(folder):
        demo = RunningDemo(folder)
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
    return wait_until


def wait_until(condition):
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.002)


def is_running(pid):
    """False also for one that has ended and was not waited for."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


@pytest.fixture(scope="session")
def show():
    """Goes to a view of the dashboard."""

    def go(page, view):
        page.locator(f"nav a[href^='#/{view}']").click()
        expect(page.locator(f"nav a[href^='#/{view}']")).to_have_attribute("aria-current", "page")

    return go


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
        page.goto(f"{demo.ready['url']}/dashboard/#key={demo.ready['api_key']}")
        expect(page.locator("#link")).to_contain_text("Live")
        show(page, view)
        return page

    yield begin
    for context in contexts:
        context.close()
    assert wrong == []
