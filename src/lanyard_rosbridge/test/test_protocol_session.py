"""Every operation, with what it makes and how it is refused."""

import pytest

from lanyard_core.faults import Unavailable
from lanyard_rosbridge.protocol import effects as do
from lanyard_rosbridge.protocol.operations import Compression

TOPIC = {"topic": "/chatter", "type": "std_msgs/String"}


def test_a_topic_is_advertised_once_however_often_it_is_said(talk):
    (effect,) = talk.say(op="advertise", id="a:1", **TOPIC)
    assert isinstance(effect, do.OpenPublisher)
    assert (effect.topic, effect.type, effect.depth) == ("/chatter", "std_msgs/String", 10)
    assert talk.say(op="advertise", id="a:2", **TOPIC) == []


def test_a_topic_is_unadvertised_when_its_last_id_goes(talk):
    talk.say(op="advertise", id="a:1", **TOPIC)
    talk.say(op="advertise", id="a:2", **TOPIC)
    assert talk.say(op="unadvertise", id="a:1", topic="/chatter") == []
    assert talk.say(op="unadvertise", id="a:2", topic="/chatter") == [do.ClosePublisher("/chatter")]


def test_what_is_published_unasked_is_advertised_first(talk):
    opened, published = talk.say(op="publish", topic="/chatter", msg={"data": "x"})
    assert isinstance(opened, do.OpenPublisher)
    assert opened.type is None
    assert (published.topic, published.msg) == ("/chatter", {"data": "x"})
    assert len(talk.say(op="publish", topic="chatter", msg={"data": "x"})) == 1


def test_a_subscription_keeps_the_name_as_the_client_wrote_it(talk):
    (effect,) = talk.say(op="subscribe", topic="chatter", id="s:1")
    assert (effect.topic, effect.written) == ("/chatter", "chatter")


def test_subscriptions_of_one_topic_are_served_by_the_strictest_of_each_bound(talk):
    talk.say(op="subscribe", topic="/t", id="1", throttle_rate=500, queue_length=5)
    (effect,) = talk.say(op="subscribe", topic="/t", id="2", throttle_rate=100, queue_length=9)
    assert (effect.throttle_s, effect.queue_length) == (0.1, 5)
    (effect,) = talk.say(op="unsubscribe", topic="/t", id="2")
    assert (effect.throttle_s, effect.queue_length) == (0.5, 5)
    assert talk.say(op="unsubscribe", topic="/t", id="1") == [do.CloseSubscription("/t")]


def test_without_an_id_all_subscriptions_of_a_topic_end(talk):
    talk.say(op="subscribe", topic="/t", id="1")
    talk.say(op="subscribe", topic="/t", id="2")
    assert talk.say(op="unsubscribe", topic="/t") == [do.CloseSubscription("/t")]


@pytest.mark.parametrize("compression", [None, "none", "png", "cbor", "cbor-raw"])
def test_messages_come_in_the_form_that_was_asked_for(talk, compression):
    (effect,) = talk.say(op="subscribe", topic="/t", compression=compression, fragment_size=999)
    assert effect.format.compression is Compression(compression or "none")
    assert effect.format.fragment_size == 999


def test_the_qos_object_is_understood(talk):
    wish = {"reliability": "best_effort", "durability": "transient_local", "depth": 3}
    (effect,) = talk.say(op="subscribe", topic="/t", qos=wish)
    assert (effect.qos.reliable, effect.qos.transient_local, effect.qos.depth) == (False, True, 3)
    assert (
        "reliability"
        in talk.told(op="subscribe", topic="/t", qos={"reliability": "so-so"})[0]["msg"]
    )


def test_a_policy_bounds_how_often_a_topic_may_be_read(talk_with):
    rules = {"topics": {"subscribe": [{"name": "/scan", "max_hz": 5.0, "max_bytes": 100}]}}
    (effect,) = talk_with(rules).say(op="subscribe", topic="/scan")
    assert effect.throttle_s == pytest.approx(0.2)
    assert effect.entry.max_bytes == 100


def test_a_service_call_is_answered_once_under_its_id(talk):
    (call,) = talk.say(op="call_service", id="c:1", service="add", args=[1, 2])
    assert (call.service, call.args, call.timeout_s) == ("/add", [1, 2], 5.0)
    (answer,) = talk.session.services.answered(call.op, {"sum": 3})
    assert answer.values == {
        "op": "service_response", "id": "c:1", "service": "add", "values": {"sum": 3},
        "result": True,
    }  # fmt: skip


@pytest.mark.parametrize(("asked", "given"), [(None, 5.0), (2, 2.0), (0, 300.0), (9999, 300.0)])
def test_a_call_waits_as_long_as_the_client_says_within_bounds(talk, asked, given):
    (call,) = talk.say(op="call_service", id="c", service="/add", timeout=asked)
    assert call.timeout_s == given


def test_a_call_that_fails_is_answered_with_the_reason_as_values(talk):
    (call,) = talk.say(op="call_service", id="c:1", service="/add")
    (answer,) = talk.session.failed(call.op, Unavailable("nobody serves /add"))
    assert (answer.values["values"], answer.values["result"]) == ("nobody serves /add", False)


def test_a_call_that_cannot_be_read_is_answered_all_the_same(talk):
    (answer,) = talk.told(op="call_service", id="c:1", service=7)
    assert (answer["op"], answer["id"], answer["result"]) == ("service_response", "c:1", False)


