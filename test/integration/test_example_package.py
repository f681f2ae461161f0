"""A task type of another package, and what becomes of its tasks when the task server is killed."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import pytest

PACKAGE = pathlib.Path(__file__).parents[1] / "example_package"


@pytest.fixture
def book(own_stack, tmp_path):
    """Starts the robot with the package beside ours; reads what the robot did."""
    site, file = tmp_path / "site", tmp_path / "book.jsonl"
    site.mkdir()
    # What a build does for a package's entry points, without the rest of it.
    command = [sys.executable, "setup.py", "-q", "egg_info", "--egg-base", site]
    subprocess.run(command, cwd=PACKAGE, check=True)
    path = [str(site), str(PACKAGE), own_stack.env.get("PYTHONPATH", "")]
    own_stack.env["PYTHONPATH"] = os.pathsep.join(path)
    own_stack.env["LANYARD_EXAMPLE_BOOK"] = str(file)
    own_stack.tasks_parameters = [f"journal_folder:={tmp_path / 'journal'}"]
    own_stack.start()

    def read():
        lines = file.read_text().splitlines() if file.exists() else []
        return [tuple(json.loads(line).values()) for line in lines]

    return read


async def test_a_task_type_of_another_package_is_learned_and_its_tasks_survive_a_killed_server(
    own_stack, wait_until, book
):
    with own_stack.client() as client:

        def task(task_id):
            return client.get(f"/tasks/{task_id}").raise_for_status().json()

        def submit(parameters):
            body = {"task_type": "stamp", "robot_id": "arm-001", "parameters": parameters}
            return client.post("/tasks", json=body)

        await wait_until(
            lambda: client.get("/api/v1/task-types/stamp").status_code == 200, "the type is known"
        )
        learned = client.get("/api/v1/task-types/stamp").json()
        assert (learned["robots"], learned["idempotent"]) == (["arm-001"], False)
        wrong = submit({"text": "a", "work_s": -1})
        assert wrong.status_code == 422
        assert wrong.json()["errors"][0]["field"] == "parameters.work_s"

        first = submit({"text": "first"}).json()["task_id"]
        await wait_until(lambda: task(first)["status"] == "succeeded", "the first has succeeded")
        assert task(first)["result"] == {"stamped": "first"}

        second = submit({"text": "second", "work_s": 30.0}).json()["task_id"]
        third = submit({"text": "third"}).json()["task_id"]
        await wait_until(lambda: ("begun", "second") in book(), "the second has begun")
        own_stack.processes["tasks"].kill()
        own_stack.start_node("tasks", *own_stack.tasks_parameters)
        await wait_until(lambda: task(third)["status"] == "succeeded", "the third has succeeded")
        lost = task(second)
        assert (lost["status"], lost["error"]["code"]) == ("failed", "robot_lost")
        assert "was ended while this task ran" in lost["error"]["message"]
        history = client.get(f"/tasks/{second}/events").json()["items"]
        assert "sent_again" in [entry["event"] for entry in history]
    assert book() == [
        ("begun", "first"),
        ("done", "first"),
        ("begun", "second"),
        ("begun", "third"),
        ("done", "third"),
    ]
