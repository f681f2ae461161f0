"""Tasks that begin not before, or end unbegun after, a moment."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest

from lanyard_core.safety.states import State

TASKS = "/api/v1/tasks"


def moment(seconds: float, offset_h: int = 0) -> str:
    at = datetime.now(timezone(timedelta(hours=offset_h))) + timedelta(seconds=seconds)
    return at.isoformat(timespec="milliseconds")


async def test_a_task_waits_for_its_time_and_says_so(house, order):
    answer = await house.call("POST", TASKS, json=order | {"not_before": moment(0.4, offset_h=5)})
    body = answer.json()
    assert (answer.status_code, body["hold_reason"]) == (201, "not_before")
    shown = await house.task(body["task_id"])
    assert (shown["status"], shown["hold_reason"]) == ("queued", "not_before")
    assert shown["estimated_start"] >= shown["not_before"]
    assert house.robot.starts == []
    await house.until_started()
    assert (await house.task(body["task_id"]))["started_at"] >= shown["not_before"]


async def test_a_task_whose_time_has_not_come_lets_others_go_first(house, order):
    early = await house.submit(not_before=moment(3600))
    other = await house.submit()
    await house.until_task(other, status="running")
    assert (await house.task(early))["status"] == "queued"


async def test_a_task_that_has_not_begun_by_its_deadline_has_failed(house, order):
    house.robot.becomes(State.HALTED)
    task_id = await house.submit(deadline=moment(0.6))
    failed = await house.until_task(task_id, status="failed")
    assert failed["error"]["code"] == "deadline_missed"
    assert failed["error"]["retryable"] is False
    assert failed["finished_at"] >= failed["deadline"]
    house.robot.becomes(State.IDLE)
    following = await house.submit()
    await house.until_task(following, status="running")
    assert [goal.task_id for goal in house.robot.starts] == [following]


async def test_a_deadline_says_nothing_about_a_task_that_has_begun(house):
    task_id = await house.submit(deadline=moment(0.6))
    await house.until_started()
    deadline = time.monotonic() + 0.8
    while time.monotonic() < deadline:
        assert (await house.task(task_id))["status"] == "running"
    house.robot.ends()
    await house.until_task(task_id, status="succeeded")


async def test_deadlines_and_times_are_kept_across_a_restart(build):
    async with build() as house:
        house.robot.becomes(State.HALTED)
        expiring = await house.submit(deadline=moment(1.0))
        early = await house.submit(not_before=moment(3600))
    async with build() as house:
        await house.until_task(expiring, status="failed")
        assert (await house.task(early))["hold_reason"] == "not_before"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"deadline": "2020-01-01T00:00:00Z"}, "deadline"),
        ({"not_before": moment(7200), "deadline": moment(3600)}, "not_before"),
        ({"deadline": "tomorrow"}, "deadline"),
        ({"deadline": "2030-01-01"}, "deadline"),
        ({"deadline": "2030-01-01T00:00:00"}, "deadline"),
        ({"deadline": 1.9e9}, "deadline"),
        ({"deadline": "9999-01-01T00:00:00Z"}, "deadline"),
        ({"not_before": "2030-01-01T00:00:00.xZ"}, "not_before"),
    ],
)
async def test_a_moment_that_makes_no_sense_is_named(house, order, change, field):
    answer = await house.call("POST", TASKS, json=order | change)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]
