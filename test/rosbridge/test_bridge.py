"""The bridge between real processes, spoken to with bare frames."""

import contextlib
import json
import time

import cbor2
import httpx
import pytest
from geometry_msgs.msg import Twist
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import String
from std_srvs.srv import SetBool, Trigger
from websockets.exceptions import InvalidStatus
from websockets.protocol import State
from websockets.sync.client import connect

from lanyard_gateway.doors import key_file

JOINTS = JointState(name=["a", "b"], position=[1.5, float("nan")])


@pytest.fixture
def publish(peer, eventually):
    """Publishes on a topic once somebody hears it; the publisher goes with the test."""
    made = []

    def make(kind, topic, qos=10):
        publisher = peer.node.create_publisher(kind, topic, qos)
        made.append(publisher)
        return publisher

    yield make
    for publisher in made:
        peer.node.destroy_publisher(publisher)


def heard_by_somebody(publisher):
    return lambda: publisher.get_subscription_count()


def refused(server, **options):
    with pytest.raises(InvalidStatus) as caught, connect(server.url, proxy=None, **options):
        pass
    return caught.value.response.status_code


def test_without_a_key_there_is_no_connection(server):
    assert refused(server) == 401
    assert refused(server, additional_headers={"Authorization": "Bearer lyd_nobody"}) == 401


def test_a_role_without_the_scope_does_not_come_in(server):
    headers = {"Authorization": f"Bearer {server.keys['stranger']}"}
    assert refused(server, additional_headers=headers) == 403


def ask(server, wish, path="/api/v1/ws-tickets"):
    headers = {"Authorization": f"Bearer {server.keys['panel']}"}
    url = server.url.replace("ws:", "http:", 1)
    return httpx.post(url + path, json=wish, headers=headers, trust_env=False)


def test_a_page_comes_in_with_a_ticket_that_the_bridge_itself_gave_it_and_once(server):
    answer = ask(server, {"purpose": "rosbridge"})
    assert answer.status_code == 201
    place = f"{server.url}/?ticket={answer.json()['ticket']}"
    origin = server.url.replace("ws:", "http:", 1)
    with connect(place, proxy=None, origin=origin) as socket:
        assert socket.state is State.OPEN
    with pytest.raises(InvalidStatus), connect(place, proxy=None, origin=origin):
        pass


def test_it_answers_no_other_request(server):
    assert ask(server, {}, path="/api/v1/keys").status_code == 426
    command = ask(server, {"purpose": "command", "robot_id": "arm-001"})
    assert command.status_code in (403, 404)


def test_the_page_of_another_site_does_not_come_in(server):
    headers = {"Authorization": f"Bearer {server.keys['panel']}"}
    assert refused(server, additional_headers=headers, origin="https://evil.example") == 403


def test_a_key_that_connects_too_often_is_told_to_wait(server):
    headers = {"Authorization": f"Bearer {server.keys['seldom']}"}
    found = set()
    for _ in range(20):
        try:
            with connect(server.url, additional_headers=headers, proxy=None):
                found.add(101)
        except InvalidStatus as refusal:
            found.add(refusal.response.status_code)
    assert found == {101, 429}


def test_who_came_in_and_who_did_not_is_in_the_audit_log(server, eventually):
    with server.connect("looker"):
        pass

    def logged(event, **known):
        files = (server.folder / "rosbridge-audit").glob("audit-*.jsonl")
        entries = [json.loads(line) for file in files for line in file.read_text().splitlines()]
        return [
            each for each in entries if each["event"] == event and known.items() <= each.items()
        ]

    came = eventually(lambda: logged("socket.close", role="looker"))
    assert came[0]["endpoint"] == "/rosbridge"
    assert refused(server) in (401, 429)
    assert eventually(lambda: logged("socket.open", actor="anon", decision="deny"))


def test_a_key_may_come_as_a_subprotocol_as_browsers_do(server):
    offered = ["rosbridge", f"lanyard.bearer.{server.keys['panel']}"]
    with connect(server.url, subprotocols=offered, proxy=None) as socket:
        assert socket.subprotocol == "rosbridge"


def test_a_revoked_key_loses_its_connection(server, eventually):
    key = server.make_key("panel")
    headers = {"Authorization": f"Bearer {key}"}
    eventually(lambda: server.lets_in(headers))
    with connect(server.url, additional_headers=headers, proxy=None) as socket:
        key_file.change(
            server.folder / "keys.json", lambda known: [k for k in known if k.key_id not in key]
        )
        with pytest.raises(Exception, match="4401"):
            socket.recv(timeout=10.0)


