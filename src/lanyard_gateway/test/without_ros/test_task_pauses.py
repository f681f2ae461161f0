"""Pause and resume of a task that a robot has: asked, told by its feedback, never sent again."""

from __future__ import annotations

import pytest

from lanyard_core.access.scopes import Role
from lanyard_core.faults import RosTimeout, Unavailable
from lanyard_core.port import GoalOutcome, PauseReply
from lanyard_core.task.announced import announcement_of
from lanyard_core.task.catalogue import Phase, TaskType
from lanyard_core.task.run_state import RunState

TASKS = "/api/v1/tasks"
REFUSED = PauseReply(False, RunState.RUNNING, "the task is in phase 'insertion'")


async def post(house, task_id: str, what: str):
    return await house.call("POST", f"{TASKS}/{task_id}/{what}")


def says(house, state: RunState, phase: str = "transfer", **told: object) -> None:
    house.robot.reports(phase, pausable=True, state=state, **told)


@pytest.fixture
async def running(house) -> str:
    """A task that the robot carries out, in a phase that can be paused."""
    task_id = await house.submit()
    await house.until_started()
    says(house, RunState.RUNNING)
    await house.until_event(task_id, "phase")
    return task_id


@pytest.fixture
async def paused(house, running, eventually) -> str:
    """A task that was paused on the robot."""
    await post(house, running, "pause")
    await eventually(lambda: house.robot.pauses)
    says(house, RunState.PAUSED, paused_s=2.0)
    await house.until_task(running, status="paused")
    return running


async def test_a_running_task_is_paused_when_the_robot_says_that_it_is_at_rest(
    house, running, eventually
):
    answer = await post(house, running, "pause")
    assert (answer.status_code, answer.json()["status"]) == (202, "running")
    await eventually(lambda: house.robot.pauses)
    assert house.robot.pauses == [(house.robot.starts[0].goal_id, True)]
    says(house, RunState.PAUSING)
    assert (await house.task(running))["status"] == "running"
    says(house, RunState.PAUSED)
    shown = await house.until_task(running, status="paused")
    assert (shown["phase"], shown["pausable"], shown["cancellable"]) == ("transfer", False, True)
    assert shown["estimated_finish"] is None
    records = await house.history(running)
    asked = next(each for each in records if each.event == "pause_requested")
    assert asked.detail == f"asked by key {house.keys[Role.OPERATOR].record.key_id}"
    assert records[-1].event == "paused"


async def test_a_paused_task_goes_on_under_the_same_goal(house, paused, eventually):
    answer = await post(house, paused, "resume")
    assert (answer.status_code, answer.json()["status"]) == (202, "paused")
    await eventually(lambda: len(house.robot.pauses) == 2)
    assert house.robot.pauses[-1] == (house.robot.starts[0].goal_id, False)
    says(house, RunState.RUNNING, paused_s=2.0)
    await house.until_task(paused, status="running")
    house.robot.ends(run_time_s=8.0)
    ended = await house.until_task(paused, status="succeeded")
    assert (ended["metrics"]["run_ms"], ended["metrics"]["paused_ms"]) == (8000.0, 2000.0)
    assert len(house.robot.starts) == 1
    events = await house.events(paused)
    assert events[-4:] == ["paused", "resume_requested", "resumed", "succeeded"]


async def test_asking_again_changes_nothing(house, running, eventually):
    for _ in range(3):
        assert (await post(house, running, "pause")).status_code == 202
    await eventually(lambda: house.robot.pauses)
    says(house, RunState.PAUSED)
    await house.until_task(running, status="paused")
    assert (await post(house, running, "pause")).status_code == 200
    for _ in range(3):
        assert (await post(house, running, "resume")).status_code == 202
    await eventually(lambda: len(house.robot.pauses) == 2)
    says(house, RunState.RUNNING)
    await house.until_task(running, status="running")
    assert (await post(house, running, "resume")).status_code == 200
    assert [pause for _, pause in house.robot.pauses] == [True, False]
    events = await house.events(running)
    assert events.count("pause_requested") == events.count("resume_requested") == 1


async def test_a_phase_that_cannot_be_paused_is_409_and_nothing_changes(house, running):
    house.robot.reports("insertion", cancellable=False)
    before = await house.until_task(running, phase="insertion", pausable=False)
    answer = await post(house, running, "pause")
    body = answer.json()
    assert (answer.status_code, body["code"]) == (409, "task_not_pausable")
    assert (body["phase"], body["pausable_after"]) == ("insertion", "insertion")
    assert "'insertion'" in body["detail"]
    assert house.robot.pauses == []
    assert (await house.task(running))["status"] == before["status"]


