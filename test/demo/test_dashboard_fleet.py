"""The dashboard of a fleet: two robots, one gateway; one of them is killed, and comes back."""

from __future__ import annotations

import os
import pathlib
import re
import signal

import pytest
from playwright.sync_api import expect

PROGRAM = str(pathlib.Path(__file__).parent / "mortal_fleet.py")
PHONE = {"width": 390, "height": 844}
BOTH = ("arm-001", "arm-002")
OLD = re.compile(r"Old data, ([\d.]+) (s|min) old")
STILL_MOVES = "It may still move: use its emergency stop."


@pytest.fixture(scope="module")
def demo(start_demo, tmp_path_factory):
    return start_demo(tmp_path_factory.mktemp("fleet"), program=(PROGRAM,), robots=2)


@pytest.fixture(autouse=True)
def ready(robots, eventually):
    """Whatever a test did: afterwards nothing is stopped."""
    yield
    for robot in robots.values():
        eventually(lambda robot=robot: robot.state() == "ready" or robot.reset() is None)


def tile(page, robot_id):
    return page.get_by_role("listitem", name=f"Robot {robot_id}")


def choose(page, robot_id):
    page.get_by_role("combobox", name="Robot", exact=True).select_option(robot_id)


def kill_arm_002(demo):
    children = pathlib.Path(f"/proc/{demo.process.pid}/task/{demo.process.pid}/children")
    for pid in children.read_text().split():
        if b"__ns:=/arm_002" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(int(pid), signal.SIGKILL)


@pytest.fixture
def come_back(demo, robots, eventually):
    """Starts arm-002 again, and waits until it is there."""

    def begin():
        (demo.state_dir / "revive").touch()
        eventually(lambda: robots["arm-002"].is_online())
        eventually(lambda: robots["arm-002"].state() == "ready")

    return begin


@pytest.fixture
def lose(demo, robots, eventually, come_back):
    """Kills all of arm-002 as a lost battery would; it is back in the end."""

    def kill():
        kill_arm_002(demo)
        eventually(lambda: not robots["arm-002"].is_online())

    yield kill
    if not robots["arm-002"].is_online():
        come_back()


# --- Two robots


def test_every_robot_has_its_card(open_page):
    page = open_page()
    expect(page.get_by_text("2 of 2 online, 0 stopped")).to_be_visible()
    for robot_id in BOTH:
        for words in ("Live", "Ready", " %", "nobody"):
            expect(tile(page, robot_id)).to_contain_text(words)


def test_a_task_goes_to_the_robot_that_is_chosen_and_can_be_listed_alone(open_page):
    page = open_page("tasks")
    for robot_id in BOTH:
        choose(page, robot_id)
        page.get_by_label("Type").select_option("wait")
        page.get_by_label("duration (s)").fill("0.1")
        page.get_by_role("button", name=f"Send to {robot_id}").click()
        newest = page.locator("tr[data-task]").first
        expect(newest.locator("[data-name=robot]")).to_have_text(robot_id)
        expect(newest).to_contain_text("Done")
    page.get_by_label("only arm-002").check()
    expect(page.locator("[data-name=robot]").get_by_text("arm-001")).to_have_count(0)
    expect(page.locator("[data-name=robot]").first).to_have_text("arm-002")


def test_stop_stops_the_whole_fleet_in_the_overview_and_elsewhere_the_chosen_robot(
    open_page, show, robots, eventually
):
    page = open_page()
    page.get_by_role("button", name="STOP all 2 robots").click()
    expect(page.get_by_role("alert")).to_contain_text("arm-001, arm-002 confirmed the stop")
    expect(page.get_by_text("2 of 2 online, 2 stopped")).to_be_visible()
    for robot_id in BOTH:
        assert robots[robot_id].state() == "safe_stop"
        page.get_by_role("button", name=f"Reset {robot_id}").click()
        expect(tile(page, robot_id)).to_contain_text("Ready")
    show(page, "tasks")
    choose(page, "arm-002")
    page.locator("#stop").click()
    expect(page.get_by_role("alert")).to_contain_text("arm-002 confirmed the stop")
    assert [robots[each].state() for each in BOTH] == ["ready", "safe_stop"]


# --- One is lost


def seconds_old(page, robot_id):
    """The age on a robot's card, which counts on while nothing comes."""
    number, unit = OLD.search(tile(page, robot_id).inner_text()).groups()
    return float(number) * (60 if unit == "min" else 1)


def test_a_robot_that_is_killed_is_offline_and_says_how_old_what_is_shown_is(
    open_page, show, lose, come_back, eventually
):
    page = open_page("tasks")
    choose(page, "arm-002")
    lose()
    for words in ("Offline", OLD):
        expect(page.locator("#link")).to_contain_text(words)
    show(page, "fleet")
    expect(page.get_by_text("1 of 2 online")).to_be_visible()
    lost = tile(page, "arm-002")
    for words in ("Offline", "not heard for", OLD):
        expect(lost).to_contain_text(words)
    expect(lost).not_to_contain_text("Live")
    before = seconds_old(page, "arm-002")
    eventually(lambda: seconds_old(page, "arm-002") > before or page.wait_for_timeout(100))
    expect(tile(page, "arm-001")).to_contain_text("Live")
    show(page, "drive")
    expect(page.get_by_role("button", name="Take command")).to_be_disabled()
    expect(page.get_by_test_id("drive-status")).to_contain_text("The robot is offline")
    come_back()
    expect(page.get_by_role("button", name="Take command")).to_be_enabled()
    expect(page.locator("#link")).to_contain_text("Live")
    show(page, "fleet")
    expect(page.get_by_text("2 of 2 online")).to_be_visible()
    expect(tile(page, "arm-002")).to_contain_text("Ready")


def test_stop_stays_in_reach_when_a_robot_is_lost_and_says_which_may_still_move(
    open_page, robots, lose
):
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    lose()
    expect(tile(page, "arm-002")).to_contain_text("Offline")
    expect(page.locator("#stop")).to_be_in_viewport(ratio=1)
    expect(tile(page, "arm-002").get_by_role("button", name="STOP arm-002")).to_be_enabled()
    page.locator("#stop").tap()
    told = page.get_by_role("alert").locator("p")
    expect(told).to_have_count(2)
    expect(told.first).to_contain_text("arm-002")
    expect(told.first).to_contain_text(STILL_MOVES)
    expect(told.last).to_contain_text("arm-001 confirmed the stop")
    assert robots["arm-001"].state() == "safe_stop"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_tasks_of_a_lost_robot_wait_with_the_reason_and_go_on_when_it_is_back(
    open_page, lose, come_back
):
    page = open_page("tasks")
    choose(page, "arm-002")
    page.get_by_label("Type").select_option("wait")
    page.get_by_label("duration (s)").fill("600")
    page.get_by_role("button", name="Send to arm-002").click()
    rows = page.locator("tr[data-task]")
    expect(rows.first).to_have_attribute("data-status", "running")
    lose()
    expect(rows.first).to_contain_text("the robot is not heard")
    page.get_by_label("duration (s)").fill("0.1")
    page.get_by_role("button", name="Send to arm-002").click()
    expect(rows.first).to_contain_text("the robot is offline")
    come_back()
    expect(rows.first).to_have_attribute("data-status", "succeeded")
    expect(rows.nth(1)).to_have_attribute("data-status", "failed")
