"""Tasks over REST: submitted, looked at, listed, against the real application and a real store."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from lanyard_core.access.scopes import Role
from lanyard_core.port import GoalOutcome
from lanyard_core.safety.states import State

TASKS = "/api/v1/tasks"


async def test_a_submitted_task_is_answered_with_its_id_and_place(house, order):
    answer = await house.call("POST", TASKS, json=order)
    assert answer.status_code == 201
    body = answer.json()
    assert answer.headers["location"] == f"{TASKS}/{body['task_id']}"
    assert body["status"] == "queued"
    assert body["position"] == 1
    assert body["hold_reason"] is None
    assert body["estimated_start"].endswith("Z")


async def test_the_seed_paths_are_served_at_the_root(house, order):
    answer = await house.call("POST", "/tasks", json=order)
    assert answer.status_code == 201
    task_id = answer.json()["task_id"]
    assert (await house.call("GET", f"/tasks/{task_id}")).json()["task_id"] == task_id
    assert (await house.call("DELETE", f"/tasks/{task_id}")).status_code in (200, 202)
    assert (await house.call("GET", "/robots/arm-001/status")).status_code == 200


async def test_the_root_can_be_kept_free(build, order):
    async with build(root_aliases=False) as house:
        assert (await house.call("POST", "/tasks", json=order)).status_code == 404
        assert (await house.call("POST", TASKS, json=order)).status_code == 201


async def test_a_task_goes_from_queued_to_running_to_succeeded_with_its_figures(house):
    task_id = await house.submit()
    await house.until_started()
    house.robot.reports("grasp", progress=0.42)
    running = await house.task(task_id)
    assert (running["status"], running["phase"], running["progress"]) == ("running", "grasp", 0.42)
    assert running["cancellable"] is True
    assert running["estimated_finish"].endswith("Z")
    assert running["metrics"]["feedback_count"] == 1
    assert running["metrics"]["feedback_age_ms"] >= 0
    assert running["ros"]["action"] == "/arm_001/execute_task"
    house.robot.ends(run_time_s=8.3, distance_m=3.2, result_json='{"placed": true}')
    ended = await house.until_task(task_id, status="succeeded")
    assert ended["result"] == {"placed": True}
    assert ended["progress"] == 1.0
    assert ended["metrics"]["run_ms"] == 8300.0
    assert ended["metrics"]["distance_m"] == 3.2
    assert ended["metrics"]["queue_ms"] >= 0
    assert ended["finished_at"] >= ended["started_at"] >= ended["created_at"]


async def test_the_robot_gets_the_goal_that_the_task_names(house, order):
    task_id = await house.submit(timeout_s=12)
    await house.until_started()
    [goal] = house.robot.starts
    shown = await house.task(task_id)
    assert shown["ros"]["goal_id"] == str(goal.goal_id)
    assert (goal.task_id, goal.task_type, goal.attempt) == (task_id, "pick_and_place", 1)
    assert goal.timeout_s == 12
    assert shown["parameters"] == order["parameters"]


async def test_a_failed_task_says_why_and_where(house):
    task_id = await house.submit()
    await house.until_started()
    house.robot.ends(
        GoalOutcome.FAILED, error_code=400, error_message="nothing to grasp", phase="grasp",
        ros_status=6,
    )  # fmt: skip
    failed = await house.until_task(task_id, status="failed")
    assert failed["error"] == {
        "code": "grasp_failed", "message": "nothing to grasp", "ros_status": 6,
        "phase": "grasp", "retryable": True, "details": {},
    }  # fmt: skip


async def test_a_result_that_is_no_json_object_is_shown_as_it_is(house):
    for text, shown in (("[1, NaN]", {"value": [1, None]}), ("oops{", {"text": "oops{"})):
        task_id = await house.submit()
        await house.until_task(task_id, status="running")
        await house.until_started()
        house.robot.ends(result_json=text)
        assert (await house.until_task(task_id, status="succeeded"))["result"] == shown


async def test_a_task_for_a_robot_that_is_offline_is_queued_and_says_so(house):
    answer = await house.call("POST", TASKS, json={**_order(house), "robot_id": "amr-002"})
    assert answer.status_code == 201
    assert answer.json()["hold_reason"] == "robot_offline"
    assert answer.json()["estimated_start"] is None
    house.other.becomes(State.IDLE)
    await house.until_task(answer.json()["task_id"], status="running", hold_reason=None)


def _order(house) -> dict:
    return {"task_type": "wait", "robot_id": "arm-001", "parameters": {}, "priority": 1}


async def test_a_robot_that_was_stopped_holds_its_tasks_until_it_is_reset(house):
    house.robot.becomes(State.SAFE_STOP)
    task_id = await house.submit()
    held = await house.task(task_id)
    assert (held["status"], held["hold_reason"], held["estimated_start"]) == (
        "queued", "halted", None,
    )  # fmt: skip
    assert house.robot.starts == []
    house.robot.becomes(State.IDLE)
    await house.until_started()


async def test_one_task_runs_at_a_time_higher_priority_first_then_in_order(house):
    first = await house.submit()
    await house.until_started()
    waiting = [await house.submit(priority=priority) for priority in (1, 5, 1, 9)]
    shown = [await house.task(task_id) for task_id in waiting]
    assert [task["position"] for task in shown] == [3, 2, 4, 1]
    assert {task["hold_reason"] for task in shown} == {"robot_busy"}
    starts = [task["estimated_start"] for task in shown]
    assert sorted(starts) == [starts[3], starts[1], starts[0], starts[2]]
    for count in range(2, 6):
        house.robot.ends()
        await house.until_started(count)
    expected = [first, waiting[3], waiting[1], waiting[0], waiting[2]]
    assert [goal.task_id for goal in house.robot.starts] == expected


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"priority": 10}, "priority"),
        ({"priority": -1}, "priority"),
        ({"priority": "1"}, "priority"),
        ({"priority": 10**40}, "priority"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"timeout_s": 1e9}, "timeout_s"),
        ({"robot_id": 7}, "robot_id"),
        ({"robot_id": ""}, "robot_id"),
        ({"parameters": [1]}, "parameters"),
        ({"prioritty": 1}, "prioritty"),
        ({"task_type": "fly"}, "task_type"),
        ({"parameters": {"pick": {"x_m": "far", "y_m": 0}}}, "parameters.pick.x_m"),
        ({"parameters": {"pick": {"y_m": 0}}}, "parameters.pick.x_m"),
        ({"parameters": {"force_n": 81}}, "parameters.force_n"),
        ({"parameters": {"speed": 1}}, "parameters.speed"),
    ],
)
async def test_a_wrong_field_is_named(house, order, change, field):
    answer = await house.call("POST", TASKS, json=order | change)
    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert body["code"] == "validation_failed"
    assert [error["field"] for error in body["errors"]] == [field]
    assert field in body["detail"] or "fly" in body["detail"]


async def test_a_missing_field_is_named(house, order):
    del order["task_type"]
    answer = await house.call("POST", TASKS, json=order)
    assert answer.status_code == 422
    assert answer.json()["errors"][0] | {"message": ""} == {
        "field": "task_type", "code": "required", "message": "",
    }  # fmt: skip


async def test_what_is_wrong_in_the_steps_of_a_sequence_is_told_by_field(house, order):
    steps = [
        {"task_type": "wait", "parameters": {"duration_s": 1.0}},
        {"task_type": "wait", "parameters": {"duration_s": -1.0}},
        {"task_type": "fly"},
        {"task_type": "sequence", "parameters": {"steps": []}},
        {"task_type": "move_to", "parameters": {"x_m": 1.0}},
    ]
    body = {**order, "task_type": "sequence", "parameters": {"steps": steps}}
    answer = await house.call("POST", TASKS, json=body)
    assert answer.status_code == 422
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [
        ("parameters.steps.1.parameters.duration_s", "minimum"),
        ("parameters.steps.2.task_type", "unknown_task_type"),
        ("parameters.steps.3.task_type", "unknown_task_type"),
        ("parameters.steps.4.parameters.y_m", "required"),
    ]
    body["parameters"]["steps"] = steps[:1]
    assert (await house.call("POST", TASKS, json=body)).status_code == 201


async def test_an_unknown_task_type_lists_the_known_ones(house, order):
    answer = await house.call("POST", TASKS, json=order | {"task_type": "fly"})
    assert "move_to, pick_and_place" in answer.json()["detail"]


async def test_an_unknown_robot_is_404_and_lists_the_known_ones(house, order):
    answer = await house.call("POST", TASKS, json=order | {"robot_id": "arm-009"})
    assert answer.status_code == 404
    assert "amr-002, arm-001" in answer.json()["detail"]


async def test_a_full_queue_refuses_with_503_and_when_to_come_back(house, dispatch_settings):
    house.robot.becomes(State.HALTED)
    for _ in range(dispatch_settings.max_queued):
        await house.submit()
    answer = await house.call("POST", TASKS, json=_order(house))
    assert (answer.status_code, answer.json()["code"]) == (503, "queue_full")
    assert int(answer.headers["retry-after"]) >= 1


async def test_an_unknown_task_is_404(house):
    for method in ("GET", "DELETE"):
        answer = await house.call(method, f"{TASKS}/t-nope")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_the_same_idempotency_key_gives_the_first_answer_and_one_task(house, order):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    first = await house.call("POST", TASKS, json=order, headers=headers)
    again = await house.call("POST", TASKS, json=order, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert len((await house.call("GET", TASKS)).json()["items"]) == 1


async def test_a_crowd_with_the_same_idempotency_key_makes_one_task(house, order):
    headers = {"Idempotency-Key": "order-4711"}
    answers = await asyncio.gather(
        *(house.call("POST", TASKS, json=order, headers=headers) for _ in range(20))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["task_id"] for answer in answers}) == 1
    assert len((await house.call("GET", TASKS)).json()["items"]) == 1


async def test_another_body_under_the_same_idempotency_key_is_a_conflict(house, order):
    headers = {"Idempotency-Key": "order-4711"}
    first = await house.call("POST", TASKS, json=order, headers=headers)
    answer = await house.call("POST", TASKS, json=order | {"priority": 2}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_conflict")
    assert answer.json()["task_id"] == first.json()["task_id"]


async def test_an_idempotency_key_belongs_to_the_key_that_used_it(house, order):
    headers = {"Idempotency-Key": "order-4711"}
    one = await house.call("POST", TASKS, json=order, headers=headers)
    other = await house.call("POST", TASKS, json=order, headers=headers, role=Role.ADMIN)
    assert (one.status_code, other.status_code) == (201, 201)


async def test_an_idempotency_key_is_remembered_across_a_restart(build, order):
    headers = {"Idempotency-Key": "order-4711"}
    async with build() as house:
        first = await house.call("POST", TASKS, json=order, headers=headers)
    async with build() as house:
        again = await house.call("POST", TASKS, json=order, headers=headers)
    assert (again.status_code, again.json()) == (200, first.json())


async def test_an_idempotency_key_that_is_too_long_is_a_bad_header(house, order):
    headers = {"Idempotency-Key": "x" * 256}
    answer = await house.call("POST", TASKS, json=order, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_header")
    assert "idempotency-key" in answer.json()["detail"]


async def test_a_list_is_filtered_and_paged_newest_first(house):
    house.robot.becomes(State.HALTED)
    mine = [await house.submit() for _ in range(5)]
    other = await house.submit(robot_id="amr-002", task_type="wait", parameters={})
    await house.call("DELETE", f"{TASKS}/{mine[0]}")

    async def ids(query: str) -> list[str]:
        answer = await house.call("GET", f"{TASKS}?{query}")
        assert answer.status_code == 200
        return [item["task_id"] for item in answer.json()["items"]]

    assert await ids("robot_id=arm-001") == mine[::-1]
    assert await ids("robot_id=amr-002") == [other]
    assert await ids("task_type=wait") == [other]
    assert await ids("status=canceled") == [mine[0]]
    assert await ids("status=queued&robot_id=arm-001") == mine[:0:-1]
    assert await ids("status=failed") == []

    seen, cursor = [], ""
    for _ in range(3):
        page = (await house.call("GET", f"{TASKS}?limit=2{cursor}")).json()
        seen += [item["task_id"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [other, *mine[::-1]]
    assert page["next_cursor"] is None


async def test_a_list_can_be_asked_for_by_label_reference_and_time(house):
    house.robot.becomes(State.HALTED)
    one = await house.submit(labels={"line": "7"}, external_ref="order-1")
    two = await house.submit(labels={"line": "8"})
    created = (await house.task(two))["created_at"]
    await house.call("DELETE", f"{TASKS}/{one}")

    async def ids(**query: str) -> list[str]:
        answer = await house.call("GET", TASKS, params=query)
        assert answer.status_code == 200, answer.text
        return [item["task_id"] for item in answer.json()["items"]]

    assert await ids(label="line:7") == [one]
    assert await ids(label="line:9") == []
    assert await ids(external_ref="order-1") == [one]
    assert await ids(created_after="2020-01-01T00:00:00Z") == [two, one]
    assert await ids(created_before="2020-01-01T00:00:00+05:00") == []
    assert await ids(finished_after="2020-01-01T00:00:00Z") == [one]
    assert await ids(finished_before=created) == []


async def test_a_list_in_the_order_of_the_queue_shows_what_begins_next_first(house):
    house.robot.becomes(State.HALTED)
    ids = [await house.submit(priority=priority) for priority in (1, 9, 1, 5)]
    seen, cursor = [], ""
    while cursor is not None:
        query = {"order": "priority", "status": "queued", "limit": "2"}
        page = await house.call("GET", TASKS, params=query | ({"cursor": cursor} if cursor else {}))
        seen += [item["task_id"] for item in page.json()["items"]]
        cursor = page.json()["next_cursor"]
    assert seen == [ids[1], ids[3], ids[0], ids[2]]


async def test_a_cursor_of_one_order_is_refused_by_another(house):
    for _ in range(2):
        await house.submit()
    cursor = (await house.call("GET", f"{TASKS}?limit=1")).json()["next_cursor"]
    answer = await house.call("GET", f"{TASKS}?limit=1&order=priority&cursor={cursor}")
    assert answer.json()["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("label=line", "label"),
        ("order=age", "order"),
        ("created_after=yesterday", "created_after"),
        ("status=lost", "status"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("cursor=!!", "cursor"),
        ("cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "cursor"),
        ("stauts=queued", "stauts"),
    ],
)
async def test_a_wrong_query_is_named(house, query, field):
    answer = await house.call("GET", f"{TASKS}?{query}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_task_types_show_their_schema_and_which_phases_cannot_be_cancelled(house):
    answer = await house.call("GET", "/api/v1/task-types")
    names = [item["task_type"] for item in answer.json()["items"]]
    assert {"move_to", "pick_and_place"} <= set(names)
    one = (await house.call("GET", "/api/v1/task-types/pick_and_place")).json()
    assert one in answer.json()["items"]
    assert "insertion" in [p["name"] for p in one["phases"] if not p["cancellable"]]
    assert one["parameters_schema"]["type"] == "object"
    missing = await house.call("GET", "/api/v1/task-types/fly")
    assert missing.status_code == 404
    assert "move_to" in missing.json()["detail"]
