"""What is recorded: a task store, or a robot's journal, at work.

    python -m power_loss.work store FOLDER SYNCHRONOUS TASKS
    python -m power_loss.work journal FOLDER - TASKS

What was promised to somebody is a line of the file ``promised`` in the same folder, written after
the promise: the recording says what was promised before which cut. Nobody relies on that file.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import NewTask, Receipt, Task
from lanyard_core.task.order import TaskOrder
from lanyard_gateway.store import sqlite
from lanyard_gateway.store.task_store import SqlTaskStore
from lanyard_tasks.journal import Journal
from lanyard_tasks.report import Ended, Outcome

ORDER = TaskOrder("wait", "arm-001", '{"duration_s":1.0}', 1, 300.0, labels=(("line", "7"),))
SIDE_BY_SIDE = 4

Promise = Callable[[str], None]


async def use_store(folder: Path, count: int, promise: Promise) -> None:
    """Tasks are taken in, given to a robot and ended, several at a time."""
    store = SqlTaskStore.open(folder / "tasks.sqlite3")

    async def one(number: int) -> None:
        name = f"t-{number:05}"
        receipt = Receipt(f"key:{name}", "fingerprint", name, "{}", 1.0)
        await store.add([NewTask(name, ORDER)], at_unix_s=1.0, receipt=receipt)
        promise(f"{name} 1")
        task = await store.take([name], robot_id="arm-001", server_id="s", at_unix_s=2.0)
        assert isinstance(task, Task)
        promise(f"{name} {task.version}")
        task = await store.change(
            name, Event.SUCCEEDED, at_unix_s=3.0, detail="", changes={"result_json": "{}"}
        )
        promise(f"{name} {task.version}")

    for first in range(0, count, SIDE_BY_SIDE):
        await asyncio.gather(*(one(first + step) for step in range(SIDE_BY_SIDE)))
    os._exit(0)  # an orderly end would only tidy up


def use_journal(folder: Path, count: int, promise: Promise) -> None:
    """Goals are begun and end."""
    journal = Journal(folder / "robot.jsonl")
    done = Ended(Outcome.SUCCEEDED, phase="wait", result_json='{"waited_s":1.0}')
    for number in range(count):
        journal.begins(f"{number:05}")
        promise(f"{number:05} begun")
        journal.ends(f"{number:05}", done)
        promise(f"{number:05} ended")


def main() -> None:
    """See the module's docstring."""
    what, folder, synchronous, count = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    file = os.open(folder / "promised", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def promise(text: str) -> None:
        os.write(file, f"{text}\n".encode())

    if what == "journal":
        use_journal(folder, count, promise)
        return
    sqlite.PRAGMAS = (*sqlite.PRAGMAS, f"synchronous={synchronous}", "wal_autocheckpoint=100")
    asyncio.run(use_store(folder, count, promise))


if __name__ == "__main__":
    main()
