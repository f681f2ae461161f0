"""A restart of the gateway: nothing is lost, nothing runs twice, nothing stays running unseen."""

from __future__ import annotations

import asyncio

from lanyard_core.faults import Unavailable
from lanyard_core.port import GoalOutcome
from lanyard_core.safety.states import State

ABSENT = Unavailable("not discovered yet")


async def test_queued_tasks_are_still_there_in_their_order(build):
    async with build() as house:
        house.robot.becomes(State.HALTED)
        tasks = [await house.submit(priority=priority) for priority in (1, 9, 1)]
    async with build() as house:
        house.robot.becomes(State.IDLE)
        for count in (1, 2, 3):
            await house.until_started(count)
            house.robot.ends()
        assert [goal.task_id for goal in house.robot.starts] == [tasks[1], tasks[0], tasks[2]]


async def test_estimates_are_learned_from_the_store(build, order):
    async with build() as house:
        task_id = await house.submit()
        await house.until_started()
        house.robot.ends(run_time_s=100_000.0)
        await house.until_task(task_id, status="succeeded")
    async with build() as house:
        running = await house.submit()
        await house.until_task(running, status="running")
        waiting = (await house.call("POST", "/tasks", json=order)).json()
        assert waiting["estimated_start"][:13] > (await house.task(running))["started_at"][:13]


async def test_a_running_task_is_found_on_the_robot_and_followed_to_its_end(build):
    async with build() as house:
        task_id = await house.submit()
        await house.until_started()
    async with build() as house:
        await house.until_event(task_id, "reattached")
        house.robot.reports("transfer")
        assert (await house.task(task_id))["phase"] == "transfer"
        house.robot.ends()
        await house.until_task(task_id, status="succeeded")
        assert len(house.robot.starts) == 1


async def test_a_task_that_the_robot_does_not_know_any_more_is_failed_and_says_why(build):
    async with build() as house:
        task_id = await house.submit()
        await house.until_started()
        house.robot.goals.clear()
    async with build() as house:
        lost = await house.until_task(task_id, status="failed")
        assert lost["error"]["code"] == "robot_lost"
        assert "did not know the goal" in lost["error"]["message"]
        assert (await house.history(task_id))[-1].event == "failed"
        assert len(house.robot.starts) == 1


async def test_a_goal_that_was_never_sent_is_sent_once_the_task_server_has_said_which_it_is(
    build, eventually
):
    async with build() as house:
        house.robot.presents("run-1")
        task_id = await house.submit()
        await house.until_started()
        house.robot.goals.clear()  # as if the gateway had ended between writing and sending
        house.robot.server = None  # its name comes after its answer
    async with build() as house:
        await eventually(lambda: house.robot.reattaches)
        house.robot.presents("run-1")
        await house.until_event(task_id, "sent_again")
        await house.until_started(2)
        house.robot.ends()
        ended = await house.until_task(task_id, status="succeeded")
        assert ended["attempt"] == 1


async def test_a_robot_that_is_discovered_late_is_waited_for(build, eventually):
    async with build() as house:
        task_id = await house.submit(timeout_s=100)
        await house.until_started()
        house.robot.reattach_fault = ABSENT
    async with build() as house:
        following = await house.submit()
        assert (await house.task(task_id))["status"] == "running"
        assert (await house.task(following))["hold_reason"] == "robot_busy"
        house.robot.reattach_fault = None
        await house.until_event(task_id, "reattached")
        house.robot.ends()
        await house.until_task(following, status="running")


async def test_a_robot_that_never_comes_back_loses_its_task_in_the_end(build):
    async with build() as house:
        task_id = await house.submit(timeout_s=0.1)
        await house.until_started()
        house.robot.reattach_fault = ABSENT
    async with build() as house:
        lost = await house.until_task(task_id, status="failed")
        assert lost["error"]["code"] == "robot_lost"


async def test_a_cancel_that_was_under_way_is_asked_for_again(build, eventually):
    async with build() as house:
        task_id = await house.submit()
        await house.until_started()
        house.robot.cancel_reply = ABSENT
        assert (await house.call("DELETE", f"/tasks/{task_id}")).status_code == 202
    async with build() as house:
        house.robot.cancels.clear()  # all that came until now was told that the robot is not there
        house.robot.cancel_reply = type(house.robot).__dataclass_fields__["cancel_reply"].default
        await eventually(lambda: house.robot.cancels)
        house.robot.ends(GoalOutcome.CANCELED)
        await house.until_task(task_id, status="canceled")


async def running_on_a_robot_that_is_gone(build) -> str:
    async with build() as house:
        task_id = await house.submit(timeout_s=100)
        await house.until_started()
        house.robot.reattach_fault = ABSENT
    return task_id


async def cancel_while_the_goal_is_looked_for(house, task_id: str, eventually) -> None:
    await eventually(lambda: house.context.tasks.current_task("arm-001"))
    assert (await house.call("DELETE", f"/tasks/{task_id}")).status_code == 202


async def test_a_cancel_while_the_goal_is_looked_for_is_kept(build, eventually):
    task_id = await running_on_a_robot_that_is_gone(build)
    async with build() as house:
        await cancel_while_the_goal_is_looked_for(house, task_id, eventually)
        house.robot.reattach_fault = None
        await eventually(lambda: house.robot.cancels)
        house.robot.ends(GoalOutcome.CANCELED)
        await house.until_task(task_id, status="canceled")


async def test_a_gateway_that_ends_asks_its_robots_nothing_more(build, eventually):
    before = asyncio.all_tasks()
    task_id = await running_on_a_robot_that_is_gone(build)
    async with build() as house:
        await cancel_while_the_goal_is_looked_for(house, task_id, eventually)
    await eventually(lambda: asyncio.all_tasks() <= before)


async def test_a_task_on_a_robot_that_is_no_longer_configured_is_failed(build, robots):
    async with build() as house:
        running = await house.submit()
        await house.until_started()
        waiting = await house.submit()
    arm = robots.pop("arm-001")
    robots["arm-001-new"] = arm
    async with build(robot="arm-001-new") as house:
        lost = await house.until_task(running, status="failed")
        assert "no gateway serves robot arm-001" in lost["error"]["message"]
        shown = await house.task(waiting)
        assert (shown["status"], shown["hold_reason"]) == ("queued", "robot_offline")
        assert (await house.call("DELETE", f"/tasks/{waiting}")).status_code == 200
