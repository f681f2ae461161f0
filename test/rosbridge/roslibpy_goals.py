"""Unmodified roslibpy: goals of an action. Says what it saw as JSON, a line each."""

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
work = roslibpy.ActionClient(ros, "/work", "lanyard_msgs/action/ExecuteTask")
nobody = roslibpy.ActionClient(ros, "/nobody", "lanyard_msgs/action/ExecuteTask")


def run(client, task, *, cancel=False):
    """Send a goal and wait for its end; cancel it once it works. Whether there was feedback."""
    works, ended = threading.Event(), threading.Event()

    def tell(*told):
        # roslibpy's own wait ends before this is called.
        say(task, *told)
        ended.set()

    sent = client.send_goal(
        roslibpy.Goal({"task_type": task}),
        lambda result: tell(str(result["status"]), result["values"]),
        lambda feedback: works.set(),
        lambda error: tell("failed", str(error)),
    )
    if cancel:
        works.wait(20.0)
        client.cancel_goal(sent)
    client.wait_goal(sent, timeout=20)
    ended.wait(20.0)
    return works.is_set()


say("had feedback", run(work, "short"))
run(work, "reject")
run(work, "long", cancel=True)
run(nobody, "nothing")
sys.stdin.readline()
ros.close()
os._exit(0)
