"""Tasks over REST, carried out by the task server on the simulated robot."""

from datetime import datetime

import pytest


def submit(client, task_type="move_to", parameters=None, **fields):
    body = {"task_type": task_type, "robot_id": "arm-001", "parameters": parameters or {}, **fields}
    return client.post("/tasks", json=body)


async def until_status(client, task_id, wait_until, *wanted):
    task = {}

    def ended():
        task.update(client.get(f"/tasks/{task_id}").json())
        return task["status"] in wanted

    await wait_until(ended, f"{task_id} is {' or '.join(wanted)}", within_s=90.0)
    return task


@pytest.fixture
def client(ready_stack):
    with ready_stack.client() as made:
        yield made


async def test_move_to_drives_the_base_there_and_reports_metrics(client, ready_stack, wait_until):
    start = ready_stack.status()["pose"]
    answer = submit(client, parameters={"x_m": start["x_m"] + 0.4, "y_m": start["y_m"] + 0.2})
    assert answer.status_code == 201
    assert answer.json()["status"] == "queued"
    task_id = answer.json()["task_id"]
    running = await until_status(client, task_id, wait_until, "running", "succeeded")
    assert running["ros"]["action"] == "/arm_001/execute_task"
    task = await until_status(client, task_id, wait_until, "succeeded", "failed")
    assert task["status"] == "succeeded", task["error"]
    assert task["metrics"]["run_ms"] > 0
    assert task["metrics"]["distance_m"] > 0.3
    pose = ready_stack.status()["pose"]
    assert abs(pose["x_m"] - start["x_m"] - 0.4) < 0.1
    assert abs(pose["y_m"] - start["y_m"] - 0.2) < 0.1


async def test_pick_and_place_goes_through_its_phases_and_is_not_cancelled_mid_insertion(
    client, ready_stack, wait_until
):
    submitted = submit(client, "pick_and_place", {"object": "bolt"}, priority=1)
    task_id = submitted.json()["task_id"]
    phases = []

    def is_in(phase):
        task = client.get(f"/tasks/{task_id}").json()
        assert task["status"] in ("queued", "running"), task["error"]
        if task["phase"] and task["phase"] not in phases:
            phases.append(task["phase"])
        return task["phase"] == phase

    await wait_until(lambda: is_in("grasp"), "the grasp", within_s=90.0)
    assert ready_stack.status()["current_task"]["task_id"] == task_id
    await wait_until(lambda: is_in("insertion"), "the insertion", within_s=90.0)
    answer = client.delete(f"/tasks/{task_id}")
    assert answer.status_code == 409
    assert answer.json()["code"] == "task_not_cancellable"
    assert answer.json()["phase"] == "insertion"
    task = await until_status(client, task_id, wait_until, "succeeded", "failed", "canceled")
    assert task["status"] == "succeeded", task["error"]
    assert phases == ["approach", "grasp", "transfer", "insertion"]
    assert ready_stack.status()["current_task"] is None
    assert client.delete(f"/tasks/{task_id}").json()["code"] == "task_terminal"


async def test_a_running_task_can_be_cancelled_and_the_robot_takes_the_next(client, wait_until):
    task_id = submit(client, "wait", {"duration_s": 60.0}).json()["task_id"]
    await until_status(client, task_id, wait_until, "running")
    answer = client.delete(f"/tasks/{task_id}")
    assert answer.status_code == 200
    assert answer.json()["status"] == "canceled"
    assert client.delete(f"/tasks/{task_id}").status_code == 200
    after = submit(client, "wait", {"duration_s": 0.1}).json()["task_id"]
    await until_status(client, after, wait_until, "succeeded")


async def test_a_queued_task_is_cancelled_without_asking_the_robot(client, wait_until):
    first = submit(client, "wait", {"duration_s": 60.0}).json()["task_id"]
    await until_status(client, first, wait_until, "running")
    second = submit(client, "wait", {"duration_s": 60.0})
    assert second.json()["position"] is not None
    assert client.delete(f"/tasks/{second.json()['task_id']}").json()["status"] == "canceled"
    assert client.delete(f"/tasks/{first}").json()["status"] == "canceled"


async def test_a_task_that_cannot_be_done_fails_with_a_reason(client, ready_stack, wait_until):
    ready_stack.fault("stuck_base=true")
    try:
        task_id = submit(client, parameters={"x_m": 50.0, "y_m": 0.0}).json()["task_id"]
        task = await until_status(client, task_id, wait_until, "succeeded", "failed")
    finally:
        ready_stack.fault("--clear")
    assert task["status"] == "failed"
    assert task["error"]["message"]


@pytest.mark.parametrize(
    ("body", "status", "names"),
    [
        ({"task_type": "move_to", "robot_id": "arm-999", "parameters": {}}, 404, "arm-999"),
        ({"task_type": "fly", "robot_id": "arm-001", "parameters": {}}, 422, "task_type"),
        ({"task_type": "move_to", "robot_id": "arm-001", "speed": 1}, 422, "speed"),
        (
            {"task_type": "move_to", "robot_id": "arm-001", "parameters": {"x_m": "far"}},
            422,
            "parameters.x_m",
        ),
    ],
)
def test_a_task_that_makes_no_sense_is_refused_with_what_is_wrong(client, body, status, names):
    answer = client.post("/tasks", json=body)
    assert answer.status_code == status
    assert names in answer.text


def test_a_request_without_a_key_is_refused(stack):
    with stack.client("lyd_none") as stranger:
        assert stranger.get("/robots/arm-001/status").status_code == 401
        assert stranger.get("/healthz").status_code == 200


async def test_a_robot_that_comes_back_gets_what_waited_in_order(own_stack, wait_until):
    own_stack.start()
    with own_stack.client() as client:
        for node in ("tasks", "control", "sim"):
            own_stack.processes[node].kill()
        await wait_until(lambda: not own_stack.status()["online"], "the robot is offline")
        waiting = [submit(client, "wait", {"duration_s": 0.1}, priority=p) for p in (3, 5, 3, 9)]
        assert {answer.json()["hold_reason"] for answer in waiting} == {"robot_offline"}
        own_stack.start_node("sim")
        server = own_stack.start_node("tasks")
        await wait_until(lambda: server.text().count("task types:") == 2, "the task server is up")
        own_stack.start_node("control")  # with this the robot is online
        tasks = [
            await until_status(client, answer.json()["task_id"], wait_until, "succeeded", "failed")
            for answer in waiting
        ]
        news = client.get("/api/v1/events", params={"types": "robot.online"}).json()["items"]
    assert [task["status"] for task in tasks] == ["succeeded"] * 4
    begun = sorted(tasks, key=lambda task: task["started_at"])
    assert begun == [tasks[3], tasks[1], tasks[0], tasks[2]]
    took_s = seconds_between(news[-1]["at"], begun[0]["started_at"])
    print(f"the first began {took_s:.1f} s after the robot was online")  # docs/task-queue.md
    assert took_s < 30.0


def seconds_between(first, then):
    begin, end = (datetime.fromisoformat(text.replace("Z", "+00:00")) for text in (first, then))
    return (end - begin).total_seconds()