def test_a_topic_is_read_under_the_name_that_the_client_wrote(client, publish, eventually):
    publisher = publish(String, "chatter")
    eventually(lambda: client.type_of("/chatter"))
    client.say(op="subscribe", topic="chatter")
    eventually(heard_by_somebody(publisher))
    publisher.publish(String(data="hé"))
    assert client.hear() == {"op": "publish", "topic": "chatter", "msg": {"data": "hé"}}


def test_numbers_that_json_does_not_have_are_null(client, publish, eventually):
    publisher = publish(JointState, "/nan_joints")
    client.say(op="subscribe", topic="/nan_joints", type="sensor_msgs/JointState")
    eventually(heard_by_somebody(publisher))
    publisher.publish(JOINTS)
    message = client.hear()["msg"]
    assert message["position"] == [1.5, None]
    assert message["header"]["stamp"] == {"sec": 0, "nanosec": 0}


def test_cbor_carries_arrays_as_they_are(client, publish, eventually):
    publisher = publish(JointState, "/cbor_joints")
    client.say(
        op="subscribe", topic="/cbor_joints", type="sensor_msgs/JointState", compression="cbor"
    )
    eventually(heard_by_somebody(publisher))
    publisher.publish(JOINTS)
    frame = cbor2.loads(client.hear())
    assert (frame["op"], frame["topic"]) == ("publish", "/cbor_joints")
    assert frame["msg"]["position"].tag == 86
    assert frame["msg"]["position"].value[:8] == b"\0\0\0\0\0\0\xf8?"


def test_cbor_raw_carries_the_bytes_of_the_message(client, publish, eventually):
    publisher = publish(String, "/raw_chatter")
    client.say(op="subscribe", topic="/raw_chatter", type="std_msgs/String", compression="cbor-raw")
    eventually(heard_by_somebody(publisher))
    publisher.publish(String(data="x"))
    message = cbor2.loads(client.hear())["msg"]
    assert deserialize_message(message["bytes"], String) == String(data="x")
    assert abs(message["secs"] - time.time()) < 60


def test_a_large_message_comes_in_fragments_when_asked(client, publish, eventually):
    publisher = publish(String, "/long_chatter")
    client.say(op="subscribe", topic="/long_chatter", type="std_msgs/String", fragment_size=1000)
    eventually(heard_by_somebody(publisher))
    publisher.publish(String(data="x" * 5000))
    pieces = [client.hear() for _ in range(6)]
    assert {piece["op"] for piece in pieces} == {"fragment"}
    assert [piece["num"] for piece in pieces] == list(range(6))
    assert "".join(piece["data"] for piece in pieces).count("x") == 5000


def test_an_image_comes_whole(client, publish, eventually):
    publisher = publish(Image, "/picture")
    client.say(op="subscribe", topic="/picture", type="sensor_msgs/Image")
    eventually(heard_by_somebody(publisher))
    publisher.publish(Image(width=640, height=480, encoding="rgb8", data=bytes(921_600)))
    message = client.hear()["msg"]
    assert (message["width"], len(message["data"])) == (640, 921_600 * 4 // 3)


def test_a_best_effort_publisher_is_heard(client, publish, eventually):
    qos = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)
    client.say(op="subscribe", topic="/sensor", type="std_msgs/String")
    publisher = publish(String, "/sensor", qos)
    eventually(heard_by_somebody(publisher))

    def heard():  # the publisher knows its reader, which may not yet know the publisher
        publisher.publish(String(data="x"))
        with contextlib.suppress(TimeoutError):
            return client.hear(timeout_s=0.5)

    assert eventually(heard)["msg"] == {"data": "x"}


def test_who_reads_a_latched_topic_late_is_told_what_was_said(server, client, publish, eventually):
    qos = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    publish(String, "/latched", qos).publish(String(data="kept"))
    eventually(lambda: client.type_of("/latched"))
    client.say(op="subscribe", topic="/latched")
    assert client.hear()["msg"] == {"data": "kept"}
    with server.connect() as other:
        other.send('{"op":"subscribe","topic":"/latched"}')
        assert "kept" in other.recv(timeout=10.0)


def test_the_first_message_of_a_client_is_not_lost(client, peer, eventually):
    heard = peer.hear(String, "/from_client")
    eventually(lambda: client.type_of("/from_client"))
    client.say(op="publish", topic="/from_client", msg={"data": "first"})
    eventually(lambda: heard)
    assert heard[0].data == "first"


