"""A task store on PostgreSQL: several gateways share it, connections are cut, servers crash."""

from __future__ import annotations

import asyncio

import pytest
from waiting import eventually, wait_for

from lanyard_core.faults import BadConfiguration, Conflict, NotFound, Unavailable
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import Receipt, Task
from lanyard_gateway.store import postgresql
from lanyard_gateway.store.task_store import SqlTaskStore
from lanyard_gateway.testing.postgresql import ScratchServer


@pytest.fixture
def pair(url, opened) -> tuple[SqlTaskStore, SqlTaskStore]:
    """Two gateways on one database."""
    return opened(SqlTaskStore.open_url(url)), opened(SqlTaskStore.open_url(url))


async def holds_all(store: SqlTaskStore, *robots: str, ttl_s: float = 30.0) -> frozenset[str]:
    return (await store.hold(robots, (), ttl_s=ttl_s)).all


async def test_gateways_that_start_at_the_same_time_make_the_tables_once(server, opened):
    url = server.new_database()
    stores = await asyncio.gather(
        *(asyncio.to_thread(SqlTaskStore.open_url, url) for _ in range(4))
    )
    for store in stores:
        opened(store)
        await store.check()


async def test_what_one_gateway_takes_in_the_other_sees(pair, add):
    one, other = pair
    task = await add(one, "t-1")
    assert await other.get("t-1") == task


async def test_of_many_submits_with_one_receipt_through_two_gateways_one_makes_a_task(pair, add):
    def receipt(task_id: str) -> Receipt:
        return Receipt("key:order-1", "f" * 64, task_id, "{}", 100.0)

    answers = await asyncio.gather(
        *(
            add(store, f"t-{number}-{index}", receipt=receipt(f"t-{number}-{index}"))
            for number in range(20)
            for index, store in enumerate(pair)
        )
    )
    made = [answer for answer in answers if isinstance(answer, Task)]
    assert len(made) == 1
    assert {answer.task_id for answer in answers} == {made[0].task_id}


async def test_of_many_submits_with_one_external_ref_through_two_gateways_one_makes_a_task(
    pair, add
):
    answers = await asyncio.gather(
        *(
            add(store, f"t-{number}-{index}", external_ref="order-4711")
            for number in range(20)
            for index, store in enumerate(pair)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Task) for answer in answers) == 1
    refused = [answer for answer in answers if not isinstance(answer, Task)]
    assert {type(answer) for answer in refused} == {Conflict}


async def test_two_gateways_share_the_robots_between_them_and_never_have_the_same(pair):
    robots = [f"r-{number}" for number in range(60)]  # whose share is whose is drawn each time
    one, other = pair
    await holds_all(one, *robots)  # it is alone as yet, and has all
    for _ in range(2):
        first, second = await holds_all(one, *robots), await holds_all(other, *robots)
        assert not first & second
    assert first | second == set(robots)
    assert min(len(first), len(second)) >= 3


async def test_a_gateway_that_falls_silent_loses_its_robots_to_the_other(pair):
    one, other = pair
    assert await holds_all(one, "r-1", ttl_s=0.3) == {"r-1"}

    async def the_other_has_it():
        return await holds_all(other, "r-1") == {"r-1"}

    await eventually(the_other_has_it)
    with pytest.raises(Conflict) as refusal:
        await one.take([], robot_id="r-1", server_id="", at_unix_s=1.0)
    assert refusal.value.code == "claim_lost"


async def test_a_gateway_that_ends_in_good_order_leaves_its_robots_to_the_other_at_once(pair):
    one, other = pair
    await holds_all(one, "r-1")
    await one.let_go()
    assert await holds_all(other, "r-1") == {"r-1"}


async def test_a_busy_robot_is_kept_until_it_is_idle_but_gets_nothing_new(pair, add, change):
    one, other = pair
    robots = [f"r-{number}" for number in range(20)]
    await holds_all(one, *robots)
    await holds_all(other, *robots)
    claims = await one.hold(robots, robots, ttl_s=30.0)
    assert claims.all == set(robots)
    moving = next(iter(claims.leaving))
    await add(one, "t-1", robot_id=moving)
    await change(one, "t-1", Event.DISPATCHED, holder_of=moving)
    assert moving not in await holds_all(other, *robots)
    assert moving not in await holds_all(one, *robots)
    assert moving in await holds_all(other, *robots)


async def test_a_task_goes_to_one_gateway_however_many_reach_for_it(pair, add):
    one, other = pair
    robots = [f"r-{number}" for number in range(8)]
    await holds_all(one, *robots)
    shares = {one: set(), other: set()}
    for _ in range(2):
        for store in pair:
            shares[store] = await holds_all(store, *robots)
    for number in range(40):
        await add(one, f"t-{number}", robot_id="any")
    wanted = [f"t-{number}" for number in range(40)]

    async def grab(store: SqlTaskStore, robot_id: str) -> list[str]:
        got = []
        while task := await store.take(wanted, robot_id=robot_id, server_id="", at_unix_s=1.0):
            got.append(task.task_id)
        return got

    grabbed = await asyncio.gather(
        *(grab(store, robot) for store, share in shares.items() for robot in share)
    )
    taken = [task_id for each in grabbed for task_id in each]
    assert sorted(taken) == sorted(wanted)


