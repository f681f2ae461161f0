"""What submitting and listing cost in processor time, with few and with many tasks in the store.

    python test/performance/task_costs.py [--stored 100 10000 100000]

The task service and its SQLite store in this process, without HTTP and ROS. Processor time, because
it does not grow when others are busy on the same machine; the wait for the disk is not in it.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from task_figures import ROBOTS, fill

from lanyard_core.task.built_in import BUILT_IN
from lanyard_core.task.listing import TaskFilter
from lanyard_core.task.model import TaskStatus
from lanyard_core.telemetry.status import RobotStatus
from lanyard_gateway.dispatch.requests import OrderDraft, TaskRequest
from lanyard_gateway.dispatch.service import TaskService
from lanyard_gateway.store.task_store import SqlTaskStore

TIMES = 300


class _Away:
    """A robot that is not there: tasks for it wait."""

    def __init__(self, robot_id: str) -> None:
        self.robot_id = robot_id
        self._status = RobotStatus(robot_id, online=False, age_s=None)

    def status(self) -> RobotStatus:
        return self._status

    def task_server(self) -> None:
        return None

    def serves_tasks(self) -> bool:
        return False

    def listen(self, _listener: object) -> Callable[[], None]:
        return lambda: None


async def cost(work: Callable[[int], Awaitable[object]]) -> float:
    """Processor time of one piece of work, in s."""
    for number in range(20):
        await work(-number)
    began = time.process_time()
    for number in range(TIMES):
        await work(number)
    return (time.process_time() - began) / TIMES


async def measure(folder: Path) -> dict[str, float]:
    """Processor time in s, by what was asked."""
    store = SqlTaskStore.open(folder / "tasks.sqlite3")
    robots = {name: _Away(name) for name in (f"r{number}" for number in range(ROBOTS))}
    service = TaskService(store=store, robots=robots, task_types=BUILT_IN)
    await service.start()
    draft = OrderDraft("wait", robot_id="r0", labels={"line": "7"})

    async def submit(number: int) -> None:
        await service.submit(TaskRequest([draft], "me", idempotency_key=f"key {number}"))

    found = {"submit": await cost(submit)}
    for what, wanted in {
        "list of the newest 10": TaskFilter(),
        "list of 10 queued": TaskFilter(statuses=frozenset({TaskStatus.QUEUED})),
        "list of 10 of a robot": TaskFilter(robot_id="r1"),
        "list of 10 with a label": TaskFilter(label=("line", "7")),
    }.items():
        found[what] = await cost(lambda _, wanted=wanted: store.page(wanted, limit=10))
    await service.stop()
    store.close()
    return found


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stored", nargs="+", type=int, default=[100, 10_000, 100_000])
    given = parser.parse_args()
    assert ROBOTS > 1
    least: dict[str, float] = {}
    for stored in given.stored:
        with tempfile.TemporaryDirectory() as scratch:
            fill(Path(scratch), stored=stored)
            found = asyncio.run(measure(Path(scratch)))
        least = least or found
        told = ", ".join(
            f"{what} {found[what] * 1e3:.2f} ({found[what] / least[what]:.2f})" for what in found
        )
        print(f"{stored:,} stored, ms of processor time (times the first): {told}", flush=True)


if __name__ == "__main__":
    main()
