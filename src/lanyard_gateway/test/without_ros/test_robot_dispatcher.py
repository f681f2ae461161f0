"""Dispatch: what happens between the queue and a robot that does not always answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

from lanyard_core.faults import RosTimeout, Unavailable
from lanyard_core.port import GoalOutcome
from lanyard_core.safety.states import Priority, State
from lanyard_core.task import endings
from lanyard_core.task.lifecycle import Event

ABSENT = Unavailable("there is no task server")
SILENT = RosTimeout("the task server did not answer")


def events(history) -> list[str]:
    return [record.event for record in history]


async def test_a_goal_that_was_not_taken_is_sent_again_under_the_same_id(house, eventually):
    house.robot.start_fault = ABSENT
    task_id = await house.submit()
    await eventually(lambda: len(house.robot.starts) >= 2)
    house.robot.start_fault = None
    await eventually(lambda: house.robot.goals)
    assert len({goal.goal_id for goal in house.robot.starts}) == 1
    house.robot.ends()
    ended = await house.until_task(task_id, status="succeeded")
    assert ended["attempt"] == 1


async def test_a_goal_whose_answer_was_lost_is_found_and_not_sent_again(house):
    house.robot.start_fault, house.robot.takes_goal_before_fault = SILENT, True
    task_id = await house.submit()
    await house.until_started()
    house.robot.start_fault = None
    house.robot.reports("grasp")
    house.robot.ends()
    await house.until_task(task_id, status="succeeded")
    assert len(house.robot.starts) == 1


async def test_a_goal_whose_answer_was_lost_is_looked_for_until_the_robot_is_back(
    house, eventually
):
    house.robot.start_fault, house.robot.takes_goal_before_fault = SILENT, True
    house.robot.reattach_fault = ABSENT
    task_id = await house.submit(timeout_s=100)
    await house.until_started()
    house.robot.becomes(State.IDLE, online=False)
    stale = await house.task(task_id)
    assert (stale["status"], stale["stale"]) == ("running", True)
    house.robot.reattach_fault = house.robot.start_fault = None
    house.robot.becomes(State.IDLE)
    house.robot.reports("grasp")
    assert (await house.task(task_id))["stale"] is False
    await eventually(lambda: house.robot.running().on_result is not None)
    house.robot.ends()
    await house.until_task(task_id, status="succeeded")
    assert len(house.robot.starts) == 1


async def test_a_goal_that_a_silent_robot_never_had_is_sent_again(house, eventually):
    house.robot.presents("run-1")
    house.robot.start_fault = SILENT
    task_id = await house.submit()
    await eventually(lambda: len(house.robot.starts) >= 2)
    house.robot.start_fault = None
    await eventually(lambda: house.robot.goals)
    house.robot.ends()
    await house.until_task(task_id, status="succeeded")
    assert len({goal.goal_id for goal in house.robot.starts}) == 1


async def test_a_goal_whose_answer_was_lost_is_not_sent_to_another_run_of_the_task_server(house):
    house.robot.presents("run-1")
    house.robot.start_fault, house.robot.takes_goal_before_fault = SILENT, True
    house.robot.reattach_fault = ABSENT
    task_id = await house.submit(timeout_s=100)
    await house.until_started()
    house.robot.presents("run-2")  # which knows nothing of it
    house.robot.start_fault = house.robot.reattach_fault = None
    lost = await house.until_task(task_id, status="failed")
    assert lost["error"]["code"] == "robot_lost"
    assert len(house.robot.starts) == 1


async def test_a_goal_that_was_taken_is_not_begun_again_while_the_new_server_is_not_heard_of(
    house, eventually
):
    house.robot.presents("run-1")
    task_id = await house.submit()
    await house.until_event(task_id, "accepted")
    # The task server was restarted: the news of that is late, and it cannot be reached at first.
    house.robot.start_fault = ABSENT
    house.robot.ends(GoalOutcome.UNKNOWN)
    lost = await house.until_task(task_id, status="failed")
    assert lost["error"]["code"] == "robot_lost"
    assert len(house.robot.starts) == 1


async def test_a_robot_that_is_busy_with_somebody_elses_task_gets_a_new_attempt_later(
    house, eventually
):
    task_id = await house.submit()
    await house.until_started()
    house.robot.ends(GoalOutcome.FAILED, error_code=102)
    await house.until_started(2)
    one, two = house.robot.starts
    assert (one.attempt, two.attempt) == (1, 2)
    assert one.goal_id != two.goal_id
    house.robot.ends()
    ended = await house.until_task(task_id, status="succeeded")
    assert ended["metrics"]["retries"] == 1


async def test_a_task_whose_result_never_comes_is_given_up_and_stopped(house, eventually):
    task_id = await house.submit(timeout_s=0.01)
    lost = await house.until_task(task_id, status="failed")
    assert lost["error"]["code"] == "robot_lost"
    assert "checked at the robot" in lost["error"]["message"]
    await eventually(lambda: house.robot.cancels == [house.robot.starts[0].goal_id])


async def test_a_task_server_that_forgot_the_goal_ends_the_task(house):
    task_id = await house.submit()
    await house.until_started()
    house.robot.ends(GoalOutcome.UNKNOWN)
    lost = await house.until_task(task_id, status="failed")
    assert lost["error"]["code"] == "robot_lost"


async def test_a_robot_that_somebody_drives_gets_no_task(house):
    house.robot.becomes(State.ACTIVE, session=7, priority=Priority.OPERATOR, holder="joystick")
    task_id = await house.submit()
    shown = await house.task(task_id)
    assert (shown["status"], shown["hold_reason"]) == ("queued", "robot_busy")
    assert shown["estimated_start"] is None
    house.robot.becomes(State.IDLE, session=0, priority=0, holder="")
    await house.until_started()


async def test_a_surprise_leads_back_to_the_same_goal(house):
    house.robot.start_fault, house.robot.takes_goal_before_fault = ValueError("surprise"), True
    task_id = await house.submit()
    await house.until_started()
    house.robot.start_fault = None
    await house.until_event(task_id, "reattached")
    house.robot.ends()
    await house.until_task(task_id, status="succeeded")
    assert len(house.robot.starts) == 1


def seconds_ahead(answer: dict) -> float:
    start = datetime.fromisoformat(answer["estimated_start"].replace("Z", "+00:00"))
    return (start - datetime.now(timezone.utc)).total_seconds()


async def test_the_estimate_learns_from_what_ran(house, order):
    first = await house.submit()
    await house.until_started()
    before = (await house.call("POST", "/tasks", json=order)).json()
    house.robot.ends(run_time_s=100_000.0)
    await house.until_task(first, status="succeeded")
    await house.until_started(2)
    after = (await house.call("POST", "/tasks", json=order)).json()
    assert (before["position"], after["position"]) == (1, 1)
    assert seconds_ahead(after) > seconds_ahead(before) + 3600


async def test_an_end_that_cannot_be_stored_now_is_stored_later(house, monkeypatch):
    task_id = await house.submit()
    await house.until_started()
    works, failures = house.store.change, []

    async def fails_twice(*args: object, **kwargs: object) -> object:
        if len(failures) < 2:
            failures.append(args)
            raise Unavailable("disk full", code="store_unavailable")
        return await works(*args, **kwargs)

    monkeypatch.setattr(house.store, "change", fails_twice)
    house.robot.ends()
    await house.until_task(task_id, status="succeeded")
    assert len(failures) == 2
    assert len(house.robot.starts) == 1


async def test_a_task_that_the_store_does_not_call_queued_any_more_is_not_sent(house):
    house.robot.becomes(State.HALTED)
    gone, following = await house.submit(), await house.submit()
    await house.store.change(gone, Event.WITHDRAWN, at_unix_s=0.0, detail="", changes={})
    house.robot.becomes(State.IDLE)
    await house.until_task(following, status="running")
    assert [goal.task_id for goal in house.robot.starts] == [following]


async def test_a_task_that_turns_out_to_be_on_the_robot_is_looked_for_and_not_sent(house):
    house.robot.becomes(State.HALTED)
    task_id = await house.submit()
    await house.store.change(task_id, Event.DISPATCHED, at_unix_s=0.0, detail="", changes={})
    house.robot.becomes(State.IDLE)
    lost = await house.until_task(task_id, status="failed")
    assert lost["error"]["code"] == "robot_lost"
    assert house.robot.starts == []


async def test_a_robot_that_is_always_busy_is_given_up(house, monkeypatch):
    monkeypatch.setattr(endings, "LAST_ATTEMPT", 2)
    task_id = await house.submit()
    for count in (1, 2):
        await house.until_started(count)
        house.robot.ends(GoalOutcome.FAILED, error_code=102)
    failed = await house.until_task(task_id, status="failed")
    assert failed["error"]["code"] == "busy"


async def test_the_history_tells_the_whole_story(house):
    task_id = await house.submit()
    await house.until_started()
    house.robot.ends()
    await house.until_task(task_id, status="succeeded")
    history = await house.history(task_id)
    assert events(history) == ["submitted", "dispatched", "accepted", "succeeded"]
    assert str(house.robot.starts[0].goal_id) in history[1].detail


async def test_the_current_task_is_told_while_it_runs(house):
    task_id = await house.submit()
    await house.until_started()
    house.robot.reports("grasp", progress=0.25)
    current = house.context.tasks.current_task("arm-001")
    assert (current.task_id, current.phase, current.progress) == (task_id, "grasp", 0.25)
    assert house.context.tasks.current_task("amr-002") is None
    assert house.context.tasks.current_task("nobody") is None
    status = (await house.call("GET", "/robots/arm-001/status")).json()
    assert status["current_task"]["task_id"] == task_id
    house.robot.ends()
    await house.until_task(task_id, status="succeeded")
    assert house.context.tasks.current_task("arm-001") is None


async def test_a_robot_that_falls_silent_keeps_its_task_but_it_is_stale(house):
    task_id = await house.submit()
    await house.until_started()
    house.robot.known = replace(house.robot.known, online=False)
    shown = await house.task(task_id)
    assert (shown["status"], shown["stale"]) == ("running", True)


async def test_a_stop_of_the_robot_pauses_a_task_that_goes_on_only_on_somebodys_word(house):
    task_id = await house.submit(task_type="move_to", parameters={"x_m": 1.0, "y_m": 0.0})
    await house.until_started()
    house.robot.becomes(State.SAFE_STOP)
    house.robot.ends(GoalOutcome.FAILED, error_code=202, error_message="stopped by a person")
    paused = await house.until_task(task_id, status="paused")
    assert (paused["error"], paused["attempt"]) == (None, 2)
    assert (await house.history(task_id))[-1].event == "stopped"
    house.robot.becomes(State.IDLE)  # a reset
    following = await house.submit()
    await house.until_started(2)
    assert house.robot.starts[-1].task_id == following
    house.robot.ends()
    assert (await house.call("POST", f"/api/v1/tasks/{task_id}/resume")).status_code == 200
    await house.until_started(3)
    house.robot.ends()
    ended = await house.until_task(task_id, status="succeeded")
    assert len({goal.goal_id for goal in house.robot.starts}) == 3
    assert ended["metrics"]["retries"] == 1


async def test_a_stop_of_the_robot_fails_a_task_of_a_type_that_must_not_be_begun_anew(house):
    task_id = await house.submit()
    await house.until_started()
    house.robot.ends(GoalOutcome.FAILED, error_code=202, error_message="stopped by a person")
    failed = await house.until_task(task_id, status="failed")
    assert failed["error"]["code"] == "safety_stop"
