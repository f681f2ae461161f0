"""Events of a running gateway: what tasks, robots and the loop tell."""

import asyncio
import time
from dataclasses import replace

from lanyard_core.events.news import EventType, News
from lanyard_core.events.window import EventWindow
from lanyard_core.port import GoalOutcome
from lanyard_core.safety.states import Cause, State
from lanyard_core.telemetry.status import RobotError
from lanyard_gateway.events.hub import EventHub
from lanyard_gateway.events.reporters import LoopReporter

HOT = RobotError("JOINT_3_OVERTEMP", "warning", "joint 3 is hot", "let it rest", 5.0, "/diag")


def told(house, **about):
    """Types of the events about a thing, in order."""
    events = house.context.events.read(0, limit=1000).events
    wanted = about.items()
    return [e.news.type.value for e in events if all(getattr(e.news, k) == v for k, v in wanted)]


async def test_a_task_is_told_from_the_queue_to_its_end(house):
    task_id = await house.submit()
    await house.until_started()
    house.robot.reports("approach")
    house.robot.reports("grasp", progress=0.6)
    house.robot.ends()
    await house.until_task(task_id, status="succeeded")
    assert told(house, task_id=task_id) == [
        "task.queued", "task.started", "task.progress", "task.progress", "task.succeeded",
    ]  # fmt: skip


async def test_progress_in_one_phase_is_not_told_faster_than_once_a_second(house):
    task_id = await house.submit()
    await house.until_started()
    for share in range(10):
        house.robot.reports("approach", progress=share / 10)
    assert told(house, task_id=task_id).count("task.progress") == 1


async def test_a_task_that_is_cancelled_on_the_robot_is_told(house, eventually):
    task_id = await house.submit()
    await house.until_started()
    cancelling = asyncio.ensure_future(house.call("DELETE", f"/api/v1/tasks/{task_id}"))
    await eventually(lambda: house.robot.cancels)
    house.robot.ends(GoalOutcome.CANCELED)
    await cancelling
    assert told(house, task_id=task_id)[-2:] == ["task.canceling", "task.canceled"]


async def test_a_robot_that_stops_and_is_cleared_is_told(house):
    house.robot.becomes(State.SAFE_STOP, causes=Cause.STOP_REQUEST)
    house.robot.becomes(State.IDLE, causes=Cause.NONE)
    house.robot.becomes(State.IDLE, online=False)
    assert told(house, robot_id="arm-001") == [
        "robot.online", "robot.safe_stop", "robot.cleared", "robot.offline",
    ]  # fmt: skip


async def test_a_robot_that_reports_an_error_is_told(house):
    house.robot.known = replace(house.robot.known, errors=(HOT,))
    house.robot.becomes(State.IDLE)
    assert told(house, robot_id="arm-001")[-1] == "robot.error"


async def test_the_gateway_tells_that_it_starts_and_stops(build):
    async with build() as house:
        assert told(house)[0] == "gateway.started"
    assert told(house)[-1] == "gateway.stopping"


async def test_a_loop_that_is_held_up_is_told_once_with_how_long(eventually):
    news = []
    stop = LoopReporter(news.append).start()
    time.sleep(0.9)  # noqa: ASYNC251  that is the point
    await eventually(lambda: news)
    stop()
    assert news[0].type is EventType.GATEWAY_OVERLOAD
    assert news[0].data["loop_late_ms"] >= 250


def test_events_have_rising_ids_and_wake_who_listens():
    woken = []
    hub = EventHub(window=EventWindow(capacity=10), monotonic=lambda: 1.0, unix=lambda: 2.0)
    stop = hub.listen(lambda: woken.append(1))
    for _ in range(3):
        hub.publish(News(EventType.TASK_QUEUED))
    stop()
    hub.publish(News(EventType.TASK_QUEUED))
    ids = [event.id for event in hub.read(0, limit=10).events]
    assert ids == sorted(set(ids))
    assert len(ids) == 4
    assert len(woken) == 3
    assert hub.read(0, limit=1).events[0].at_us == 2_000_000
    cursor, is_complete = hub.cursor_after(ids[1])
    assert is_complete
    assert [event.id for event in hub.read(cursor, limit=10).events] == ids[2:]
