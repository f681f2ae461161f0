"""The task store, on SQLite and on PostgreSQL: what it answered is there, and nothing by half."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from lanyard_core.faults import Conflict, NotFound
from lanyard_core.task.ids import goal_id_of
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.listing import Cursor, ListOrder, TaskFilter
from lanyard_core.task.model import NewTask, Receipt, Task, TaskError, TaskStatus
from lanyard_core.task.order import LostPolicy, RobotSelector
from lanyard_gateway.store.task_store import RECEIPT_LIFE_S


def receipt(task_id: str, *, at: float = 100.0) -> Receipt:
    return Receipt("key:order-1", "f" * 64, task_id, "{}", at)


async def test_a_task_comes_back_as_it_was_put_in(store, add, order):
    added = await add(store, "t-1")
    assert (added.order, added.status, added.version) == (order, TaskStatus.QUEUED, 1)
    assert added.assigned_robot_id == "arm-001"
    assert await store.get("t-1") == added


async def test_whole_seconds_come_back_as_the_floats_that_they_were(store, add, change):
    await store.hold(["arm-001"], (), ttl_s=30.0)
    added = await add(store, "t-1", at=100.0)
    taken = await store.take(["t-1"], robot_id="arm-001", server_id="", at_unix_s=101.0)
    for task in (added, taken, await store.get("t-1")):
        assert isinstance(task.order.timeout_s, float)
        assert isinstance(task.created_unix_s, float)
    assert isinstance(taken.started_unix_s, float)


async def test_every_field_of_an_order_comes_back(store, order):
    full = replace(
        order,
        robot_id="any",
        selector=RobotSelector((("zone", "a"),), ("gripper", "lift")),
        not_before_unix_s=200.25,
        deadline_unix_s=300.5,
        max_attempts=3,
        on_robot_lost=LostPolicy.REQUEUE,
        external_ref="order-4711",
        labels=(("customer", "acme"), ("line", "7")),
    )
    await store.add([NewTask("t-1", full)], at_unix_s=100.0, receipt=None)
    task = await store.get("t-1")
    assert task.order == full
    assert task.assigned_robot_id is None


async def test_tasks_that_are_put_in_together_come_in_their_order(store, order):
    new = [NewTask(f"t-{number}", order) for number in range(1, 4)]
    added = await store.add(new, at_unix_s=100.0, receipt=None)
    assert [task.task_id for task in added] == ["t-1", "t-2", "t-3"]
    assert sorted(task.seq for task in added) == [task.seq for task in added]


async def test_of_tasks_that_are_put_in_together_none_stays_when_one_is_refused(store, add, order):
    await add(store, "t-0", external_ref="taken")
    new = [NewTask("t-1", order), NewTask("t-2", replace(order, external_ref="taken"))]
    with pytest.raises(Conflict):
        await store.add(new, at_unix_s=100.0, receipt=receipt("t-1"))
    assert [task.task_id for task in await store.unfinished()] == ["t-0"]
    assert await store.receipt("key:order-1", at_unix_s=100.0) is None


async def test_an_external_ref_belongs_to_one_task_whatever_became_of_it(store, add, change):
    await add(store, "t-1", external_ref="order-4711")
    await change(store, "t-1", Event.WITHDRAWN)
    with pytest.raises(Conflict) as refusal:
        await add(store, "t-2", external_ref="order-4711")
    assert refusal.value.code == "duplicate_external_ref"
    assert refusal.value.extra == {"task_id": "t-1", "task_status": "canceled"}


async def test_every_changed_field_comes_back(store, add, change):
    await add(store, "t-1")
    goal_id = UUID(int=7)
    await change(store, "t-1", Event.DISPATCHED, goal_id=goal_id, started_unix_s=101.5)
    error = TaskError("grasp_failed", "nothing there", "grasp", retryable=True, ros_status=6)
    changed = await change(
        store, "t-1", Event.FAILED, error=error, distance_m=1.5, run_s=2.5, feedback_count=3,
        result_json="{}", phase="grasp",
    )  # fmt: skip
    assert (changed.status, changed.version, changed.goal_id) == (TaskStatus.FAILED, 3, goal_id)
    assert (changed.started_unix_s, changed.finished_unix_s) == (101.5, 101.0)
    assert (changed.error, changed.run_s, changed.feedback_count) == (error, 2.5, 3)
    assert await store.get("t-1") == changed


async def test_an_order_that_waits_can_be_edited(store, add, change):
    await add(store, "t-1", labels=(("line", "7"),))
    changed = await change(
        store, "t-1", Event.EDITED, priority=9, deadline_unix_s=500.0, not_before_unix_s=200.0,
        labels=(("line", "8"),),
    )  # fmt: skip
    order = changed.order
    assert (order.priority, order.deadline_unix_s, order.not_before_unix_s) == (9, 500.0, 200.0)
    assert order.labels == (("line", "8"),)
    wanted = [TaskFilter(label=("line", number)) for number in ("7", "8")]
    assert [len(await store.page(each, limit=5)) for each in wanted] == [0, 1]


async def test_a_change_that_cannot_happen_changes_nothing(store, add, change):
    before = await add(store, "t-1")
    with pytest.raises(Conflict):
        await change(store, "t-1", Event.SUCCEEDED, distance_m=9.0)
    assert await store.get("t-1") == before
    assert [record.event for record in await store.history("t-1")] == ["submitted"]


async def test_a_change_to_a_version_that_has_gone_by_is_refused(store, add, change):
    task = await add(store, "t-1")
    await change(store, "t-1", Event.EDITED, version=task.version, priority=2)
    with pytest.raises(Conflict) as refusal:
        await change(store, "t-1", Event.EDITED, version=task.version, priority=3)
    assert refusal.value.code == "etag_mismatch"
    assert (await store.get("t-1")).order.priority == 2


async def test_of_two_changes_that_race_one_is_refused(store, add, change):
    await add(store, "t-1")
    outcomes = await asyncio.gather(
        change(store, "t-1", Event.WITHDRAWN),
        change(store, "t-1", Event.DISPATCHED),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1


@pytest.mark.parametrize("field", ["robot_id", "created_unix_s", "seq"])
async def test_a_field_that_must_not_change_is_refused(store, add, change, field):
    await add(store, "t-1")
    with pytest.raises(KeyError):
        await change(store, "t-1", Event.WITHDRAWN, **{field: 1})


async def test_an_unknown_task_is_not_found(store, change):
    with pytest.raises(NotFound):
        await store.get("t-1")
    with pytest.raises(NotFound):
        await change(store, "t-1", Event.WITHDRAWN)


async def test_the_history_is_written_with_the_change(store, add, change):
    await add(store, "t-1")
    await change(store, "t-1", Event.HELD)
    task = await change(store, "t-1", Event.WITHDRAWN)
    history = await store.history("t-1")
    assert [record.number for record in history] == [1, 2, 3]
    assert history[-1].number == task.version
    last = history[-1]
    assert (last.event, last.status, last.detail, last.at_unix_s) == (
        "withdrawn", TaskStatus.CANCELED, "because", 101.0,
    )  # fmt: skip
    assert await store.history("t-1", after=1, limit=1) == [history[1]]
    assert await store.history("t-9") == []


async def test_the_first_task_that_is_still_queued_is_taken_with_its_goal_on_disk(
    store, add, change
):
    await store.hold(["amr-002"], (), ttl_s=30.0)
    for number, priority in ((1, 1), (2, 5), (3, 5)):
        await add(store, f"t-{number}", priority=priority, robot_id="any")
    await change(store, "t-2", Event.WITHDRAWN)
    taken = await store.take(
        ["t-2", "t-3", "t-1"], robot_id="amr-002", server_id="run-1", at_unix_s=102.0
    )
    assert (taken.task_id, taken.status) == ("t-3", TaskStatus.RUNNING)
    assert (taken.assigned_robot_id, taken.server_id) == ("amr-002", "run-1")
    assert taken.goal_id == goal_id_of("t-3", 1)
    assert taken.started_unix_s == 102.0
    assert await store.get("t-3") == taken
    last = (await store.history("t-3"))[-1]
    assert (last.event, last.number) == ("dispatched", 2)
    assert str(taken.goal_id) in last.detail


async def test_nothing_is_taken_when_nothing_is_queued_any_more(store, add, change):
    await store.hold(["arm-001"], (), ttl_s=30.0)
    await add(store, "t-1")
    await change(store, "t-1", Event.WITHDRAWN)
    for candidates in (["t-1"], ["t-9"], []):
        taken = await store.take(candidates, robot_id="arm-001", server_id="", at_unix_s=102.0)
        assert taken is None


async def test_a_second_task_for_the_same_receipt_is_not_taken_in(store, add):
    await add(store, "t-1", receipt=receipt("t-1"))
    older = await add(store, "t-2", receipt=receipt("t-2"))
    assert isinstance(older, Receipt)
    assert older.task_id == "t-1"
    with pytest.raises(NotFound):
        await store.get("t-2")


async def test_a_receipt_is_forgotten_after_its_day_and_not_before(store, add):
    await add(store, "t-1", receipt=receipt("t-1"))
    scope, end = "key:order-1", 100.0 + RECEIPT_LIFE_S
    assert await store.receipt(scope, at_unix_s=end - 0.1) is not None
    assert await store.receipt(scope, at_unix_s=end) is None
    added = await add(store, "t-2", at=end, receipt=receipt("t-2", at=end))
    assert isinstance(added, Task)


async def test_what_waits_and_what_is_on_robots_is_told_at_start(store, add, change):
    for number in range(1, 7):
        await add(store, f"t-{number}", deadline_unix_s=900.0 if number == 5 else None)
    await change(store, "t-2", Event.DISPATCHED)
    await change(store, "t-3", Event.DISPATCHED)
    await change(store, "t-3", Event.CANCEL_REQUESTED)
    await change(store, "t-4", Event.WITHDRAWN)
    await change(store, "t-5", Event.HELD)
    await change(store, "t-6", Event.HELD)
    unfinished = [task.task_id for task in await store.unfinished()]
    assert unfinished == ["t-1", "t-2", "t-3", "t-5"]


async def test_recent_runs_are_the_last_that_succeeded_oldest_first(store, add, change):
    for number in range(1, 5):
        await add(store, f"t-{number}", at=100.0 + number)
        await change(store, f"t-{number}", Event.DISPATCHED)
        end = Event.FAILED if number == 2 else Event.SUCCEEDED
        await change(store, f"t-{number}", end, run_s=float(number))
    assert await store.recent_runs(limit=2) == [("wait", 3.0), ("wait", 4.0)]


async def ids(store, *, limit: int = 10, **wanted: object) -> list[str]:
    return [task.task_id for task in await store.page(TaskFilter(**wanted), limit=limit)]


async def test_a_list_can_be_narrowed_by_everything_that_it_offers(store, add, change):
    await add(store, "t-1", at=101.0, labels=(("line", "7"),), external_ref="a")
    await add(store, "t-2", at=102.0, robot_id="amr-002", labels=(("line", "7"), ("zone", "b")))
    await add(store, "t-3", at=103.0, task_type="move_to", robot_id="any")
    await change(store, "t-1", Event.WITHDRAWN)
    assert await ids(store) == ["t-3", "t-2", "t-1"]
    assert await ids(store, statuses=frozenset({TaskStatus.CANCELED})) == ["t-1"]
    both = frozenset({TaskStatus.CANCELED, TaskStatus.QUEUED})
    assert await ids(store, statuses=both) == ["t-3", "t-2", "t-1"]
    assert await ids(store, robot_id="amr-002") == ["t-2"]
    assert await ids(store, task_type="move_to") == ["t-3"]
    assert await ids(store, external_ref="a") == ["t-1"]
    assert await ids(store, label=("line", "7")) == ["t-2", "t-1"]
    assert await ids(store, label=("zone", "b"), robot_id="arm-001") == []
    assert await ids(store, created_after=101.0, created_before=103.0) == ["t-2"]
    assert await ids(store, finished_after=100.0) == ["t-1"]
    assert await ids(store, finished_before=101.0) == []
    await store.hold(["amr-002"], (), ttl_s=30.0)
    await store.take(["t-3"], robot_id="amr-002", server_id="", at_unix_s=104.0)
    assert await ids(store, robot_id="amr-002") == ["t-3", "t-2"]


@pytest.mark.parametrize("label", [None, ("line", "7")])
@pytest.mark.parametrize("order", list(ListOrder))
async def test_pages_continue_where_the_last_one_ended(store, add, order, label):
    expected = {
        ListOrder.CREATED: ["t-5", "t-4", "t-3", "t-2", "t-1"],
        ListOrder.PRIORITY: ["t-2", "t-5", "t-1", "t-3", "t-4"],
    }[order]
    for number, (at, priority) in enumerate(
        ((100.0, 1), (101.0, 5), (101.0, 1), (101.0, 0), (102.5, 5)), start=1
    ):
        await add(store, f"t-{number}", at=at, priority=priority, labels=(("line", "7"),))
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        wanted = TaskFilter(order=order, label=label, after=cursor)
        page = await store.page(wanted, limit=2)
        seen += [task.task_id for task in page]
        cursor = Cursor.of(page[-1], order)
    assert seen == expected
