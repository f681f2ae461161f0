"""The task store on a real SQLite file: what it answered is there, and nothing by half."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from uuid import UUID

import pytest
import pytest_asyncio

from lanyard_core.faults import BadConfiguration, Conflict, NotFound, Overloaded, Unavailable
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import Receipt, Task, TaskError, TaskFilter, TaskOrder, TaskStatus
from lanyard_core.task.queue import QueueEntry
from lanyard_gateway.store import database, tables
from lanyard_gateway.store.task_store import RECEIPT_LIFE_S, SqlTaskStore

ORDER = TaskOrder("wait", "arm-001", '{"duration_s":1.0}', 1, 300.0)


@pytest_asyncio.fixture
async def store(store_path):
    opened = SqlTaskStore.open(store_path)
    yield opened
    opened.close()


async def add(store: SqlTaskStore, task_id: str, receipt: Receipt | None = None) -> Task | Receipt:
    return await store.add(task_id, ORDER, at_unix_s=100.0, receipt=receipt)


def receipt(task_id: str, *, at: float = 100.0) -> Receipt:
    return Receipt("key:order-1", "f" * 64, task_id, "{}", at)


async def change(store: SqlTaskStore, task_id: str, event: Event, **changes: object) -> Task:
    return await store.change(task_id, event, at_unix_s=101.0, detail="because", changes=changes)


async def test_a_task_comes_back_as_it_was_put_in(store):
    added = await add(store, "t-1")
    assert (added.order, added.status, added.version) == (ORDER, TaskStatus.QUEUED, 1)
    assert await store.get("t-1") == added


async def test_every_changed_field_comes_back(store):
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


async def test_a_change_that_cannot_happen_changes_nothing(store):
    before = await add(store, "t-1")
    with pytest.raises(Conflict):
        await change(store, "t-1", Event.SUCCEEDED, distance_m=9.0)
    assert await store.get("t-1") == before
    assert [record.event for record in await store.history("t-1")] == ["submitted"]


async def test_of_two_changes_that_race_one_is_refused(store):
    await add(store, "t-1")
    outcomes = await asyncio.gather(
        change(store, "t-1", Event.WITHDRAWN),
        change(store, "t-1", Event.DISPATCHED),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1


async def test_a_field_that_must_not_change_is_refused(store):
    await add(store, "t-1")
    with pytest.raises(KeyError):
        await change(store, "t-1", Event.WITHDRAWN, robot_id="amr-002")


async def test_an_unknown_task_is_not_found(store):
    with pytest.raises(NotFound):
        await store.get("t-1")
    with pytest.raises(NotFound):
        await change(store, "t-1", Event.WITHDRAWN)


async def test_the_history_is_written_with_the_change(store):
    await add(store, "t-1")
    await change(store, "t-1", Event.WITHDRAWN)
    last = (await store.history("t-1"))[-1]
    assert (last.event, last.status, last.detail, last.at_unix_s) == (
        "withdrawn", TaskStatus.CANCELED, "because", 101.0,
    )  # fmt: skip


async def test_a_second_task_for_the_same_receipt_is_not_taken_in(store):
    await add(store, "t-1", receipt("t-1"))
    older = await add(store, "t-2", receipt("t-2"))
    assert isinstance(older, Receipt)
    assert older.task_id == "t-1"
    with pytest.raises(NotFound):
        await store.get("t-2")


async def test_a_receipt_is_forgotten_after_its_day_and_not_before(store):
    await add(store, "t-1", receipt("t-1"))
    scope, end = "key:order-1", 100.0 + RECEIPT_LIFE_S
    assert await store.receipt(scope, at_unix_s=end - 0.1) is not None
    assert await store.receipt(scope, at_unix_s=end) is None
    added = await store.add("t-2", ORDER, at_unix_s=end, receipt=receipt("t-2", at=end))
    assert isinstance(added, Task)


async def test_what_is_queued_and_what_is_on_robots_is_told_at_start(store):
    for number in range(1, 5):
        await add(store, f"t-{number}")
    await change(store, "t-2", Event.DISPATCHED)
    await change(store, "t-3", Event.DISPATCHED)
    await change(store, "t-3", Event.CANCEL_REQUESTED)
    await change(store, "t-4", Event.WITHDRAWN)
    assert await store.queued() == [("arm-001", QueueEntry(1, "t-1", "wait", 1))]
    assert [task.task_id for task in await store.on_robots()] == ["t-2", "t-3"]


async def test_recent_runs_are_the_last_that_succeeded_oldest_first(store):
    for number in range(1, 5):
        await add(store, f"t-{number}")
        await change(store, f"t-{number}", Event.DISPATCHED)
        end = Event.FAILED if number == 2 else Event.SUCCEEDED
        await change(store, f"t-{number}", end, run_s=float(number))
    assert await store.recent_runs(limit=2) == [("wait", 3.0), ("wait", 4.0)]


async def test_pages_are_newest_first_and_filtered(store):
    for number in range(1, 4):
        await add(store, f"t-{number}")
    await change(store, "t-2", Event.WITHDRAWN)

    async def ids(**wanted: object) -> list[str]:
        return [task.task_id for task in await store.page(TaskFilter(**wanted), limit=2)]

    assert await ids() == ["t-3", "t-2"]
    assert await ids(before_seq=2) == ["t-1"]
    assert await ids(status=TaskStatus.CANCELED) == ["t-2"]
    assert await ids(robot_id="amr-002") == []


async def test_what_was_answered_survives_a_process_that_is_killed(store_path):
    script = (
        "import asyncio, os, sys; from pathlib import Path\n"
        "from lanyard_core.task.model import TaskOrder\n"
        "from lanyard_gateway.store.task_store import SqlTaskStore\n"
        "store = SqlTaskStore.open(Path(sys.argv[1]))\n"
        "order = TaskOrder('wait', 'arm-001', '{}', 1, 300.0)\n"
        "async def main():\n"
        "    for number in range(20):\n"
        "        await store.add(f't-{number}', order, at_unix_s=1.0, receipt=None)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    ended = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", script, str(store_path)], check=False
    )
    assert ended.returncode == -9
    store = SqlTaskStore.open(store_path)
    assert len(await store.queued()) == 20
    store.close()


async def test_the_file_is_set_to_survive_a_power_cut(store):
    def pragmas(connection) -> list[object]:
        names = ("journal_mode", "synchronous", "locking_mode")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert await store._database.run(pragmas) == ["wal", 2, "exclusive"]


async def test_a_second_gateway_on_the_same_file_is_refused_with_a_clear_line(store, store_path):
    with pytest.raises(BadConfiguration) as refusal:
        SqlTaskStore.open(store_path)
    assert "in use by another process" in refusal.value.problems[0]


@pytest.mark.parametrize("content", [b"no database" * 100, b"SQLite format 3\0" + b"x" * 99])
def test_a_file_that_is_no_store_is_refused_and_left_alone(store_path, content):
    store_path.write_bytes(content)
    with pytest.raises(BadConfiguration) as refusal:
        SqlTaskStore.open(store_path)
    assert str(store_path) in refusal.value.problems[0]
    assert store_path.read_bytes() == content


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadConfiguration):
        SqlTaskStore.open(tmp_path / "file" / "tasks.sqlite3")


def test_a_store_of_a_newer_version_is_refused(store_path):
    SqlTaskStore.open(store_path).close()
    with sqlite3.connect(store_path) as connection:
        connection.execute("UPDATE schema_version SET version = version + 1")
    connection.close()
    with pytest.raises(BadConfiguration) as refusal:
        SqlTaskStore.open(store_path)
    assert "upgrade" in refusal.value.problems[0]


def test_a_store_is_brought_up_to_date_once(store_path, monkeypatch):
    done = []
    monkeypatch.setattr(tables, "STEPS", (*tables.STEPS, lambda _connection: done.append(1)))
    for _ in range(2):
        SqlTaskStore.open(store_path).close()
    assert done == [1]


async def test_a_disk_that_is_full_is_unavailable_and_recovers_without_a_restart(store):
    def small(connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    def large(connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")

    big = TaskOrder("wait", "arm-001", "x" * 100_000, 1, 300.0)
    await store._database.run(small)
    with pytest.raises(Unavailable) as refusal:
        await store.add("t-1", big, at_unix_s=1.0, receipt=None)
    assert refusal.value.code == "store_unavailable"
    await store._database.run(large)
    assert await store.queued() == []
    await store.add("t-1", big, at_unix_s=1.0, receipt=None)
    assert len(await store.queued()) == 1


async def test_work_beyond_the_bound_is_refused(store, monkeypatch):
    monkeypatch.setattr(database, "MAX_WAITING", 3)
    outcomes = await asyncio.gather(*(store.check() for _ in range(5)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None)] * 3 + [Overloaded] * 2
    await store.check()
