"""What may move a robot: nothing that was queued, nothing old, one client at a time, and an end."""

import pytest

from lanyard_rosbridge.protocol import effects as do
from lanyard_rosbridge.protocol.motion_guard import is_zero, stamp_of

CMD = "/arm_001/cmd_vel"
RULES = {"topics": {"publish": [CMD]}}
FORWARD = {"linear": {"x": 0.3}, "angular": {}}
STOP = {"linear": {"x": 0.0}, "angular": {"z": 0}}


@pytest.fixture
def driver(talk_with):
    made = talk_with(RULES)
    made.say(op="advertise", topic=CMD, type="geometry_msgs/Twist")
    return made


def drive(talk, message=FORWARD):
    return talk.say(op="publish", topic=CMD, msg=message)


def published(effects):
    return [effect.msg for effect in effects if isinstance(effect, do.PublishMessage)]


def test_two_seconds_of_commands_that_come_with_the_connection_move_nothing(driver):
    for number in range(100):
        driver.now += 0.00001
        (told,) = drive(driver, {"linear": {"x": 0.3 + number}})
        assert "queued" in told.values["msg"]
    assert driver.wait(1.0) == []


def test_on_a_slow_way_what_was_queued_comes_late_and_moves_nothing(talk_with):
    driver = talk_with(RULES)
    driver.wait(1.2)
    driver.say(op="advertise", topic=CMD, type="geometry_msgs/Twist")
    driver.now += 0.2
    (told,) = drive(driver)
    assert "queued" in told.values["msg"]
    driver.wait(0.5)
    assert drive(driver) == []


def test_after_the_quiet_window_a_command_passes(driver):
    driver.wait(0.6)
    assert drive(driver) == []
    assert published(driver.wait(0.01)) == [FORWARD]


def test_a_stop_passes_in_the_quiet_window_too(driver):
    drive(driver, STOP)
    assert published(driver.wait(0.01)) == [STOP]


def test_of_a_burst_only_the_newest_moves_the_robot(driver):
    driver.wait(0.6)
    for number in range(100):
        drive(driver, {"linear": {"x": number}})
    assert published(driver.wait(0.01)) == [{"linear": {"x": 99}}]
    assert driver.wait(0.1) == []


def test_a_stamped_command_that_is_old_is_refused(driver):
    driver.wait(0.6)
    stamp = driver.now + 1e9 - 1.0
    old = {"header": {"stamp": {"sec": int(stamp), "nanosec": 0}}, "twist": FORWARD}
    (told,) = drive(driver, old)
    assert "stamp is too old" in told.values["msg"]
    fresh = {"header": {"stamp": {"sec": int(stamp) + 1, "nanosec": 500000000}}, "twist": FORWARD}
    assert drive(driver, fresh) == []


def test_one_client_moves_a_robot_at_a_time(driver, talk_with):
    other = talk_with(RULES, leases=driver.leases)
    other.say(op="advertise", topic=CMD, type="geometry_msgs/Twist")
    for each in (driver, other):
        each.wait(0.6)
    drive(driver)
    driver.wait(0.01)
    (told,) = [e for e in drive(other) if isinstance(e, do.Send)]
    assert "another client" in told.values["msg"]
    driver.session.closed()
    assert not [e for e in drive(other) if isinstance(e, do.Send)]


def test_when_the_client_falls_silent_the_robot_is_told_to_stop_once(driver):
    driver.wait(0.6)
    drive(driver)
    driver.wait(0.01)
    assert driver.wait(0.3) == []
    assert driver.wait(0.3) == [do.Halt(CMD)]
    assert driver.wait(1.0) == []


@pytest.mark.parametrize("end", ["closed", "unadvertised"])
def test_when_the_client_goes_the_robot_is_told_to_stop(driver, end):
    driver.wait(0.6)
    drive(driver)
    driver.wait(0.01)
    effects = (
        driver.session.closed() if end == "closed" else driver.say(op="unadvertise", topic=CMD)
    )
    assert effects == [do.Halt(CMD), do.ClosePublisher(CMD)]


def test_a_client_that_moved_nothing_stops_nothing(driver):
    drive(driver)
    assert driver.session.closed() == [do.ClosePublisher(CMD)]


@pytest.mark.parametrize(
    ("message", "zero"),
    [({}, True), (STOP, True), (FORWARD, False), ({"data": [0.0, 0]}, True),
     ({"data": [0, 1]}, False),
     ({"header": {"stamp": {"sec": 5}}, "twist": STOP}, True),
     ({"x": "0"}, False), ({"x": None}, False)],
)  # fmt: skip
def test_what_counts_as_a_stop(message, zero):
    assert is_zero(message) is zero


@pytest.mark.parametrize(
    ("message", "stamp"),
    [({}, None), ({"header": {}}, None), ({"header": {"stamp": {"secs": 5, "nsecs": 5e8}}}, 5.5),
     ({"header": {"stamp": {"sec": 0, "nanosec": 0}}}, None),
     ({"header": {"stamp": {"sec": "x"}}}, None)],
)  # fmt: skip
def test_where_a_stamp_is_found(message, stamp):
    assert stamp_of(message) == stamp
