"""A task store in a file: power-loss-safe, locked, and clear about what is wrong."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace

import pytest

from lanyard_core.faults import BadConfiguration, Unavailable
from lanyard_core.task.model import NewTask
from lanyard_gateway.store.task_store import SqlTaskStore


async def test_what_was_answered_survives_a_process_that_is_killed(store_path):
    script = (
        "import asyncio, os, sys; from pathlib import Path\n"
        "from lanyard_core.task.model import NewTask\n"
        "from lanyard_core.task.order import TaskOrder\n"
        "from lanyard_gateway.store.task_store import SqlTaskStore\n"
        "store = SqlTaskStore.open(Path(sys.argv[1]))\n"
        "order = TaskOrder('wait', 'arm-001', '{}', 1, 300.0)\n"
        "async def main():\n"
        "    for number in range(20):\n"
        "        await store.add([NewTask(f't-{number}', order)], at_unix_s=1.0, receipt=None)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    ended = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", script, str(store_path)], check=False
    )
    assert ended.returncode == -9
    store = SqlTaskStore.open(store_path)
    assert len(await store.unfinished()) == 20
    store.close()


async def test_the_file_is_set_to_survive_a_power_cut(file_store):
    def pragmas(connection) -> list[object]:
        names = ("journal_mode", "synchronous", "locking_mode")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert await file_store._database.run(pragmas) == ["wal", 2, "exclusive"]


async def test_a_second_gateway_on_the_same_file_is_refused_with_a_clear_line(
    file_store, store_path
):
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


async def test_a_disk_that_is_full_is_unavailable_and_recovers_without_a_restart(file_store, order):
    def small(connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    def large(connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")

    async def add_big() -> None:
        big = replace(order, parameters_json="x" * 100_000)
        await file_store.add([NewTask("t-1", big)], at_unix_s=1.0, receipt=None)

    await file_store._database.run(small)
    with pytest.raises(Unavailable) as refusal:
        await add_big()
    assert refusal.value.code == "store_unavailable"
    assert "nothing was changed" in refusal.value.detail
    await file_store._database.run(large)
    assert await file_store.unfinished() == []
    await add_big()
    assert len(await file_store.unfinished()) == 1


async def test_a_robot_is_served_by_the_one_gateway_that_has_the_file(file_store, add, change):
    await add(file_store, "t-1")
    assert (await file_store.hold(["arm-001"], [], ttl_s=1.0)).share == {"arm-001"}
    taken = await file_store.take(["t-1"], robot_id="arm-001", server_id="", at_unix_s=1.0)
    assert taken is not None
    await file_store.let_go()
