"""Unmodified roslibjs, 1.4.1 and 2.1.0, in Node."""

import time

import pytest
from geometry_msgs.msg import TransformStamped, Twist
from sensor_msgs.msg import JointState
from std_msgs.msg import String
from std_srvs.srv import SetBool
from tf2_msgs.msg import TFMessage

BOTH = pytest.mark.parametrize("version", ["1", "2"], ids=["roslib-1.4.1", "roslib-2.1.0"])


def publish_when_heard(peer, eventually, publisher, message):
    eventually(publisher.get_subscription_count)
    publisher.publish(message)


@BOTH
def test_topics_are_read_in_every_form_and_published(version, roslib, peer, eventually):
    heard = peer.hear(String, "/chatter_out")
    forms = ["none", "cbor", *(["png"] if version == "2" else [])]
    publishers = {
        form: peer.node.create_publisher(JointState, f"/joints_{form}", 10) for form in forms
    }
    running = roslib(version, "topics")
    running.says("subscribed")
    for form, publisher in publishers.items():
        message = JointState(position=[1.5, float("nan")])
        publish_when_heard(peer, eventually, publisher, message)
        assert running.says("joints", form) == [[1.5, "nan" if form == "cbor" else None]]
        peer.node.destroy_publisher(publisher)
    eventually(lambda: heard)
    assert heard[0].data == "from roslib"


@BOTH
def test_services_are_called_and_served(version, roslib, peer, eventually):
    def serve(request, response):
        response.success, response.message = request.data, "from the graph"
        return response

    service = peer.node.create_service(SetBool, "/switch", serve)
    running = roslib(version, "services")
    running.says("add", ["ok", {"success": True, "message": "from the graph"}])
    ((what, why),) = running.says("nobody")
    assert (what, "/nobody_serves" in str(why)) == ("failed", True)
    running.says("serving")
    caller = peer.node.create_client(SetBool, f"/served_by_roslib_{version}")
    eventually(caller.service_is_ready)
    future = caller.call_async(SetBool.Request(data=True))
    eventually(future.done)
    assert (future.result().success, future.result().message) == (True, "from roslib")
    peer.node.destroy_client(caller)
    peer.node.destroy_service(service)


@BOTH
def test_parameters_and_the_graph_are_asked_for(version, roslib, peer):
    if not peer.node.has_parameter("speed"):
        peer.node.declare_parameter("speed", 1.5)
    before = peer.node.get_parameter("speed").value
    running = roslib(version, "parameters")
    running.says("got", before)
    running.says("set", 2.5)
    assert peer.node.get_parameter("speed").value == 2.5
    running.says("topics", True, True)
    running.says("nodes", True)
    _, types = running.says("twist")
    assert types == ["geometry_msgs/msg/Twist", "geometry_msgs/msg/Vector3"]


@BOTH
def test_transforms_come_from_tf(version, roslib, peer, eventually):
    def transform(parent, child, x):
        message = TransformStamped(child_frame_id=child)
        message.header.frame_id = parent
        message.transform.translation.x = x
        return message

    publisher = peer.node.create_publisher(TFMessage, "/tf", 10)
    running = roslib(version, "tf")
    eventually(publisher.get_subscription_count)
    message = TFMessage(transforms=[transform("map", "base", 1.0), transform("base", "hand", 2.0)])
    publisher.publish(message)
    ((translation),) = running.says("hand")
    assert translation["x"] == 3.0
    peer.node.destroy_publisher(publisher)


@BOTH
def test_two_seconds_of_commands_queued_while_away_move_nothing(
    version, roslib, proxy, peer, eventually
):
    heard = peer.hear(Twist, "/cmd_vel")
    running = roslib(version, "flood")
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


@BOTH
def test_the_robot_is_told_to_stop_when_its_client_goes(version, roslib, proxy, peer, eventually):
    heard = peer.hear(Twist, "/cmd_vel")
    running = roslib(version, "flood")
    running.says("ready")
    running.tell()
    running.says("cutting")
    with_drive = time.monotonic()
    proxy.cut()
    running.says("published while away")
    proxy.mend()
    running.tell()
    running.says("back", "ok")
    running.says("driving")
    eventually(lambda: heard)
    running.process.kill()
    eventually(lambda: heard[-1].linear.x == 0.0)
    assert time.monotonic() - with_drive < 30.0


@BOTH
def test_after_a_lost_connection_topics_come_again(version, roslib, proxy, peer, eventually):
    publisher = peer.node.create_publisher(String, "/before_and_after", 10)
    running = roslib(version, "reconnect")
    running.says("subscribed")
    publish_when_heard(peer, eventually, publisher, String(data="before"))
    running.says("heard", "before")
    running.tell()
    running.says("cutting")
    proxy.cut()
    running.says("cut off")
    proxy.mend()
    running.tell()
    running.says("subscribed again")
    eventually(lambda: publisher.get_subscription_count() == 1)
    publisher.publish(String(data="after"))
    running.says("heard", "after")
    peer.node.destroy_publisher(publisher)
