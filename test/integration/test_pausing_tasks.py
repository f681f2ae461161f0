"""Pause and resume of a running task over REST: the robot rests, and goes on from where it is."""

from __future__ import annotations

import json

TIME_S = 90.0


class Mission:
    """One task on the robot, as its client sees it."""

    def __init__(self, client, wait_until, task_type, parameters):
        self._wait_until = wait_until
        body = {"task_type": task_type, "robot_id": "arm-001", "parameters": parameters}
        self.client = client
        self.task_id = client.post("/tasks", json=body).raise_for_status().json()["task_id"]

    def shown(self):
        return self.client.get(f"/tasks/{self.task_id}").raise_for_status().json()

    def ask(self, what):
        return self.client.post(f"/api/v1/tasks/{self.task_id}/{what}")

    def events(self):
        answer = self.client.get(f"/api/v1/tasks/{self.task_id}/events")
        return [(item["event"], item["detail"]) for item in answer.json()["items"]]

    async def until(self, condition, what):
        await self._wait_until(lambda: condition(self.shown()), what, within_s=TIME_S)

    async def until_event(self, event):
        await self._wait_until(
            lambda: event in [name for name, _ in self.events()], event, within_s=TIME_S
        )

    async def until_mid_way(self):
        await self.until(lambda task: task["phase"] == "drive" and task["progress"] > 0.3, "motion")


async def a_slow_way(client, stack, wait_until):
    """A task that has driven a part of 0.8 m, and where it is to end."""
    start = stack.status()["pose"]
    goal = (start["x_m"] + 0.8, start["y_m"])
    parameters = {"x_m": goal[0], "y_m": goal[1], "speed_mps": 0.12}
    mission = Mission(client, wait_until, "move_to", parameters)
    await mission.until_mid_way()
    return mission, goal


def off_m(stack, goal):
    pose = stack.status()["pose"]
    return ((pose["x_m"] - goal[0]) ** 2 + (pose["y_m"] - goal[1]) ** 2) ** 0.5


async def test_a_task_that_is_paused_mid_way_rests_and_is_resumed_only_when_its_robot_may_move(
    ready_stack, wait_until
):
    with ready_stack.client() as client:
        mission, goal = await a_slow_way(client, ready_stack, wait_until)
        assert mission.shown()["pausable"] is True
        assert mission.ask("pause").status_code == 202
        await mission.until(lambda task: task["status"] == "paused", "the pause")
        assert mission.ask("pause").status_code == 200
        # It is at rest, disarmed, and anybody's to take, and stays where it is.
        left_m = off_m(ready_stack, goal)
        assert left_m > 0.1
        status = ready_stack.status()
        assert status["safety"]["state"] == "ready"
        assert status["current_task"]["status"] == "paused"
        client.post("/api/v1/robots/arm-001/stop", json={"reason": "a person in the way"})
        assert mission.ask("resume").status_code == 202
        await mission.until_event("resume_refused")
        assert "SAFE_STOP" in dict(mission.events())["resume_refused"]
        assert abs(off_m(ready_stack, goal) - left_m) < 0.02

        await wait_until(
            lambda: client.post("/api/v1/robots/arm-001/reset").status_code == 200, "the reset"
        )
        assert mission.ask("resume").status_code == 202
        await mission.until(lambda task: task["status"] == "succeeded", "the end")
        assert off_m(ready_stack, goal) < 0.1
        ended = mission.shown()
        assert (ended["attempt"], ended["metrics"]["retries"]) == (1, 0)
        assert ended["metrics"]["paused_ms"] > 0
        events = [event for event, _ in mission.events()]
        assert [events.count(event) for event in ("dispatched", "accepted", "resumed")] == [1, 1, 1]


async def test_a_paused_task_outlives_its_gateway_and_is_carried_out_once(
    own_stack, wait_until, tmp_path
):
    own_stack.tasks_parameters = [f"journal_folder:={tmp_path / 'journal'}"]
    own_stack.start()
    with own_stack.client() as client:
        mission, goal = await a_slow_way(client, own_stack, wait_until)
        goal_id = mission.shown()["ros"]["goal_id"]
        mission.ask("pause")
        await mission.until(lambda task: task["status"] == "paused", "the pause")
    left_m = off_m(own_stack, goal)
    own_stack.processes["gateway"].kill()
    own_stack.ready_file.unlink()
    own_stack.start_gateway()
    with own_stack.client() as client:
        mission.client = client
        await mission.until_event("reattached")
        await mission.until(lambda task: task["metrics"]["feedback_count"] > 0, "feedback")
        assert mission.shown()["status"] == "paused"
        await wait_until(lambda: own_stack.status()["pose"], "the pose")
        assert abs(off_m(own_stack, goal) - left_m) < 0.02
        assert mission.ask("resume").status_code == 202
        await mission.until(lambda task: task["status"] == "succeeded", "the end")
        assert off_m(own_stack, goal) < 0.1
        assert mission.shown()["ros"]["goal_id"] == goal_id
    # The robot's own book: one goal, begun once and ended once.
    lines = (tmp_path / "journal" / "arm_001.jsonl").read_text().splitlines()
    book = [json.loads(line) for line in lines]
    assert [line["goal"] for line in book] == [goal_id.replace("-", "")] * 2
    assert [line.get("ended", {}).get("outcome") for line in book] == [None, "succeeded"]
