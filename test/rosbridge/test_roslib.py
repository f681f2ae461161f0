"""Unmodified roslibjs, 1.4.1 and 2.1.0, in Node and in a real browser."""

import math

import pytest
from geometry_msgs.msg import TransformStamped, Twist
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import JointState
from std_msgs.msg import String
from std_srvs.srv import SetBool
from tf2_msgs.msg import TFMessage

pytestmark = pytest.mark.parametrize("version", ["1", "2"], ids=["roslib-1.4.1", "roslib-2.1.0"])


def publish_when_heard(peer, eventually, publisher, message):
    eventually(publisher.get_subscription_count)
    publisher.publish(message)


def test_topics_are_read_in_every_form_and_published(version, place, roslib, peer, eventually):
    heard = peer.hear(String, "/chatter_out")
    message = JointState(position=[1.5, float("nan")])
    forms = {
        "none": [1.5, None],
        "cbor": [1.5, "nan"],
        "cbor-raw": [1.5, "nan"],
        "png": [1.5, None],
    }
    if (version, place) == ("1", "Node"):  # reads PNG with canvas, which it does not bring along
        del forms["png"]
    publishers = {
        form: peer.node.create_publisher(JointState, f"/joints_{form.replace('-', '_')}", 10)
        for form in forms
    }
    running = roslib("topics")
    running.says("subscribed")
    for form, publisher in publishers.items():
        publish_when_heard(peer, eventually, publisher, message)
        (told,) = running.says("joints", form)
        if form == "cbor-raw":
            position = deserialize_message(bytes(told), JointState).position
            told = ["nan" if math.isnan(x) else x for x in position]
        assert told == forms[form]
        peer.node.destroy_publisher(publisher)
    eventually(lambda: heard)
    assert heard[0].data == "from roslib"


def test_services_are_called_and_served(me, roslib, peer, eventually):
    def serve(request, response):
        response.success, response.message = request.data, "from the graph"
        return response

    service = peer.node.create_service(SetBool, "/switch", serve)
    running = roslib("services")
    running.says("add", ["ok", {"success": True, "message": "from the graph"}])
    ((what, why),) = running.says("nobody")
    assert (what, "/nobody_serves" in str(why)) == ("failed", True)
    running.says("serving")
    caller = peer.node.create_client(SetBool, f"/served_by_{me}")
    eventually(caller.service_is_ready)
    future = caller.call_async(SetBool.Request(data=True))
    eventually(future.done)
    assert (future.result().success, future.result().message) == (True, "from roslib")
    peer.node.destroy_client(caller)
    peer.node.destroy_service(service)


def test_parameters_and_the_graph_are_asked_for(roslib, peer):
    if not peer.node.has_parameter("speed"):
        peer.node.declare_parameter("speed", 1.5)
    before = peer.node.get_parameter("speed").value
    running = roslib("parameters")
    running.says("got", before)
    running.says("set", 2.5)
    assert peer.node.get_parameter("speed").value == 2.5
    running.says("topics", True, True)
    running.says("nodes", True)
    assert running.says("twist") == [["geometry_msgs/msg/Twist", "geometry_msgs/msg/Vector3"]]


def test_transforms_come_from_tf(roslib, peer, eventually):
    def transform(parent, child, x):
        message = TransformStamped(child_frame_id=child)
        message.header.frame_id = parent
        message.transform.translation.x = x
        return message

    publisher = peer.node.create_publisher(TFMessage, "/tf", 10)
    running = roslib("tf")
    eventually(publisher.get_subscription_count)
    message = TFMessage(transforms=[transform("map", "base", 1.0), transform("base", "hand", 2.0)])
    publisher.publish(message)
    ((translation),) = running.says("hand")
    assert translation["x"] == 3.0
    peer.node.destroy_publisher(publisher)


def test_two_seconds_of_commands_queued_while_away_move_nothing(roslib, proxy, peer, eventually):
    heard = peer.hear(Twist, "/cmd_vel")
    running = roslib("flood")
    running.says("ready")
    running.tell()
    running.says("cutting")
    proxy.cut()
    running.says("published while away")
    assert heard == []
    proxy.mend()
    running.tell()
    running.says("back", "ok")
    assert heard == [], "what was queued must not move the robot"
    running.says("driving")
    eventually(lambda: heard)
    assert heard[0].linear.x == 0.25
    eventually(lambda: heard[-1].linear.x == 0.0)  # silent since: told to stop
    running.close()


def test_the_robot_is_told_to_stop_when_its_client_goes(roslib, peer, eventually):
    heard = peer.hear(Twist, "/cmd_vel")
    running = roslib("drive")
    eventually(lambda: len(heard) > 2)
    assert {each.linear.x for each in heard} == {0.25}
    running.close()
    eventually(lambda: heard[-1].linear.x == 0.0)


@pytest.mark.parametrize("lost", ["connection", "bridge"])
def test_after_a_lost_connection_topics_come_again(lost, roslib, server, proxy, peer, eventually):
    heard = peer.hear(String, "/echo")
    publisher = peer.node.create_publisher(String, "/before_and_after", 10)
    running = roslib("reconnect")
    running.says("subscribed")
    publish_when_heard(peer, eventually, publisher, String(data="before"))
    running.says("heard", "before")
    eventually(lambda: [each.data for each in heard] == ["before"])
    running.tell()
    running.says("cutting")
    if lost == "bridge":
        assert server.stop() == 0
    else:
        proxy.cut()
    running.says("cut off")
    eventually(lambda: publisher.get_subscription_count() == 0)
    if lost == "bridge":
        server.come_back()
    proxy.mend()
    running.tell()
    running.says("subscribed again")
    publish_when_heard(peer, eventually, publisher, String(data="after"))
    running.says("heard", "after")
    eventually(lambda: [each.data for each in heard] == ["before", "after"])
    peer.node.destroy_publisher(publisher)
