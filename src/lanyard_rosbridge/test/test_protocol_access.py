"""Closed by default: each direction by its own list, motion and Lanyard's own names never."""

import pytest

from lanyard_rosbridge.protocol import effects as do

LISTS = {
    "subscribe": {"topics": {"subscribe": ["/*/odom"]}},
    "publish": {"topics": {"publish": ["/chatter", "/*/cmd_vel"]}},
    "call": {"services": {"call": ["/lights"]}},
    "goals": {"actions": {"send_goal": ["/dock"]}},
}
OPS = {
    "subscribe": {"op": "subscribe", "topic": "/arm_001/odom"},
    "publish": {"op": "publish", "topic": "/chatter", "msg": {}},
    "call": {"op": "call_service", "id": "1", "service": "/lights"},
    "goals": {"op": "send_action_goal", "id": "1", "action": "/dock", "action_type": "x/Dock"},
}


def refused(effects):
    return all(isinstance(effect, do.Send) for effect in effects) and bool(effects)


@pytest.mark.parametrize("op", OPS)
def test_without_lists_nothing_is_open(talk_with, op):
    assert refused(talk_with({}).say(**OPS[op]))


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("rules", LISTS)
def test_each_list_opens_its_own_direction_and_no_other(talk_with, op, rules):
    assert refused(talk_with(LISTS[rules]).say(**OPS[op])) == (op != rules)


@pytest.mark.parametrize("op", OPS)
def test_a_list_without_the_scope_opens_nothing(talk_with, op):
    assert refused(talk_with(LISTS[op], scopes=["rosbridge"]).say(**OPS[op]))


def test_a_refusal_names_the_list_that_would_open_it(talk_with):
    (answer,) = talk_with({}).told(**OPS["call"])
    assert "services.call" in answer["values"]
    assert answer["result"] is False


@pytest.mark.parametrize("pattern", ["**", "/**", "/arm_001/*", "/*/cmd_???"])
def test_a_pattern_that_only_covers_a_motion_topic_does_not_open_it(talk_with, pattern):
    talk = talk_with({"topics": {"publish": [pattern]}})
    assert refused(talk.say(op="publish", topic="/arm_001/cmd_vel", msg={}))
    assert refused(talk.say(op="advertise", topic="/arm_001/cmd_vel", type="geometry_msgs/Twist"))


@pytest.mark.parametrize("pattern", ["/arm_001/cmd_vel", "/*/cmd_vel", "**/cmd_vel"])
def test_an_entry_that_names_a_motion_topic_opens_it(talk_with, pattern):
    talk = talk_with({"topics": {"publish": [pattern]}})
    assert not refused(talk.say(op="advertise", topic="/arm_001/cmd_vel", type="x/Twist"))


def test_a_motion_topic_is_open_though_a_wider_entry_stands_before_its_own(talk_with):
    talk = talk_with({"topics": {"publish": ["**", {"name": "/*/cmd_vel", "max_hz": 50.0}]}})
    assert not refused(talk.say(op="advertise", topic="/arm_001/cmd_vel", type="x/Twist"))


def test_motion_topics_may_be_read_as_any_other(talk):
    assert not refused(talk.say(op="subscribe", topic="/arm_001/cmd_vel"))


@pytest.mark.parametrize("name", ["/arm_001/lanyard/command", "/lanyard/reset"])
def test_names_of_the_gateway_are_never_written(talk, name):
    assert refused(talk.say(op="publish", topic=name, msg={}))
    assert refused(talk.say(op="call_service", id="1", service=name))
    assert not refused(talk.say(op="subscribe", topic=name))


def test_cancelling_the_goals_of_an_action_needs_what_sending_them_needs(talk_with):
    cancel = {"op": "call_service", "id": "1", "service": "/dock/_action/cancel_goal", "args": {}}
    (call,) = talk_with(LISTS["goals"]).say(**cancel)
    assert call.type == "action_msgs/srv/CancelGoal"
    assert refused(talk_with(LISTS["call"]).say(**cancel))