def test_a_header_without_a_stamp_is_stamped(client, peer, eventually):
    heard = peer.hear(JointState, "/stamped")
    client.say(op="advertise", topic="/stamped", type="sensor_msgs/JointState")
    client.say(op="publish", topic="/stamped", msg={"name": ["a"], "position": [None]})
    eventually(lambda: heard)
    assert abs(heard[0].header.stamp.sec - time.time()) < 60
    client.say(op="publish", topic="/stamped", msg={"header": {"stamp": {"secs": 7, "nsecs": 8}}})
    eventually(lambda: len(heard) > 1)
    assert (heard[1].header.stamp.sec, heard[1].header.stamp.nanosec) == (7, 8)


def test_a_message_that_is_wrong_is_answered_with_where(client):
    client.say(op="advertise", topic="/wrong", type="std_msgs/Header")
    client.say(op="publish", topic="/wrong", id="p:1", msg={"stamp": {"sec": "x"}})
    answer = client.hear()
    assert (answer["op"], answer["level"], answer["id"]) == ("status", "error", "p:1")
    assert answer["msg"].startswith("stamp.sec: 'x' is not a whole number")


@pytest.mark.parametrize(
    ("op", "words"),
    [
        ({"op": "subscribe", "topic": "/nobody_knows"}, "its type is not known"),
        ({"op": "subscribe", "topic": "/t", "type": "no_such_pkg/Thing"}, "is not installed"),
        ({"op": "advertise", "topic": "/t", "type": "???"}, "no name of a type"),
    ],
)
def test_what_cannot_be_opened_is_answered_with_the_reason(client, op, words):
    client.say(**op)
    assert words in client.hear()["msg"]


def test_a_service_is_called_by_object_or_list(client, peer, eventually):
    def serve(request, response):
        response.success, response.message = request.data, "done"
        return response

    service = peer.node.create_service(SetBool, "/switch", serve)
    for args in ({"data": True}, [True]):
        answer = client.call("/switch", args)
        assert answer["values"] == {"success": True, "message": "done"}
        assert answer["result"] is True
    assert client.call("/switch", {"dta": True})["result"] is False
    peer.node.destroy_service(service)


def test_a_service_that_nobody_serves_is_answered_soon(client):
    began = time.monotonic()
    answer = client.call("/nobody_serves", type="std_srvs/Trigger")
    assert (answer["result"], "nobody serves" in answer["values"]) == (False, True)
    assert client.call("/unknown")["values"] == "there is no service /unknown on the ROS graph"
    assert time.monotonic() - began < 5.0


def test_a_service_of_the_client_answers_the_graph(client, peer, eventually):
    client.say(op="advertise_service", service="/from_web", type="std_srvs/Trigger")
    caller = peer.node.create_client(Trigger, "/from_web")
    eventually(caller.service_is_ready)
    future = caller.call_async(Trigger.Request())
    asked = client.hear()
    assert (asked["op"], asked["args"]) == ("call_service", {})
    values = {"success": True, "message": "hello"}
    client.say(
        op="service_response", id=asked["id"], service="/from_web", values=values, result=True
    )
    eventually(future.done)
    assert future.result().message == "hello"
    future = caller.call_async(Trigger.Request())
    asked = client.hear()
    client.say(
        op="service_response", id=asked["id"], service="/from_web", result=False, values="no"
    )
    eventually(future.done)
    assert (future.result().success, future.result().message) == (False, "no")
    peer.node.destroy_client(caller)


def test_a_looker_reads_what_its_list_names_and_writes_nothing(server, peer):
    with server.connect("looker") as socket:
        for op in (
            '{"op":"subscribe","topic":"/odom","type":"std_msgs/String"}',
            '{"op":"publish","topic":"/chatter","msg":{"data":"x"}}',
        ):
            socket.send(op)
            assert '"level":"error"' in socket.recv(timeout=10.0)
        socket.send('{"op":"subscribe","topic":"/chatter","type":"std_msgs/String"}')
        socket.send('{"op":"call_service","id":"1","service":"/switch"}')
        assert "does not include ros:call" in socket.recv(timeout=10.0)


def test_a_flood_after_the_connection_moves_nothing(server, peer, eventually):
    heard = peer.hear(Twist, "/cmd_vel")
    with server.connect() as socket:
        socket.send('{"op":"advertise","topic":"/cmd_vel","type":"geometry_msgs/Twist"}')
        for _ in range(100):
            socket.send('{"op":"publish","topic":"/cmd_vel","msg":{"linear":{"x":0.5}}}')
        assert "queued" in socket.recv(timeout=10.0)
        socket.send('{"op":"call_service","id":"end","service":"/rosapi/get_time"}')
        while '"end"' not in socket.recv(timeout=10.0):
            pass
    assert heard == []
