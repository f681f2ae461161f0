"""The dashboard for whoever uses a keyboard, a screen reader, a phone, a dark room."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from lanyard_dashboard import building

VIEWS = ("fleet", "robot", "tasks", "drive")
AXE = building.SOURCES / "node_modules/axe-core/axe.min.js"
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def demo(start_demo, tmp_path_factory):
    return start_demo(tmp_path_factory.mktemp("dashboard"))


def violations(page):
    """What axe finds to be serious or worse, with the elements."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [
        (each["id"], [node["html"][:120] for node in each["nodes"]])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_view_keeps_anybody_out(open_page, show, scheme):
    page = open_page(color_scheme=scheme)
    found = {}
    for view in VIEWS:
        show(page, view)
        found[view] = violations(page)
    assert found == {view: [] for view in VIEWS}


def test_the_page_that_asks_for_the_key_keeps_nobody_out(browser, demo):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{demo.ready['url']}/dashboard/")
    expect(page.get_by_label("API key")).to_be_visible()
    assert violations(page) == []
    context.close()


FOCUSED = """() => {
    const element = document.activeElement;
    const style = getComputedStyle(element);
    return [element.getAttribute("aria-label") || element.textContent.trim() || element.value,
            style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0];
}"""


def test_everything_can_be_done_with_the_keyboard_alone(open_page):
    page = open_page()
    page.reload()  # from the top
    expect(page.locator("#link")).to_contain_text("Live")
    names = []
    for _ in range(12):
        page.keyboard.press("Tab")
        name, is_seen = page.evaluate(FOCUSED)
        assert is_seen, f"one cannot see that {name} has the focus"
        names.append(name)
        if name == "Tasks":
            break
    assert names[0] == "Skip to Fleet"
    assert names[-1] == "Tasks"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Tasks", level=1)).to_be_visible()
    expect(page.locator("main")).to_be_focused()
    page.get_by_label("Type").focus()
    page.keyboard.type("Wait")
    page.get_by_label("duration (s)").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("0.1")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("submitted")).to_contain_text("Taken in")


def test_what_changes_is_said_to_screen_readers_and_what_ticks_is_not(open_page):
    page = open_page()
    said = page.locator("#link [role=status]")
    expect(said).to_have_text("arm-001: Ready, data is live")
    for landmark in ("banner", "main", "navigation"):
        expect(page.get_by_role(landmark)).to_have_count(1)


def test_on_a_phone_nothing_is_cut_off_and_stop_is_in_reach(open_page, show):
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    for view in VIEWS:
        show(page, view)
        expect(page.locator("#stop")).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], view
        assert page.locator("#stop").bounding_box()["height"] >= 44, "too small for a thumb"


def ground(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_it_is_dark_or_light_as_the_system_says_or_as_was_chosen(open_page):
    page = open_page(color_scheme="light")
    light = ground(page)
    page.emulate_media(color_scheme="dark")
    dark = ground(page)
    assert light != dark
    switch = page.get_by_role("button", name="Colours: auto")
    switch.click()
    assert ground(page) == light
    page.reload()
    expect(page.get_by_role("button", name="Colours: light")).to_be_visible()
    assert ground(page) == light


# --- Driving with a finger


class Finger:
    """A finger on the glass, as the browser's own input knows it: pointer events follow from it."""

    def __init__(self, page, on):
        self._session = page.context.new_cdp_session(page)
        self._target = page.locator(on)
        self._is_down = False

    def _touch(self, kind, *points):
        wish = {"type": kind, "touchPoints": points}
        self._session.send("Input.dispatchTouchEvent", wish)

    def pull(self):
        """Put down in the middle, pulled forward; lifted before when it was down."""
        self.lift()
        box = self._target.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self._touch("touchStart", {"x": x, "y": y})
        self._touch("touchMove", {"x": x, "y": y - 0.7 * box["height"] / 2})
        self._is_down = True

    def lift(self):
        if self._is_down:
            self._touch("touchEnd")
        self._is_down = False

    def cancel(self):
        """Taken from it by the system, as by a call that comes in."""
        self._touch("touchCancel")
        self._is_down = False


@pytest.fixture
def phone(stand_at_the_stick):
    return stand_at_the_stick(viewport=PHONE, has_touch=True, is_mobile=True)


@pytest.fixture
def finger(phone, robot, eventually, moves):
    """One that holds the stick forward; the robot moves."""
    made = Finger(phone, "#stick")
    eventually(lambda: moves(phone, robot, made.pull))
    return made


@pytest.mark.parametrize("how", ["lift", "cancel"])
def test_a_finger_that_is_lifted_or_taken_away_stops_the_robot(
    phone, finger, robot, eventually, card, how
):
    expect(phone.locator("#stop")).to_be_in_viewport(ratio=1)
    getattr(finger, how)()
    expect(card(phone, "Commands")).to_contain_text("Asked0.00 m/s, 0.00 rad/s")
    eventually(lambda: robot.speed() < 0.005)


def test_a_phone_that_is_put_away_under_the_finger_stops_and_gives_the_robot_back(
    phone, finger, robot, eventually
):
    phone.evaluate("""() => {
        Object.defineProperty(document, "hidden", { value: true, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    eventually(lambda: robot.speed() < 0.005 and not robot.holder())
    finger.lift()
    expect(phone.locator("#stick.armed")).to_have_count(0)