async def test_a_type_that_cannot_be_paused_is_409_and_says_so(house, order):
    drop = TaskType(
        name="drop",
        title="Drop",
        description="Let go.",
        parameters_schema={"type": "object", "additionalProperties": False},
        phases=(Phase("drop", cancellable=True, estimate_s=1.0),),
        idempotent=False,
        default_timeout_s=10.0,
    )
    house.robot.presents("run-1", types=announcement_of([drop]))
    task_id = await house.submit(task_type="drop", parameters={})
    await house.until_started()
    assert (await house.task(task_id))["pausable"] is False
    body = (await post(house, task_id, "pause")).json()
    assert (body["status"], body["code"]) == (409, "task_not_pausable")
    assert body["detail"] == "tasks of type 'drop' cannot be paused while they run"
    kinds = (await house.call("GET", "/api/v1/task-types")).json()["items"]
    assert {kind["task_type"] for kind in kinds if not kind["pausable"]} == {"drop"}


async def test_the_robots_refusal_is_in_the_history_and_the_task_runs_on(house, running):
    house.robot.pause_reply = REFUSED
    await post(house, running, "pause")
    await house.until_event(running, "pause_refused")
    assert (await house.history(running))[-1].detail == REFUSED.message
    assert (await house.task(running))["status"] == "running"


async def test_a_robot_that_cannot_go_on_leaves_the_task_paused(house, paused):
    house.robot.pause_reply = PauseReply(False, RunState.PAUSED, "anna commands the robot")
    await post(house, paused, "resume")
    await house.until_event(paused, "resume_refused")
    assert "anna" in (await house.history(paused))[-1].detail
    assert (await house.task(paused))["status"] == "paused"


async def test_the_robot_is_asked_anew_by_whoever_asks_anew_however_soon(house, paused, eventually):
    for count in range(1, 6):
        house.robot.pause_reply = PauseReply(False, RunState.PAUSED, f"refusal {count}")
        await post(house, paused, "resume")

        async def is_refused(count=count) -> bool:
            return (await house.history(paused))[-1].detail == f"refusal {count}"

        await eventually(is_refused)
    assert (await house.events(paused)).count("resume_refused") == 5


async def test_a_robot_that_was_hindered_after_it_had_agreed_leaves_the_task_paused(
    house, paused, eventually
):
    house.robot.pause_reply = PauseReply(True, RunState.RESUMING)
    await post(house, paused, "resume")
    await eventually(lambda: len(house.robot.pauses) == 2)
    says(house, RunState.PAUSED, state_message="the robot could not be armed")
    await house.until_event(paused, "resume_refused")
    assert (await house.task(paused))["status"] == "paused"


@pytest.mark.parametrize("fault", [RosTimeout("no answer"), Unavailable("not there")])
async def test_a_lost_answer_is_made_good_by_asking_again(house, running, eventually, fault):
    house.robot.pause_reply = fault
    await post(house, running, "pause")
    await eventually(lambda: len(house.robot.pauses) >= 2)
    house.robot.pause_reply = PauseReply(True, RunState.PAUSED)
    says(house, RunState.PAUSED)
    await house.until_task(running, status="paused")


async def test_what_the_robot_said_before_it_agreed_is_not_taken_for_its_answer(
    house, paused, eventually
):
    house.robot.pause_reply = PauseReply(True, RunState.RESUMING)
    await post(house, paused, "resume")
    await eventually(lambda: len(house.robot.pauses) == 2)
    house.robot.pause_reply = PauseReply(True, RunState.PAUSING)
    await post(house, paused, "pause")
    await eventually(lambda: len(house.robot.pauses) == 3)
    assert (await house.task(paused))["status"] == "running"
    says(house, RunState.PAUSED)
    await house.until_task(paused, status="paused")
    assert "resumed" not in await house.events(paused)


async def test_who_asks_the_robot_itself_is_heard_too(house, running):
    says(house, RunState.PAUSED)
    await house.until_task(running, status="paused")
    says(house, RunState.RUNNING)
    await house.until_task(running, status="running")
    assert house.robot.pauses == []
    details = [each.detail for each in await house.history(running)][-2:]
    assert set(details) == {"somebody has asked the robot itself"}


