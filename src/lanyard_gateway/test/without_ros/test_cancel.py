"""DELETE /tasks/{id}: decided from our own state, with 200, 202 and 409 and nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from lanyard_core.access.scopes import Role
from lanyard_core.faults import RosTimeout, Unavailable
from lanyard_core.port import CancelReply, GoalOutcome
from lanyard_core.safety.states import State
from lanyard_core.task.model import TaskStatus

SILENT = RosTimeout("no answer")


async def delete(house, task_id: str, **more: object):
    return await house.call("DELETE", f"/api/v1/tasks/{task_id}", **more)


async def running(house, phase: str = "grasp", *, cancellable: bool = True) -> str:
    task_id = await house.submit()
    await house.until_started()
    house.robot.reports(phase, cancellable=cancellable)
    return task_id


async def test_a_queued_task_is_cancelled_at_once_and_never_sent(house):
    house.robot.becomes(State.HALTED)
    task_id = await house.submit()
    answer = await delete(house, task_id)
    assert answer.status_code == 200
    assert answer.json() == {"task_id": task_id, "status": "canceled"}
    house.robot.becomes(State.IDLE)
    other = await house.submit()
    await house.until_task(other, status="running")
    assert [goal.task_id for goal in house.robot.starts] == [other]


async def test_cancelling_twice_is_harmless(house):
    house.robot.becomes(State.HALTED)
    task_id = await house.submit()
    assert (await delete(house, task_id)).status_code == 200
    assert (await delete(house, task_id)).status_code == 200


async def test_a_running_task_is_cancelled_when_the_robot_has_stopped_it(house, eventually):
    task_id = await running(house)
    request = asyncio.create_task(delete(house, task_id))
    await eventually(lambda: house.robot.cancels)
    house.robot.ends(GoalOutcome.CANCELED, phase="grasp")
    answer = await request
    assert (answer.status_code, answer.json()["status"]) == (200, "canceled")
    assert (await house.task(task_id))["status"] == "canceled"


async def test_a_robot_that_needs_longer_gives_202_and_the_end_comes_later(house):
    task_id = await running(house)
    answer = await delete(house, task_id)
    assert (answer.status_code, answer.json()["status"]) == (202, "canceling")
    house.robot.ends(GoalOutcome.CANCELED)
    await house.until_task(task_id, status="canceled")


async def test_a_phase_that_must_not_be_interrupted_is_409_without_asking_the_robot(house):
    task_id = await running(house, "insertion", cancellable=False)
    answer = await delete(house, task_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "task_not_cancellable")
    assert answer.json()["phase"] == "insertion"
    assert answer.json()["cancellable_after"] == "insertion"
    assert house.robot.cancels == []
    shown = await house.task(task_id)
    assert (shown["status"], shown["cancellable"]) == ("running", False)


async def test_the_robots_refusal_is_409_too_and_the_task_runs_on(house):
    task_id = await running(house)
    house.robot.cancel_reply = CancelReply.REJECTED
    answer = await delete(house, task_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "task_not_cancellable")
    assert (await house.task(task_id))["status"] == "running"
    house.robot.ends()
    await house.until_task(task_id, status="succeeded")


@pytest.mark.parametrize("outcome", [GoalOutcome.SUCCEEDED, GoalOutcome.FAILED])
async def test_a_task_that_has_ended_is_409(house, outcome):
    task_id = await running(house)
    house.robot.ends(outcome)
    ended = await house.until_task(task_id, status=outcome.value)
    answer = await delete(house, task_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "task_terminal")
    assert answer.json()["task_status"] == ended["status"]


async def test_a_task_that_succeeds_while_it_is_cancelled_has_succeeded(house, eventually):
    task_id = await running(house)
    request = asyncio.create_task(delete(house, task_id))
    await eventually(lambda: house.robot.cancels)
    house.robot.ends(GoalOutcome.SUCCEEDED)
    answer = await request
    assert (answer.status_code, answer.json()["code"]) == (409, "task_terminal")
    assert (await house.task(task_id))["status"] == "succeeded"


async def test_a_robot_that_does_not_answer_is_202_and_then_lost_but_never_500(house):
    task_id = await running(house)
    house.robot.cancel_reply = SILENT
    answer = await delete(house, task_id)
    assert (answer.status_code, answer.json()["status"]) == (202, "canceling")
    lost = await house.until_task(task_id, status="failed")
    assert lost["error"]["code"] == "robot_lost"


async def test_a_robot_that_answers_late_is_asked_again(house, eventually):
    task_id = await running(house)
    house.robot.cancel_reply = SILENT
    assert (await delete(house, task_id)).status_code == 202
    house.robot.cancel_reply = CancelReply.ACCEPTED
    asked = len(house.robot.cancels)
    await eventually(lambda: len(house.robot.cancels) > asked)
    house.robot.ends(GoalOutcome.CANCELED)
    await house.until_task(task_id, status="canceled")


async def test_a_goal_that_the_robot_does_not_know_any_more_is_lost(house):
    task_id = await running(house)
    house.robot.cancel_reply = CancelReply.UNKNOWN_GOAL
    answer = await delete(house, task_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "task_terminal")
    assert (await house.task(task_id))["error"]["code"] == "robot_lost"


async def test_many_cancels_at_once_ask_the_robot_once(house, eventually):
    task_id = await running(house)
    requests = [asyncio.create_task(delete(house, task_id)) for _ in range(5)]
    await eventually(lambda: house.robot.cancels)
    house.robot.ends(GoalOutcome.CANCELED)
    assert {(await request).status_code for request in requests} == {200}
    assert len(house.robot.cancels) == 1


async def test_a_robot_that_agreed_to_cancel_may_take_its_time(house, dispatch_settings):
    task_id = await running(house)
    assert (await delete(house, task_id)).status_code == 202
    await asyncio.sleep(1.5 * dispatch_settings.patience.after_cancel_s)
    assert (await house.task(task_id))["status"] == "canceling"
    house.robot.ends(GoalOutcome.CANCELED)
    await house.until_task(task_id, status="canceled")


async def test_a_cancel_that_cannot_be_stored_is_503_and_can_be_repeated(house, monkeypatch):
    task_id = await running(house)

    async def fails(*args: object, **kwargs: object) -> None:
        raise Unavailable("disk full", code="store_unavailable")

    with monkeypatch.context() as broken:
        broken.setattr(house.store, "change", fails)
        assert (await delete(house, task_id)).status_code == 503
    assert house.robot.cancels == []
    assert (await delete(house, task_id)).status_code == 202
    assert len(house.robot.cancels) == 1


async def test_a_task_that_is_dispatched_while_it_is_cancelled_is_cancelled_on_the_robot(
    house, monkeypatch
):
    task_id = await running(house)
    works, stale = house.store.get, []

    async def still_queued(wanted: str) -> object:
        task = await works(wanted)
        if stale:
            return task
        stale.append(task)
        return replace(task, status=TaskStatus.QUEUED)

    monkeypatch.setattr(house.store, "get", still_queued)
    assert (await delete(house, task_id)).status_code == 202
    assert len(house.robot.cancels) == 1


async def test_after_a_cancel_the_next_task_runs(house, eventually):
    task_id = await running(house)
    following = await house.submit()
    request = asyncio.create_task(delete(house, task_id))
    await eventually(lambda: house.robot.cancels)
    house.robot.ends(GoalOutcome.CANCELED)
    await request
    await house.until_task(following, status="running")


async def test_the_reason_and_the_key_that_cancelled_are_in_the_history(house):
    house.robot.becomes(State.HALTED)
    task_id = await house.submit()
    await delete(house, task_id, params={"reason": "wrong shelf"})
    history = await house.history(task_id)
    assert history[-1].event == "withdrawn"
    assert "wrong shelf" in history[-1].detail
    assert house.keys[Role.OPERATOR].record.key_id in history[-1].detail
