"""The store's thread: order, shared transactions, bounds, and what one failure does to others."""

from __future__ import annotations

import asyncio
import threading

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from lanyard_core.faults import Conflict, Overloaded, Unavailable
from lanyard_gateway.store import database
from lanyard_gateway.store.database import Database


@pytest.fixture
def engine():
    made = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )

    @event.listens_for(made, "connect")
    def prepare(connection, _record) -> None:
        connection.isolation_level = None

    @event.listens_for(made, "begin")
    def begin(connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return made


@pytest.fixture
def commits(engine) -> list[None]:
    """Grows by one for each commit."""
    seen: list[None] = []
    event.listen(engine, "commit", lambda _connection: seen.append(None))
    return seen


@pytest.fixture
def db(engine):
    made = Database(engine)
    yield made
    made.close()


def note(number: int):
    def work(connection) -> int:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS notes (number INTEGER)")
        connection.exec_driver_sql(f"INSERT INTO notes VALUES ({number})")
        return number

    return work


def notes(connection) -> list[int]:
    return [number for (number,) in connection.exec_driver_sql("SELECT number FROM notes")]


def refuse(connection) -> None:
    note(-1)(connection)
    raise Conflict("no")


class Gate:
    """Work that keeps the thread busy until it is opened."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self.reached = threading.Event()

    def work(self, _connection) -> None:
        self.reached.set()
        assert self._open.wait(10.0)

    def open(self) -> None:
        self._open.set()


async def piled_up(db, *works):
    """What each gave when all of them had to wait for the thread; exceptions as values."""
    gate = Gate()
    first = asyncio.ensure_future(db.run(gate.work))
    await asyncio.to_thread(gate.reached.wait)
    waiting = [asyncio.ensure_future(db.run(work)) for work in works]
    await asyncio.sleep(0)
    gate.open()
    await first
    return await asyncio.gather(*waiting, return_exceptions=True)


async def test_work_is_done_in_the_order_in_which_it_came(db):
    await asyncio.gather(*(db.run(note(number)) for number in range(200)))
    assert await db.run(notes) == list(range(200))


async def test_work_that_has_piled_up_shares_one_commit(db, commits):
    assert await piled_up(db, *(note(number) for number in range(50))) == list(range(50))
    assert len(commits) == 1


async def test_what_fails_is_taken_back_alone(db):
    one, failed, two = await piled_up(db, note(1), refuse, note(2))
    assert (one, two) == (1, 2)
    assert isinstance(failed, Conflict)
    assert await db.run(notes) == [1, 2]


async def test_a_lone_failure_is_taken_back_too(db):
    await db.run(note(1))
    with pytest.raises(Conflict):
        await db.run(refuse)
    assert await db.run(notes) == [1]


async def test_work_that_breaks_the_transaction_fails_alone(db):
    def breaks(connection) -> None:
        note(-1)(connection)
        connection.exec_driver_sql("SELECT * FROM nowhere")

    one, failed, two = await piled_up(db, note(1), breaks, note(2))
    assert (one, two) == (1, 2)
    assert isinstance(failed, Unavailable)
    assert await db.run(notes) == [1, 2]


async def test_an_exception_that_nobody_expected_reaches_who_asked_and_nobody_else(db):
    def surprise(_connection) -> None:
        raise ZeroDivisionError

    one, failed = await piled_up(db, note(1), surprise)
    assert one == 1
    assert isinstance(failed, ZeroDivisionError)


async def test_a_commit_that_fails_leaves_it_open_whether_the_work_was_stored(
    db, engine, monkeypatch
):
    await db.run(note(1))

    def fails(_connection) -> None:
        raise OperationalError("COMMIT", {}, Exception("gone"))

    event.listen(engine, "commit", fails)
    outcomes = await piled_up(db, note(2), note(3))
    event.remove(engine, "commit", fails)
    assert [type(outcome) for outcome in outcomes] == [Unavailable, Unavailable]
    assert all("not known" in outcome.detail for outcome in outcomes)


async def test_work_beyond_the_bound_is_refused_and_the_rest_is_done(db, monkeypatch):
    monkeypatch.setattr(database, "MAX_WAITING", 4)
    outcomes = await piled_up(db, *(note(number) for number in range(5)))
    assert outcomes[:3] == [0, 1, 2]
    assert [type(outcome) for outcome in outcomes[3:]] == [Overloaded, Overloaded]
    assert await db.run(note(9)) == 9


async def test_work_goes_on_when_whoever_asked_has_gone(db):
    gate = Gate()
    first = asyncio.ensure_future(db.run(gate.work))
    gone = asyncio.ensure_future(db.run(note(1)))
    await asyncio.sleep(0)
    gone.cancel()
    gate.open()
    await first
    assert await db.run(notes) == [1]


async def test_closing_finishes_what_waits(engine):
    made = Database(engine)
    work = [asyncio.ensure_future(made.run(note(number))) for number in range(10)]
    await asyncio.sleep(0)
    made.close()
    assert await asyncio.gather(*work) == list(range(10))
