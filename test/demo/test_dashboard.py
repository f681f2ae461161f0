"""The dashboard in a real browser, with the demo's real nodes: it shows, submits, drives, stops."""

from __future__ import annotations

import json
import os
import re
import signal

import pytest
from playwright.sync_api import expect

VIEWS = ("fleet", "robot", "tasks", "drive")
OLD = re.compile(r"Old data, [\d.]+ s old")
# Notes the age at which the page first says so, by the page's own clock.
NOTE_FIRST_AGE = """() => {
    const link = document.querySelector("#link");
    window.firstAge = null;
    new MutationObserver(() => {
        const found = /Old data, ([\\d.]+) s old/.exec(link.textContent);
        if (found) window.firstAge ??= Number(found[1]);
    }).observe(link, { subtree: true, childList: true, characterData: true });
}"""


@pytest.fixture(scope="module")
def demo(start_demo, tmp_path_factory):
    """One that is up, for all tests of this file; each leaves the robot ready."""
    return start_demo(tmp_path_factory.mktemp("dashboard"))


# --- What it shows


def test_the_fleet_says_who_is_online_how_it_is_and_how_old_that_is(open_page):
    page = open_page()
    expect(page.get_by_text("1 of 1 online")).to_be_visible()
    tile = page.get_by_role("listitem", name="Robot arm-001")
    for words in ("Live", "Ready", " %", "nobody"):
        expect(tile).to_contain_text(words)


def test_a_robot_is_shown_live_with_its_arm_from_tf(open_page, card):
    page = open_page("robot")
    expect(page.get_by_test_id("pose")).to_contain_text(re.compile(r"x -?\d+\.\d\d m"))
    expect(page.get_by_test_id("joints").locator("tbody tr")).to_have_count(6)
    expect(page.get_by_test_id("joints")).to_contain_text("joint_6")
    expect(card(page, "Joints").locator(".plot canvas")).to_have_count(2)
    expect(card(page, "Link")).to_contain_text(re.compile(r"Round trip\d+\.\d ms"))
    expect(card(page, "Errors and cameras")).to_contain_text("1280\u00d7720")
    expect(card(page, "Events")).to_contain_text("robot online")
    expect(card(page, "Arm")).to_contain_text("Live")
    page.get_by_text("Frames (").click()
    expect(page.get_by_test_id("frames")).to_contain_text("tool0")
    expect(card(page, "Arm").locator("canvas")).to_be_visible()


def test_without_rosbridge_the_page_says_so_and_goes_on(open_page, show, card):
    page = open_page()
    problem = {"status": 403, "code": "forbidden", "detail": "rosbridge is not for this key"}
    body = json.dumps(problem)
    page.route("**/ws-tickets", lambda route: (
        route.fulfill(status=403, content_type="application/problem+json", body=body)
        if "rosbridge" in route.request.post_data else route.continue_()
    ))  # fmt: skip
    show(page, "robot")
    expect(card(page, "Arm")).to_contain_text("no tf: rosbridge is not for this key")
    expect(page.get_by_test_id("joints").locator("tbody tr")).to_have_count(6)


def test_the_key_is_in_no_address_that_is_sent(open_page, show, demo, card):
    page = open_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.reload()
    expect(page.locator("#link")).to_contain_text("Live")
    show(page, "robot")
    expect(card(page, "Arm")).to_contain_text("Live")
    assert any("/rosbridge?ticket=" in url for url in asked)
    secret = demo.ready["api_key"].split("_", 2)[2]
    assert [url for url in [*asked, page.url] if secret in url] == []


def test_a_key_that_is_not_known_is_asked_for_again(browser, demo):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{demo.ready['url']}/dashboard/#key=lyd_nonsense")
    expect(page.get_by_role("alert")).not_to_be_empty()
    page.get_by_label("API key").fill(demo.ready["api_key"])
    page.get_by_role("button", name="Open").click()
    expect(page.locator("#link")).to_contain_text("Live")
    context.close()


# --- Tasks


def test_a_task_from_the_form_runs_to_its_end(open_page):
    page = open_page("tasks")
    page.get_by_label("Type").select_option("wait")
    page.get_by_label("duration (s)").fill("0.5")
    page.get_by_role("button", name="Send to arm-001").click()
    expect(page.get_by_test_id("submitted")).to_contain_text("Taken in")
    newest = page.locator("tr[data-task]").first
    expect(newest).to_contain_text("wait")
    expect(newest).to_contain_text("Done")
    expect(newest).to_contain_text("100 %")


def test_a_field_that_is_wrong_is_told_in_the_gateways_words(open_page):
    page = open_page("tasks")
    page.get_by_label("Type").select_option("sequence")
    page.get_by_label("steps").fill("[]")
    page.get_by_role("button", name="Send to arm-001").click()
    expect(page.get_by_test_id("submitted")).to_contain_text("parameters.steps")


def test_tasks_wait_with_a_reason_and_can_be_canceled(open_page):
    page = open_page("tasks")
    page.get_by_label("Type").select_option("wait")
    page.get_by_label("duration (s)").fill("600")
    send = page.get_by_role("button", name="Send to arm-001")
    send.click()
    expect(page.locator("tr[data-status=running]")).to_have_count(1)
    send.click()
    waits = page.locator("tr[data-status=queued]")
    expect(waits).to_contain_text("number 1 in the queue; the robot is busy")
    running = page.locator("tr[data-status=running]")
    waits.get_by_role("button", name="Cancel").click()
    expect(waits).to_have_count(0)
    running.get_by_role("button", name="Cancel").click()
    expect(running).to_have_count(0)


