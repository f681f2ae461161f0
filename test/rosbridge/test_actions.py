"""Actions in both directions, with unmodified roslib 2.1.0."""

from lanyard_msgs.action import ExecuteTask
from rclpy.action import ActionClient


def test_goals_are_run_refused_and_cancelled(roslib, worker):
    running = roslib("2", "actions")
    running.says("ran", ["result", "done", True])
    ((what, why, _),) = running.says("rejected")
    assert (what, "rejected" in why) == ("failed", True)
    ((what, *_),) = running.says("cancelled")
    assert what in ("result", "failed")
    (why,) = running.says("nobody")
    assert "nobody serves the action /nobody" in why


def test_an_action_is_served_to_the_graph(roslib, peer, eventually):
    running = roslib("2", "action_server")
    running.says("serving")
    client = ActionClient(peer.node, ExecuteTask, "/by_roslib")
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
