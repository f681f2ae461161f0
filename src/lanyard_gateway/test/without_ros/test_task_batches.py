"""Tasks that are submitted together: all or none, or each that can be."""

from __future__ import annotations

import pytest

from lanyard_core.safety.states import State

BATCH = "/api/v1/tasks:batch"
WAIT = {"task_type": "wait", "robot_id": "arm-001"}


async def submit(house, *tasks: dict, headers: dict | None = None, **more: object):
    return await house.call(
        "POST", BATCH, json={"tasks": list(tasks), **more}, headers=headers or {}
    )


async def listed(house) -> list[str]:
    answer = await house.call("GET", "/api/v1/tasks?order=priority&limit=500")
    return [item["task_id"] for item in answer.json()["items"]]


async def test_a_batch_is_taken_in_in_its_order_with_true_places(house):
    house.robot.becomes(State.HALTED)
    answer = await submit(house, WAIT, WAIT | {"priority": 9}, WAIT)
    assert answer.status_code == 201
    items = answer.json()["items"]
    assert [item["position"] for item in items] == [2, 1, 3]
    assert answer.json()["refused"] == []
    first, second, third = (item["task_id"] for item in items)
    assert await listed(house) == [second, first, third]


async def test_one_wrong_task_refuses_the_whole_batch_and_names_its_place(house):
    answer = await submit(house, WAIT, WAIT | {"parameters": {"duration_s": -1}})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "tasks.1.parameters.duration_s"
    assert await listed(house) == []


async def test_a_robot_that_nobody_knows_refuses_the_whole_batch(house):
    answer = await submit(house, WAIT, WAIT | {"robot_id": "arm-009"})
    assert (answer.status_code, answer.json()["index"]) == (404, 1)
    assert await listed(house) == []


async def test_a_field_that_is_wrong_in_itself_is_named_with_its_place(house):
    answer = await submit(house, WAIT, WAIT | {"priority": 10})
    assert answer.json()["errors"][0]["field"] == "tasks.1.priority"


async def test_without_atomic_those_are_taken_in_that_can_be(house):
    answer = await submit(
        house, WAIT, WAIT | {"task_type": "fly"}, WAIT | {"robot_id": "arm-009"}, WAIT, atomic=False
    )
    assert answer.status_code == 201
    body = answer.json()
    assert len(body["items"]) == 2
    assert [(each["index"], each["code"]) for each in body["refused"]] == [
        (1, "validation_failed"), (2, "not_found"),
    ]  # fmt: skip
    assert body["refused"][0]["errors"][0]["field"] == "task_type"


async def test_a_batch_of_which_nothing_can_be_taken_in_is_refused(house):
    answer = await submit(house, WAIT | {"task_type": "fly"}, atomic=False)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "tasks.0"


async def test_a_batch_with_the_same_key_makes_no_second_tasks(house):
    headers = {"Idempotency-Key": "wave-7"}
    first = await submit(house, WAIT, WAIT, headers=headers)
    again = await submit(house, WAIT, WAIT, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len(await listed(house)) == 2


async def test_a_reference_that_is_taken_refuses_the_whole_batch(house):
    await house.submit(external_ref="order-1")
    answer = await submit(house, WAIT, WAIT | {"external_ref": "order-1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate_external_ref")
    twice = await submit(house, *(WAIT | {"external_ref": "order-2"} for _ in range(2)))
    assert twice.status_code == 409
    assert len(await listed(house)) == 1


@pytest.mark.parametrize("count", [0, 101])
async def test_a_batch_has_between_1_and_100_tasks(house, count):
    answer = await submit(house, *([WAIT] * count))
    assert answer.status_code == 422


async def test_a_batch_that_does_not_fit_into_the_queue_is_refused_whole(house, dispatch_settings):
    house.robot.becomes(State.HALTED)
    answer = await submit(house, *([WAIT] * (dispatch_settings.max_queued + 1)))
    assert (answer.status_code, answer.json()["code"]) == (503, "queue_full")
    assert await listed(house) == []
