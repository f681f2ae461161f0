"""Unmodified roslibpy: topics, services both ways, parameters."""

import pathlib
import sys
import time

from std_msgs.msg import String
from std_srvs.srv import SetBool

SCENARIO = pathlib.Path(__file__).parent / "roslibpy_scenario.py"
GOALS = pathlib.Path(__file__).parent / "roslibpy_goals.py"


def test_roslibpy_reads_publishes_calls_and_serves(server, start, peer, eventually):
    def serve(request, response):
        response.success, response.message = request.data, "from the graph"
        return response

    if not peer.node.has_parameter("speed"):
        peer.node.declare_parameter("speed", 1.5)
    service = peer.node.create_service(SetBool, "/switch", serve)
    heard = peer.hear(String, "/chatter_out")
    publisher = peer.node.create_publisher(String, "/chatter_in", 10)
    host, port = server.url.removeprefix("ws://").split(":")
    running = start(sys.executable, str(SCENARIO), host, port, server.keys["panel"])
    running.says("connected", True)
    eventually(publisher.get_subscription_count)
    publisher.publish(String(data="hello"))
    running.says("heard", "hello")
    eventually(lambda: heard)
    assert heard[0].data == "from roslibpy"
    running.says("called", {"success": True, "message": "from the graph"})
    (why,) = running.says("nobody")
    assert "there is no service /nobody" in why
    running.says("topics", True)
    running.says("parameter", 3.5)
    running.says("serving")
    caller = peer.node.create_client(SetBool, "/served_by_roslibpy")
    eventually(caller.service_is_ready)
    calls = []

    def answered():
        # An answer can be lost while DDS is still making out who listens to it: ask again.
        if len(calls) < 10 and (not calls or time.monotonic() > calls[-1][0] + 1.5):
            calls.append((time.monotonic(), caller.call_async(SetBool.Request(data=True))))
        return next((call for _, call in calls if call.done()), None)

    assert eventually(answered).result().message == "from roslibpy"
    peer.node.destroy_client(caller)
    peer.node.destroy_service(service)
    peer.node.destroy_publisher(publisher)


def test_goals_of_roslibpy_are_run_refused_and_cancelled(server, start, worker):
    host, port = server.url.removeprefix("ws://").split(":")
    running = start(sys.executable, str(GOALS), host, port, server.keys["panel"])
    status, values = running.says("short")
    assert (status, values["error_message"]) == ("GoalStatus.SUCCEEDED", "done")
    running.says("had feedback", True)
    what, why = running.says("reject")
    assert (what, "rejected" in why) == ("failed", True)
    status, values = running.says("long")
    assert (status, values["error_message"]) == ("GoalStatus.CANCELED", "cancelled")
    what, why = running.says("nothing")
    assert "nobody serves the action /nobody" in why