@pytest.mark.parametrize("name", ["rosapi/topics", "/rosapi/topics", "/robot/rosapi/topics"])
def test_rosapi_is_answered_here_by_any_of_its_names(talk, name):
    (ask,) = talk.say(op="call_service", id="1", service=name)
    assert isinstance(ask, do.AskRosapi)
    assert ask.service == "topics"


def test_a_service_of_the_client_is_asked_and_answers(talk):
    (opened,) = talk.say(op="advertise_service", service="/mine", type="std_srvs/Trigger")
    assert isinstance(opened, do.OpenService)
    (asked,) = talk.session.services.asked("/mine", "r:1", {"a": 1})
    assert asked.values == {"op": "call_service", "id": "r:1", "service": "/mine", "args": {"a": 1}}
    (answer,) = talk.say(op="service_response", id="r:1", service="/mine", values={"b": 2})
    assert (answer.request_id, answer.values, answer.result) == ("r:1", {"b": 2}, True)
    assert (
        talk.told(op="service_response", id="r:1", service="/mine", values={})[0]["level"]
        == "error"
    )
    assert talk.say(op="unadvertise_service", service="/mine") == [do.CloseService("/mine")]


GOAL = {"op": "send_action_goal", "id": "g:1", "action": "/fib", "action_type": "x/Fib"}


def test_a_goal_is_followed_to_its_result(talk):
    (start,) = talk.say(**GOAL, args={"order": 3}, feedback=True)
    (news,) = talk.session.goals.feedback(start.op, {"n": 1})
    assert news.values == {
        "op": "action_feedback",
        "id": "g:1",
        "action": "/fib",
        "values": {"n": 1},
    }
    (end,) = talk.session.goals.ended(start.op, {"n": 2}, 4)
    assert end.values == {
        "op": "action_result", "id": "g:1", "action": "/fib", "values": {"n": 2}, "status": 4,
        "result": True,
    }  # fmt: skip


def test_feedback_is_told_only_to_whom_wants_it(talk):
    (start,) = talk.say(**GOAL)
    assert talk.session.goals.feedback(start.op, {"n": 1}) == []


def test_a_goal_that_is_refused_has_a_result_that_says_so(talk):
    (start,) = talk.say(**GOAL)
    (end,) = talk.session.failed(start.op, Unavailable("rejected"))
    assert (end.values["result"], end.values["status"], end.values["values"]) == (
        False,
        6,
        "rejected",
    )


def test_a_goal_is_cancelled_by_the_id_that_the_client_gave_it(talk):
    (start,) = talk.say(**GOAL)
    assert talk.say(op="cancel_action_goal", id="g:1", action="/fib") == [do.CancelGoalOf(start.op)]
    assert talk.told(op="cancel_action_goal", id="g:9", action="/fib")[0]["op"] == "status"


def test_an_action_of_the_client_takes_goals_and_ends_them(talk):
    talk.say(op="advertise_action", action="/mine", type="x/Fib")
    (goal,) = talk.session.goals.asked("/mine", "x/Fib", "q:1", {"order": 1})
    assert goal.values["op"] == "send_action_goal"
    (news,) = talk.say(op="action_feedback", id="q:1", action="/mine", values={"n": 1})
    assert isinstance(news, do.TellFeedback)
    (cancel,) = talk.session.goals.asked_to_cancel("/mine", "q:1")
    assert cancel.values == {"op": "cancel_action_goal", "id": "q:1", "action": "/mine"}
    (end,) = talk.say(
        op="action_result", id="q:1", action="/mine", values={}, status=5, result=True
    )
    assert (end.goal_id, end.status) == ("q:1", 5)


def test_what_a_client_opened_ends_with_it(talk):
    talk.say(op="advertise", **TOPIC)
    talk.say(op="subscribe", topic="/t")
    talk.say(op="advertise_service", service="/mine", type="std_srvs/Trigger")
    talk.say(op="advertise_action", action="/act", type="x/Fib")
    assert talk.session.closed() == [
        do.CloseSubscription("/t"), do.ClosePublisher("/chatter"), do.CloseService("/mine"),
        do.CloseAction("/act"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "frame",
    ["", "nonsense", "[]", "{}", '{"op":"x"}{"op":"y"}', '{"op":"fly"}', '{"op":["a"]}',
     b"\xff\xff", b"", '{"op":"subscribe"}', '{"op":"subscribe","topic":"a b"}',
     '{"op":"publish","topic":"/"}',
     '{"op":"publish","topic":{"$":1}}', '{"op":"set_level","level":"loud"}', "[" * 5000],
)  # fmt: skip
def test_a_bad_frame_is_answered_and_ends_nothing(talk, frame):
    (effect,) = talk.session.received(frame, talk.now)
    assert effect.values["op"] == "status"
    assert effect.values["level"] == "error"
    assert talk.say(op="subscribe", topic="/t")


def test_a_client_says_what_it_wants_to_be_told(talk):
    talk.say(op="set_level", level="none")
    assert talk.say(op="fly") == []
    talk.say(op="set_level", level="error")
    assert talk.say(op="fly")


def test_a_frame_in_fragments_is_put_together(talk):
    text = '{"op":"subscribe","topic":"/chatter"}'
    assert talk.say(op="fragment", id="f", num=1, total=2.0, data=text[10:]) == []
    (effect,) = talk.say(op="fragment", id="f", num=0, total=2.0, data=text[:10])
    assert effect.topic == "/chatter"


def test_more_topics_than_a_client_may_have_are_refused(talk):
    for number in range(256):
        talk.say(op="subscribe", topic=f"/t{number}")
    assert "256 topics at most" in talk.told(op="subscribe", topic="/one_more")[0]["msg"]