async def test_a_task_that_another_works_on_is_passed_over(pair, add, server, url):
    one, _ = pair
    await holds_all(one, "r-1")
    for number in (1, 2):
        await add(one, f"t-{number}", robot_id="any")
    engine = postgresql.listening_engine(url).execution_options(isolation_level="READ COMMITTED")
    with engine.begin() as connection:
        connection.exec_driver_sql("SELECT * FROM tasks WHERE task_id = 't-1' FOR UPDATE")
        task = await one.take(["t-1", "t-2"], robot_id="r-1", server_id="", at_unix_s=1.0)
        assert task.task_id == "t-2"
    engine.dispose()


async def test_a_change_by_a_gateway_that_has_lost_the_robot_is_refused(pair, add, change):
    one, other = pair
    await holds_all(one, "r-1")
    await add(one, "t-1", robot_id="r-1")
    await change(one, "t-1", Event.DISPATCHED, holder_of="r-1")
    await one.let_go()
    await holds_all(other, "r-1")
    with pytest.raises(Conflict) as refusal:
        await change(one, "t-1", Event.SUCCEEDED, holder_of="r-1")
    assert refusal.value.code == "claim_lost"
    await change(other, "t-1", Event.SUCCEEDED, holder_of="r-1")


async def test_a_change_by_one_gateway_is_heard_by_the_other_and_not_by_itself(pair, add, change):
    heard: dict[int, list[tuple[str, int]]] = {0: [], 1: []}
    ready: list[int] = []
    for index, store in enumerate(pair):
        store.listen(
            lambda *change, index=index: heard[index].append(change),
            lambda index=index: ready.append(index),
        )
    await eventually(lambda: len(ready) == 2)
    await add(pair[0], "t-1")
    await change(pair[0], "t-1", Event.WITHDRAWN)
    await eventually(lambda: heard[1] == [("t-1", 1), ("t-1", 2)])
    assert heard[0] == []


async def test_a_listener_whose_connection_is_cut_says_that_it_may_have_missed_something(
    pair, server
):
    gaps: list[None] = []
    pair[0].listen(lambda _task_id, _version: None, lambda: gaps.append(None))
    await eventually(lambda: len(gaps) == 1)
    server.cut_connections()
    await eventually(lambda: len(gaps) == 2)


async def test_work_goes_on_after_connections_were_cut(pair, server, add):
    for number in range(3):
        await add(pair[0], f"t-{number}")
        server.cut_connections()
    assert len(await pair[0].unfinished()) == 3


@pytest.fixture(scope="module")
def own_server(server):
    """A server that tests may break, and mend again."""
    with ScratchServer() as started:
        yield started


async def test_a_server_that_crashed_has_kept_what_was_answered(own_server, opened, add):
    store = opened(SqlTaskStore.open_url(own_server.new_database()))
    await add(store, "t-1")
    own_server.kill()
    with pytest.raises(Unavailable) as refusal:
        await add(store, "t-2")
    assert refusal.value.code == "store_unavailable"
    own_server.start()
    assert (await store.get("t-1")).task_id == "t-1"
    with pytest.raises(NotFound):
        await store.get("t-2")


def test_a_server_that_would_lose_what_it_acknowledged_is_refused(own_server):
    url = own_server.new_database()
    own_server.execute("ALTER SYSTEM SET fsync = off")
    own_server.execute("SELECT pg_reload_conf()")
    wait_for(lambda: own_server.execute("SHOW fsync") == "off")
    with pytest.raises(BadConfiguration) as refusal:
        SqlTaskStore.open_url(url)
    assert "fsync=off" in refusal.value.problems[0]
    own_server.execute("ALTER SYSTEM RESET fsync")
    own_server.execute("SELECT pg_reload_conf()")


def test_a_database_that_is_not_there_is_named(server):
    url = server.new_database().replace("/test_", "/nowhere_")
    with pytest.raises(BadConfiguration) as refusal:
        SqlTaskStore.open_url(url)
    assert "does not exist" in refusal.value.problems[0]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://me@db/lanyard", None),
        ("postgresql:///lanyard?host=/run/postgresql", None),
        ("tasks.sqlite3", "no URL"),
        ("mysql://me@db/lanyard", "not supported"),
        ("postgresql://me:secret@db/lanyard", "PGPASSFILE"),
    ],
)
def test_a_database_url_is_judged_before_it_is_used(url, says):
    problem = postgresql.problem_of_url(url)
    assert (problem is None) if says is None else (says in problem)
    assert "secret" not in (problem or "")