def test_a_running_task_is_paused_and_goes_on(open_page):
    page = open_page("tasks")
    page.get_by_label("Type").select_option("wait")
    page.get_by_label("duration (s)").fill("600")
    page.get_by_role("button", name="Send to arm-001").click()
    newest = page.locator("tr[data-task]").first
    newest.get_by_role("button", name="Pause").click()
    expect(newest).to_have_attribute("data-status", "paused")
    newest.get_by_role("button", name="Resume").click()
    expect(newest).to_have_attribute("data-status", "running")
    newest.get_by_role("button", name="Cancel").click()
    expect(newest).to_have_attribute("data-status", "canceled")


# --- Driving and stopping


@pytest.fixture
def at_the_stick(stand_at_the_stick):
    return stand_at_the_stick()


def test_the_stick_moves_the_robot_while_it_is_held(at_the_stick, robot, eventually, card, moves):
    page = at_the_stick
    box = page.locator("#stick").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def hold():
        page.mouse.up()
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y - box["height"] / 3)

    eventually(lambda: moves(page, robot, hold))
    page.mouse.up()
    eventually(lambda: robot.speed() < 0.005)
    expect(card(page, "Commands")).to_contain_text("0.00 m/s, 0.00 rad/s")


def press_forward(page):
    page.keyboard.up("ArrowUp")
    page.keyboard.down("ArrowUp")


def test_keys_that_are_held_when_the_focus_is_lost_move_nothing(
    at_the_stick, robot, eventually, moves
):
    page = at_the_stick
    eventually(lambda: moves(page, robot, lambda: press_forward(page)))
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    eventually(lambda: robot.speed() < 0.005)
    page.keyboard.up("ArrowUp")


def test_a_page_that_is_hidden_stops_and_gives_the_robot_back(
    at_the_stick, robot, eventually, moves
):
    page = at_the_stick
    eventually(lambda: moves(page, robot, lambda: press_forward(page)))
    page.evaluate("""() => {
        Object.defineProperty(document, "hidden", { value: true, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    eventually(lambda: robot.speed() < 0.005 and not robot.holder())


def test_stop_is_latched_until_the_reset(open_page, robot, eventually, card):
    page = open_page("robot")
    page.get_by_role("button", name="STOP arm-001").click()
    expect(page.get_by_role("alert")).to_contain_text("confirmed the stop")
    expect(card(page, "Safety state")).to_contain_text("Safe stop")
    assert robot.state() == "safe_stop"
    page.get_by_role("button", name="Reset arm-001").click()
    expect(card(page, "Safety state")).to_contain_text("Ready")


def test_the_space_bar_stops_in_every_view(open_page, show, robot, eventually):
    page = open_page()
    for view in VIEWS:
        show(page, view)
        page.locator("main").focus()
        page.keyboard.press("Space")
        eventually(lambda: robot.state() == "safe_stop")
        eventually(lambda: robot.state() == "ready" or robot.reset() is None)


def test_when_the_gateway_is_frozen_the_page_says_that_its_data_is_old(
    open_page, demo, robot, eventually
):
    page = open_page()
    tile = page.get_by_role("listitem", name="Robot arm-001")
    page.evaluate(NOTE_FIRST_AGE)
    os.kill(demo.pids["gateway"], signal.SIGSTOP)
    try:
        expect(page.locator("#link")).to_contain_text(OLD)
        assert page.evaluate("window.firstAge") < 5.0
        expect(page.locator("#link")).to_contain_text("Unknown")
        expect(tile).to_contain_text(OLD)
        expect(tile).to_contain_text("its state is not known now")
    finally:
        os.kill(demo.pids["gateway"], signal.SIGCONT)
    expect(page.locator("#link")).to_contain_text("Live")
    expect(tile).to_contain_text("Live")
    eventually(lambda: robot.state() == "ready" or robot.reset() is None)


# Clicks at the moment at which the page says that it is too late.
CANCEL_TOO_LATE = """(id) => {
    const row = document.querySelector(`tr[data-task$="${id}"]`);
    if (row?.textContent.includes("cannot be canceled in this phase")) {
        row.querySelector("button[aria-label^=Cancel]").click();
        return row.dataset.task;
    }
    return /succeeded|failed|canceled/.test(row?.dataset.status) && "ended";
}"""
IS_ANSWERED = """(task) => {
    const row = document.querySelector(`tr[data-task="${task}"]`);
    return row.querySelector(".remark")?.textContent !== "asking \u2026";
}"""
CANCEL_WHAT_RUNS = """() => {
    const buttons = [...document.querySelectorAll("tr[data-task] button[aria-label^=Cancel]")];
    for (const each of buttons) each.click();
    return buttons.length;
}"""


def test_what_the_task_server_does_not_cancel_is_said_with_its_reason(open_page, eventually):
    page = open_page("tasks")
    answers = []
    page.on("response", lambda got: got.request.method == "DELETE" and answers.append(got.status))

    def is_refused():
        """Ask for a task, and cancel it while it inserts; the moment may be missed."""
        with page.expect_response("**/api/v1/tasks") as taken:
            page.get_by_role("button", name="Send to arm-001").click()
        asked = taken.value.json()["task_id"]
        task = page.wait_for_function(CANCEL_TOO_LATE, arg=asked, timeout=60_000).json_value()
        if task == "ended":
            return False
        page.wait_for_function(IS_ANSWERED, arg=task)
        return "Not canceled" in page.locator(f"tr[data-task='{task}']").inner_text()

    page.get_by_label("Type").select_option("pick_and_place")
    eventually(is_refused)
    refused = page.locator(".remark", has_text="Not canceled").first
    expect(refused).to_contain_text("insertion")
    assert 409 in answers
    eventually(lambda: page.evaluate(CANCEL_WHAT_RUNS) == 0 or page.wait_for_timeout(300))
