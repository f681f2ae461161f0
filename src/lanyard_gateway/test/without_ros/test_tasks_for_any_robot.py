"""Tasks that are for any robot that fits, and for the one that they name."""

from __future__ import annotations

import pytest

from lanyard_core.port import GoalOutcome
from lanyard_core.safety.states import State
from lanyard_core.task.announced import announcement_of
from lanyard_core.task.built_in import BUILT_IN
from lanyard_core.task.order import RobotTraits

TASKS = "/api/v1/tasks"
MOVE = {"task_type": "move_to", "parameters": {"x_m": 1.0, "y_m": 0.0}}
TRAITS = {
    "arm-001": RobotTraits("arm-001", {"zone": "a"}, frozenset({"gripper"})),
    "amr-002": RobotTraits("amr-002", {"zone": "b"}, frozenset({"lift"})),
}


@pytest.fixture
def traits():
    return TRAITS


async def submit(house, **more: object):
    return await house.call("POST", TASKS, json=MOVE | more)


async def test_a_task_for_any_robot_goes_to_one_that_is_ready(house):
    answer = await submit(house, robot_id="any")
    assert answer.status_code == 201
    task_id = answer.json()["task_id"]
    shown = await house.until_task(task_id, status="running")
    assert (shown["robot_id"], shown["assigned_robot_id"]) == ("any", "arm-001")
    assert shown["ros"]["action"] == "/arm_001/execute_task"


async def test_two_robots_share_what_is_for_any_and_each_task_runs_once(house, eventually):
    house.other.becomes(State.IDLE)
    ids = [(await submit(house, robot_id="any")).json()["task_id"] for _ in range(6)]

    async def run(robot) -> None:
        if robot.starts and robot.starts[-1].goal_id in robot.goals:
            robot.ends()

    async def all_done() -> bool:
        await run(house.robot)
        await run(house.other)
        return len(house.robot.starts) + len(house.other.starts) == 6

    await eventually(all_done)
    begun = [goal.task_id for robot in (house.robot, house.other) for goal in robot.starts]
    assert sorted(begun) == sorted(ids)
    assert house.robot.starts
    assert house.other.starts


@pytest.mark.parametrize(
    ("selector", "robot"),
    [
        ({"labels": {"zone": "a"}}, "robot"),
        ({"capabilities": ["gripper"]}, "robot"),
        ({"labels": {"zone": "b"}, "capabilities": ["lift"]}, "other"),
        ({}, "robot"),
    ],
)
async def test_a_selector_chooses_by_labels_and_capabilities(house, eventually, selector, robot):
    answer = await submit(house, robot_selector=selector)
    assert answer.status_code == 201, answer.text
    if robot == "other":
        assert answer.json()["hold_reason"] == "robot_offline"
        house.other.becomes(State.IDLE)
    await eventually(lambda: getattr(house, robot).starts)
    shown = await house.task(answer.json()["task_id"])
    assert shown["robot_selector"] == {"labels": {}, "capabilities": []} | selector


async def test_a_selector_that_no_robot_fits_is_refused_and_says_what_there_is(house):
    answer = await submit(house, robot_selector={"labels": {"zone": "c"}})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "robot_selector"
    assert "arm-001 has zone=a, gripper" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("which", "field"),
    [
        ({}, "robot_id"),
        ({"robot_id": "arm-001", "robot_selector": {}}, "robot_selector"),
        ({"robot_selector": {"labels": {"a:b": "c"}}}, "robot_selector.labels.a:b.[key]"),
        ({"robot_selector": {"zone": "a"}}, "robot_selector.zone"),
    ],
)
async def test_a_task_names_a_robot_or_gives_a_selector(house, which, field):
    answer = await submit(house, **which)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_task_that_failed_on_one_robot_may_be_tried_on_another(house, eventually):
    task_id = (await submit(house, robot_id="any", max_attempts=2)).json()["task_id"]
    await house.until_started()
    house.robot.becomes(State.HALTED)
    house.robot.ends(GoalOutcome.FAILED, error_code=202)
    house.other.becomes(State.IDLE)
    await eventually(lambda: house.other.starts)
    assert house.other.starts[0].attempt == 2
    assert (await house.task(task_id))["assigned_robot_id"] == "amr-002"


async def test_a_robot_that_has_not_the_task_type_gets_no_such_task(house, eventually):
    house.robot.presents("run-1", types=announcement_of([BUILT_IN["wait"]]))
    answer = await submit(house, robot_id="any")
    assert answer.json()["hold_reason"] == "robot_offline"
    house.other.becomes(State.IDLE)
    await eventually(lambda: house.other.starts)
    assert house.robot.starts == []


async def test_a_task_type_that_a_robot_announces_can_be_submitted(house):
    waving = BUILT_IN["wait"].document() | {"task_type": "wave", "title": "Wave"}
    assert (await submit(house, task_type="wave", robot_id="any", parameters={})).status_code == 422
    house.robot.presents("run-1", types="[" + __import__("json").dumps(waving) + "]")
    answer = await submit(house, task_type="wave", robot_id="any", parameters={})
    assert answer.status_code == 201
    listed = (await house.call("GET", "/api/v1/task-types/wave")).json()
    assert listed["robots"] == ["amr-002", "arm-001"]  # the other has not said what it has
    await house.until_started()


async def test_the_queue_of_a_robot_counts_what_it_may_take(house):
    house.robot.becomes(State.HALTED)
    for robot_id in ("any", "arm-001", "amr-002"):
        await submit(house, robot_id=robot_id)
    listed = (await house.call("GET", "/api/v1/robots")).json()["items"]
    assert {each["robot_id"]: each["queued_tasks"] for each in listed} == {
        "arm-001": 2, "amr-002": 2,
    }  # fmt: skip
