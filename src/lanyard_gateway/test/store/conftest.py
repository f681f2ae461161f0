"""Task stores of both kinds, each empty, and a PostgreSQL server for those that need one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import NewTask, Receipt, Task
from lanyard_core.task.order import TaskOrder
from lanyard_gateway.store.tables import metadata
from lanyard_gateway.store.task_store import SqlTaskStore
from lanyard_gateway.testing.postgresql import ScratchServer, find_programs

ORDER = TaskOrder("wait", "arm-001", '{"duration_s":1.0}', 1, 300.0)


@pytest.fixture(scope="session")
def server() -> Iterator[ScratchServer]:
    """A PostgreSQL server. Where it is not installed nothing is tried, but in CI it must be."""
    if find_programs() is None and not os.environ.get("CI"):
        pytest.skip("PostgreSQL is not installed (make setup tries to)")
    with ScratchServer() as started:
        yield started


@pytest.fixture(scope="session")
def swept_url(server: ScratchServer) -> str:
    """A database with all the tables, which tests use one after another."""
    url = server.new_database()
    SqlTaskStore.open_url(url).close()
    return url


@pytest.fixture
def url(server: ScratchServer, swept_url: str) -> str:
    """A database with empty tables."""
    database = urlsplit(swept_url).path.lstrip("/")
    tables = ", ".join(sorted(metadata.tables))
    server.execute(f"TRUNCATE {tables} RESTART IDENTITY", database=database)
    return swept_url


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    return tmp_path / "tasks.sqlite3"


@pytest.fixture
def opened() -> Iterator[Callable[[SqlTaskStore], SqlTaskStore]]:
    """Takes stores in, and closes them at the end."""
    stores: list[SqlTaskStore] = []

    def take(store: SqlTaskStore) -> SqlTaskStore:
        stores.append(store)
        return store

    yield take
    for store in stores:
        store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, store_path: Path, opened) -> SqlTaskStore:
    """An empty store, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return opened(SqlTaskStore.open(store_path))
    return opened(SqlTaskStore.open_url(request.getfixturevalue("url")))


@pytest.fixture
def file_store(store_path: Path, opened) -> SqlTaskStore:
    """An empty store on SQLite."""
    return opened(SqlTaskStore.open(store_path))


@pytest.fixture
def order() -> TaskOrder:
    return ORDER


@pytest.fixture
def add() -> Callable:
    """``await add(store, "t-1", priority=5)``: a task that was taken in at second 100."""

    async def one(
        store: SqlTaskStore,
        task_id: str,
        *,
        at: float = 100.0,
        receipt: Receipt | None = None,
        **order: object,
    ) -> Task | Receipt:
        fields = {name: getattr(ORDER, name) for name in ORDER.__slots__} | order
        new = [NewTask(task_id, TaskOrder(**fields))]
        added = await store.add(new, at_unix_s=at, receipt=receipt)
        return added if isinstance(added, Receipt) else added[0]

    return one


@pytest.fixture
def change() -> Callable:
    """``await change(store, "t-1", Event.WITHDRAWN, phase="grasp")``, at second 101."""

    async def one(
        store: SqlTaskStore,
        task_id: str,
        event: Event,
        *,
        version: int | None = None,
        holder_of: str | None = None,
        **changes: object,
    ) -> Task:
        return await store.change(
            task_id,
            event,
            at_unix_s=101.0,
            detail="because",
            changes=changes,
            version=version,
            holder_of=holder_of,
        )

    return one
