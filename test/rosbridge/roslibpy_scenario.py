"""Unmodified roslibpy: topics, services, parameters. Says what it saw as JSON, a line each."""

import json
import os
import sys
import threading

import roslibpy

_, host, port, key = sys.argv


def say(*told):
    print(json.dumps(told), flush=True)


ros = roslibpy.Ros(host, int(port), headers={"Authorization": f"Bearer {key}"})
ros.run(timeout=15)
say("connected", ros.is_connected)

chatter = roslibpy.Topic(ros, "/chatter_in", "std_msgs/String")
came = threading.Event()
chatter.subscribe(lambda message: (say("heard", message["data"]), came.set()))
roslibpy.Topic(ros, "/chatter_out", "std_msgs/String").publish({"data": "from roslibpy"})
came.wait(20.0)

switch = roslibpy.Service(ros, "/switch", "std_srvs/SetBool")
say("called", dict(switch.call(roslibpy.ServiceRequest({"data": True}), timeout=10)))
try:
    roslibpy.Service(ros, "/nobody", "std_srvs/Trigger").call(roslibpy.ServiceRequest(), timeout=10)
except roslibpy.core.ServiceException as error:
    say("nobody", str(error))

say("topics", "/client_count" in ros.get_topics())
parameter = roslibpy.Param(ros, "/peer:speed")
parameter.set(3.5)
say("parameter", parameter.get())


def handle(request, response):
    response["success"] = request["data"]
    response["message"] = "from roslibpy"
    return True


served = roslibpy.Service(ros, "/served_by_roslibpy", "std_srvs/SetBool")
served.advertise(handle)
say("serving")
sys.stdin.readline()
ros.close()
os._exit(0)
