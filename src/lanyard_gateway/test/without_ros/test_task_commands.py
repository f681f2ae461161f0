"""What may be done to a task that is there, besides cancelling it: change, pause, resume, retry."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

import pytest

from lanyard_core.port import GoalOutcome
from lanyard_core.safety.states import State

TASKS = "/api/v1/tasks"
SOON = (datetime.now(timezone.utc) + timedelta(hours=1)).isoformat()
LATER = (datetime.now(timezone.utc) + timedelta(hours=2)).isoformat()


@pytest.fixture
async def waiting(house) -> str:
    """A task that waits for a robot that was halted."""
    house.robot.becomes(State.HALTED)
    return await house.submit()


async def patch(house, task_id: str, body: dict, etag: str | None = "*"):
    headers = {} if etag is None else {"If-Match": etag}
    return await house.call("PATCH", f"{TASKS}/{task_id}", json=body, headers=headers)


async def with_a_near_deadline(house, task_id: str, eventually):
    async def edited():  # unless the machine takes so long that the moment has passed
        in_a_moment = (datetime.now(timezone.utc) + timedelta(seconds=0.3)).isoformat()
        return (await patch(house, task_id, {"deadline": in_a_moment})).status_code == 200

    await eventually(edited)


async def post(house, task_id: str, what: str):
    return await house.call("POST", f"{TASKS}/{task_id}/{what}")


async def test_a_task_that_waits_can_be_moved_up_and_given_times_and_labels(house, waiting):
    etag = (await house.task(waiting))["etag"]
    body = {"priority": 9, "deadline": LATER, "not_before": SOON, "labels": {"line": "7"}}
    answer = await patch(house, waiting, body, etag)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["priority"], shown["labels"]) == (9, {"line": "7"})
    assert (shown["hold_reason"], shown["etag"]) == ("not_before", answer.headers["etag"])
    assert shown["etag"] != etag
    assert shown["deadline"] > shown["not_before"]
    assert (await house.events(waiting))[-1] == "edited"


async def test_a_task_that_was_moved_up_goes_first(house, waiting):
    second = await house.submit()
    await patch(house, second, {"priority": 5})
    house.robot.becomes(State.IDLE)
    await house.until_started()
    assert house.robot.starts[0].task_id == second


async def test_null_takes_a_time_away_and_what_is_left_out_stays(house, waiting):
    await patch(house, waiting, {"not_before": SOON, "labels": {"line": "7"}})
    shown = (await patch(house, waiting, {"not_before": None})).json()
    assert (shown["not_before"], shown["labels"]) == (None, {"line": "7"})


async def test_a_change_needs_the_etag_of_the_task_as_it_is(house, waiting):
    etag = (await house.task(waiting))["etag"]
    assert (await patch(house, waiting, {"priority": 2}, None)).status_code == 428
    assert (await patch(house, waiting, {"priority": 2}, "seven")).status_code == 400
    assert (await patch(house, waiting, {"priority": 2}, etag)).status_code == 200
    stale = await patch(house, waiting, {"priority": 3}, etag)
    assert (stale.status_code, stale.json()["code"]) == (412, "etag_mismatch")
    assert (await house.task(waiting))["priority"] == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"priority": 10}, "priority"),
        ({"deadline": "2020-01-01T00:00:00Z"}, "deadline"),
        ({"not_before": LATER, "deadline": SOON}, "not_before"),
        ({"task_type": "wait"}, "task_type"),
        ({"labels": {"": "x"}}, "labels..[key]"),
    ],
)
async def test_a_change_that_makes_no_sense_names_the_field(house, waiting, body, field):
    answer = await patch(house, waiting, body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_time_is_judged_with_the_one_that_is_there_already(house, waiting):
    await patch(house, waiting, {"deadline": SOON})
    answer = await patch(house, waiting, {"not_before": LATER})
    assert answer.json()["errors"][0]["field"] == "not_before"
    assert (await patch(house, waiting, {"priority": 3})).status_code == 200


async def test_a_task_that_runs_or_has_ended_cannot_be_changed(house):
    task_id = await house.submit()
    await house.until_task(task_id, status="running")
    answer = await patch(house, task_id, {"priority": 2})
    assert (answer.status_code, answer.json()["code"]) == (409, "task_not_queued")
    await house.until_started()
    house.robot.ends()
    await house.until_task(task_id, status="succeeded")
    assert (await patch(house, task_id, {"priority": 2})).status_code == 409


async def test_a_task_that_was_paused_is_not_begun_until_it_is_resumed(house, waiting):
    paused = await post(house, waiting, "pause")
    assert (paused.status_code, paused.json()["status"]) == (200, "paused")
    assert (await post(house, waiting, "pause")).status_code == 200
    house.robot.becomes(State.IDLE)
    other = await house.submit()
    await house.until_task(other, status="running")
    assert (await house.task(waiting))["status"] == "paused"
    await house.until_started()
    house.robot.ends()
    resumed = await post(house, waiting, "resume")
    assert (resumed.status_code, resumed.json()["status"]) == (200, "queued")
    await house.until_task(waiting, status="running")
    assert [goal.task_id for goal in house.robot.starts] == [other, waiting]


async def test_a_task_that_was_paused_keeps_its_place_in_the_queue(house, waiting):
    second = await house.submit()
    await post(house, waiting, "pause")
    assert (await house.task(second))["position"] == 1
    await post(house, waiting, "resume")
    assert (await house.task(waiting))["position"] == 1


async def test_a_task_that_was_paused_can_be_cancelled_changed_and_found(house, waiting):
    await post(house, waiting, "pause")
    listed = await house.call("GET", f"{TASKS}?status=paused")
    assert [item["task_id"] for item in listed.json()["items"]] == [waiting]
    assert (await patch(house, waiting, {"priority": 3})).json()["status"] == "paused"
    assert (await house.call("DELETE", f"{TASKS}/{waiting}")).status_code == 200


async def test_a_task_that_was_paused_still_has_its_deadline(house, waiting, eventually):
    assert (await post(house, waiting, "pause")).status_code == 200
    await with_a_near_deadline(house, waiting, eventually)
    failed = await house.until_task(waiting, status="failed")
    assert failed["error"]["code"] == "deadline_missed"


async def test_a_task_that_was_paused_stays_so_across_a_restart(build):
    async with build() as house:
        house.robot.becomes(State.HALTED)
        task_id = await house.submit()
        await post(house, task_id, "pause")
    async with build() as house:
        house.robot.becomes(State.IDLE)
        other = await house.submit()
        await house.until_task(other, status="running")
        assert (await house.task(task_id))["status"] == "paused"


async def test_a_task_that_has_ended_cannot_be_paused_or_resumed(house):
    task_id = await house.submit()
    await house.until_started()
    house.robot.ends()
    await house.until_task(task_id, status="succeeded")
    assert (await post(house, task_id, "pause")).json()["code"] == "task_terminal"
    assert (await post(house, task_id, "resume")).json()["code"] == "task_terminal"


async def test_a_task_that_has_failed_can_be_done_again_under_a_new_goal(house):
    task_id = await house.submit()
    await house.until_started()
    house.robot.reports("grasp")
    house.robot.ends(GoalOutcome.FAILED, error_code=400, distance_m=2.0)
    await house.until_task(task_id, status="failed")
    answer = await post(house, task_id, "retry")
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["attempt"], shown["error"], shown["finished_at"]) == (2, None, None)
    assert shown["metrics"]["distance_m"] == 0.0
    await house.until_started(2)
    one, two = house.robot.starts
    assert one.goal_id != two.goal_id
    house.robot.ends()
    done = await house.until_task(task_id, status="succeeded")
    assert done["metrics"]["retries"] == 1
    assert "retried" in await house.events(task_id)


async def test_a_task_that_was_cancelled_can_be_done_again(house, waiting):
    await house.call("DELETE", f"{TASKS}/{waiting}")
    assert (await post(house, waiting, "retry")).json()["status"] == "queued"
    house.robot.becomes(State.IDLE)
    await house.until_task(waiting, status="running")


async def test_a_task_that_waits_runs_or_has_succeeded_is_not_done_again(house):
    task_id = await house.submit()
    await house.until_started()
    running = await post(house, task_id, "retry")
    assert (running.status_code, running.json()["code"]) == (409, "task_not_retryable")
    house.robot.ends()
    await house.until_task(task_id, status="succeeded")
    assert (await post(house, task_id, "retry")).status_code == 409


async def test_a_task_whose_deadline_passed_is_not_done_again(house, waiting, eventually):
    await with_a_near_deadline(house, waiting, eventually)
    await house.until_task(waiting, status="failed")
    answer = await post(house, waiting, "retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "deadline_missed")


async def test_of_two_that_ask_for_it_at_once_one_does_it_again(house):
    task_id = await house.submit()
    await house.until_started()
    house.robot.ends(GoalOutcome.FAILED, error_code=400)
    await house.until_task(task_id, status="failed")
    answers = await asyncio.gather(*(post(house, task_id, "retry") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers)[0] == 200
    await house.until_started(2)
    assert (await house.task(task_id))["attempt"] == 2


async def test_an_attempt_that_fails_for_a_reason_that_may_pass_is_followed_by_another(house):
    task_id = await house.submit(max_attempts=3)
    for count in (1, 2):
        await house.until_started(count)
        house.robot.ends(GoalOutcome.FAILED, error_code=400, error_message="slipped")
    await house.until_started(3)
    house.robot.ends()
    done = await house.until_task(task_id, status="succeeded")
    assert (done["attempt"], done["metrics"]["retries"]) == (3, 2)
    assert (await house.events(task_id)).count("attempt_failed") == 2


async def test_an_attempt_that_fails_for_good_is_not_followed_by_another(house):
    task_id = await house.submit(max_attempts=3)
    await house.until_started()
    house.robot.ends(GoalOutcome.FAILED, error_code=101)
    failed = await house.until_task(task_id, status="failed")
    assert (failed["attempt"], failed["error"]["code"]) == (1, "invalid_parameters")


@pytest.mark.parametrize("what", ["pause", "resume", "retry"])
async def test_an_unknown_task_is_404(house, what):
    assert (await post(house, "t-nope", what)).status_code == 404
    assert (await patch(house, "t-nope", {"priority": 1})).status_code == 404
