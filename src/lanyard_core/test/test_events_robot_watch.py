"""What becomes news when a robot's status changes."""

from dataclasses import replace

import pytest

from lanyard_core.events.news import EventType
from lanyard_core.events.robot_watch import RobotWatch
from lanyard_core.safety.states import Cause, State
from lanyard_core.telemetry.status import UNKNOWN_SAFETY, RobotError, RobotStatus

IDLE = replace(UNKNOWN_SAFETY, state=State.IDLE, at_rest=True, age_s=0.01)
HOT = RobotError("JOINT_3_OVERTEMP", "warning", "joint 3 is hot", "let it rest", 5.0, "/diag")


def status(*, online=True, errors=(), **safety):
    return RobotStatus(
        "arm-001", online=online, age_s=0.0, safety=replace(IDLE, **safety), errors=errors
    )


@pytest.fixture
def watch():
    made = RobotWatch("arm-001")
    made.seen(status())
    return made


def types(news):
    return [each.type for each in news]


def test_a_robot_that_is_heard_for_the_first_time_comes_online():
    [news] = RobotWatch("arm-001").seen(status())
    assert (news.type, news.robot_id) == (EventType.ROBOT_ONLINE, "arm-001")
    assert news.data == {"state": "ready"}


def test_a_robot_that_was_never_heard_is_no_news():
    unheard = RobotStatus("arm-001", online=False, age_s=None)
    assert RobotWatch("arm-001").seen(unheard) == []


def test_what_stays_the_same_is_no_news(watch):
    assert watch.seen(status()) == []


def test_a_robot_that_falls_silent_goes_offline_with_the_time_of_its_silence(watch):
    [news] = watch.seen(status(online=False, age_s=1.2))
    assert (news.type, news.data) == (EventType.ROBOT_OFFLINE, {"silent_ms": 1200})
    assert types(watch.seen(status())) == [EventType.ROBOT_ONLINE]


@pytest.mark.parametrize(
    ("state", "kind", "word"),
    [
        (State.STOPPING, EventType.ROBOT_SAFE_STOP, "safe_stop"),
        (State.SAFE_STOP, EventType.ROBOT_SAFE_STOP, "safe_stop"),
        (State.HALTED, EventType.ROBOT_HALTED, "halted"),
        (State.FAULT, EventType.ROBOT_FAULT, "fault"),
    ],
)
def test_a_stop_is_told_once_with_its_causes_and_its_end_too(watch, state, kind, word):
    stopped = status(state=state, causes=Cause.HEARTBEAT_LOST, reason="no heartbeat")
    [news] = watch.seen(stopped)
    assert news.type is kind
    assert news.data == {"state": word, "reason": "no heartbeat", "causes": ["heartbeat_lost"]}
    assert watch.seen(stopped) == []
    assert types(watch.seen(status())) == [EventType.ROBOT_CLEARED]


def test_a_ramp_that_ends_in_a_safe_stop_is_one_stop(watch):
    watch.seen(status(state=State.STOPPING))
    assert watch.seen(status(state=State.SAFE_STOP)) == []


def test_a_stop_that_becomes_worse_is_told_again(watch):
    watch.seen(status(state=State.SAFE_STOP))
    assert types(watch.seen(status(state=State.HALTED))) == [EventType.ROBOT_HALTED]


def test_a_robot_that_drives_is_no_news(watch):
    assert watch.seen(status(state=State.ACTIVE)) == []


def test_a_robot_that_starts_again_is_not_cleared_before_its_self_test_is_over(watch):
    watch.seen(status(state=State.HALTED))
    assert watch.seen(status(state=State.STARTING)) == []
    assert types(watch.seen(status())) == [EventType.ROBOT_CLEARED]


def test_a_robot_that_stands_stopped_when_we_begin_to_look_is_told():
    news = RobotWatch("arm-001").seen(status(state=State.HALTED))
    assert types(news) == [EventType.ROBOT_ONLINE, EventType.ROBOT_HALTED]


def test_a_lease_that_changes_hands_is_told_without_its_nonce(watch):
    nonce = 0x1234_5678_9ABC
    [taken] = watch.seen(status(session=nonce, holder="key:a", priority=100))
    assert taken.type is EventType.LEASE_TAKEN
    assert taken.data == {"holder": "key:a", "priority": 100, "previous_holder": ""}
    [again] = watch.seen(status(session=7, holder="key:b", priority=150))
    assert again.data == {"holder": "key:b", "priority": 150, "previous_holder": "key:a"}
    [released] = watch.seen(status())
    assert (released.type, released.data) == (
        EventType.LEASE_RELEASED,
        {"previous_holder": "key:b"},
    )
    assert str(nonce) not in f"{taken}{again}{released}"


def test_a_new_error_is_told_once_and_its_end_too(watch):
    [news] = watch.seen(status(errors=(HOT,)))
    assert news.type is EventType.ROBOT_ERROR
    assert news.data == {
        "code": "JOINT_3_OVERTEMP",
        "level": "warning",
        "message": "joint 3 is hot",
        "hint": "let it rest",
        "source": "/diag",
    }
    assert watch.seen(status(errors=(HOT,))) == []
    [cleared] = watch.seen(status())
    assert (cleared.type, cleared.data["code"]) == (
        EventType.ROBOT_ERROR_CLEARED,
        "JOINT_3_OVERTEMP",
    )


def test_what_a_silent_robot_said_last_is_no_news(watch):
    silent = status(online=False, state=State.HALTED, session=7, holder="x", errors=(HOT,))
    assert types(watch.seen(silent)) == [EventType.ROBOT_OFFLINE]
