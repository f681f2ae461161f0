"""Actions in both directions, with unmodified roslib 2.1.0."""

import pytest
from lanyard_msgs.action import ExecuteTask
from rclpy.action import ActionClient

# 1.4.1 knows no actions of ROS 2.
pytestmark = pytest.mark.parametrize("version", ["2"], ids=["roslib-2.1.0"])


def test_goals_are_run_refused_and_cancelled(roslib, worker):
    running = roslib("actions")
    running.says("ran", ["result", "done", True])
    ((what, why, _),) = running.says("rejected")
    assert (what, "rejected" in why) == ("failed", True)
    ((what, *_),) = running.says("cancelled")
    assert what in ("result", "failed")
    (why,) = running.says("nobody")
    assert "nobody serves the action /nobody" in why


def test_an_action_is_served_to_the_graph(me, roslib, peer, eventually):
    running = roslib("action_server")
    running.says("serving")
    client = ActionClient(peer.node, ExecuteTask, f"/by_{me}")
    eventually(client.server_is_ready)
    news = []
    for task, status, words in (("short", 4, "did short"), ("long", 5, "as you wish")):
        sent = client.send_goal_async(ExecuteTask.Goal(task_type=task), news.append)
        eventually(sent.done)
        assert sent.result().accepted
        eventually(lambda: news)
        result = sent.result().get_result_async()
        if task == "long":
            sent.result().cancel_goal_async()
        eventually(result.done)
        assert (result.result().status, result.result().result.error_message) == (status, words)
    assert news[0].feedback.phase == "half"
    client.destroy()