async def test_a_paused_task_can_be_cancelled_and_done_again_as_if_it_never_was_paused(
    house, paused
):
    answer = await house.call("DELETE", f"{TASKS}/{paused}")
    assert answer.status_code == 202
    assert house.robot.cancels == [house.robot.starts[0].goal_id]
    house.robot.ends(GoalOutcome.CANCELED)
    await house.until_task(paused, status="canceled")
    shown = (await post(house, paused, "retry")).json()
    assert (shown["attempt"], shown["metrics"]["paused_ms"]) == (2, 0.0)


async def test_a_task_that_is_being_cancelled_or_has_ended_is_neither_paused_nor_resumed(
    house, running
):
    await house.call("DELETE", f"{TASKS}/{running}")
    assert (await post(house, running, "pause")).json()["code"] == "task_not_pausable"
    assert (await post(house, running, "resume")).json()["code"] == "task_not_resumed"
    house.robot.ends(GoalOutcome.CANCELED)
    await house.until_task(running, status="canceled")
    assert (await post(house, running, "pause")).json()["code"] == "task_terminal"
    assert (await post(house, running, "resume")).json()["code"] == "task_terminal"


async def test_a_robot_with_a_paused_task_takes_no_other(house, paused):
    other = await house.submit()
    shown = await house.task(other)
    assert (shown["status"], shown["hold_reason"]) == ("queued", "robot_busy")
    assert shown["estimated_start"] is None
    assert len(house.robot.starts) == 1


async def test_a_paused_task_is_still_paused_after_a_restart_and_goes_on_from_there(
    build, eventually
):
    async with build() as house:
        task_id = await house.submit()
        await house.until_started()
        says(house, RunState.RUNNING)
        await post(house, task_id, "pause")
        await eventually(lambda: house.robot.pauses)
        says(house, RunState.PAUSED)
        await house.until_task(task_id, status="paused")
    async with build() as house:
        await house.until_event(task_id, "reattached")
        says(house, RunState.PAUSED, paused_s=5.0)
        assert (await house.task(task_id))["status"] == "paused"
        await post(house, task_id, "resume")
        await eventually(lambda: len(house.robot.pauses) == 2)
        says(house, RunState.RUNNING, paused_s=7.0)
        shown = await house.until_task(task_id, status="running")
        assert shown["metrics"]["paused_ms"] == 7000.0
        house.robot.ends()
        await house.until_task(task_id, status="succeeded")
        assert len(house.robot.starts) == 1


@pytest.mark.parametrize("word", ["pause", "resume"])
async def test_what_was_asked_for_before_a_restart_is_asked_of_the_robot_after_it(
    build, eventually, word
):
    async with build() as house:
        task_id = await house.submit()
        await house.until_started()
        says(house, RunState.RUNNING)
        house.robot.pause_reply = PauseReply(True, RunState.PAUSED)
        if word == "resume":
            says(house, RunState.PAUSED)
            await house.until_task(task_id, status="paused")
        house.robot.pause_reply = Unavailable("not there")
        await post(house, task_id, word)
    async with build() as house:
        house.robot.pauses.clear()
        house.robot.pause_reply = PauseReply(True, RunState.PAUSED)
        await eventually(lambda: house.robot.pauses)
        assert house.robot.pauses[0][1] is (word == "pause")


async def test_a_robot_that_has_forgotten_a_paused_task_loses_it_as_a_running_one(house, paused):
    house.robot.ends(GoalOutcome.UNKNOWN)
    failed = await house.until_task(paused, status="failed")
    assert failed["error"]["code"] == "robot_lost"


async def test_a_paused_task_that_is_to_be_done_again_waits_for_somebody(house, eventually):
    task_id = await house.submit(
        task_type="wait", parameters={"duration_s": 9.0}, on_robot_lost="requeue"
    )
    await house.until_started()
    says(house, RunState.RUNNING, "wait")
    await post(house, task_id, "pause")
    await eventually(lambda: house.robot.pauses)
    says(house, RunState.PAUSED, "wait", paused_s=3.0)
    await house.until_task(task_id, status="paused")
    house.robot.ends(GoalOutcome.UNKNOWN)
    await house.until_event(task_id, "requeued")
    shown = await house.task(task_id)
    assert (shown["status"], shown["attempt"], shown["metrics"]["paused_ms"]) == ("paused", 2, 0.0)
    assert len(house.robot.starts) == 1
    assert (await post(house, task_id, "resume")).json()["status"] == "queued"
    await house.until_started(2)
