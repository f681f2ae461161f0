"""The events socket as a client sees it, with a real server and real frames."""

import asyncio
import contextlib
import time

import pytest
from websockets.exceptions import ConnectionClosed

from lanyard_core.access.patterns import Patterns
from lanyard_core.access.scopes import Role
from lanyard_core.events.news import EventType, News
from lanyard_core.events.window import EventWindow
from lanyard_core.safety.states import Cause, State
from lanyard_core.stream.channel import Channel, Encoding, subprotocol
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.plain import FROM_SERVER
from lanyard_gateway.web import events_socket

DEADLINE_S = 10.0
QUEUED = News(EventType.TASK_QUEUED, robot_id="arm-001", task_id="t-1", data={"status": "queued"})


class Follower:
    """A client of the events socket."""

    def __init__(self, connection, encoding):
        self.connection = connection
        self.codec = CODECS[encoding]
        self.seq = 0

    async def ask(self, kind, **own):
        self.seq += 1
        frame = {"v": 1, "t": kind, "seq": self.seq, "ts_us": 0, **own}
        await self.connection.send(self.codec.encode(frame))

    async def next(self):
        message = await asyncio.wait_for(self.connection.recv(), DEADLINE_S)
        return self.codec.decode(message, limits=FROM_SERVER)

    async def until(self, kind):
        while (frame := await self.next())["t"] != kind:
            pass
        return frame

    async def closed(self):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self.next()
        return self.connection.close_code


@pytest.fixture
def follow(gateway):
    async def open_one(encoding=Encoding.JSON, **more):
        wanted = [subprotocol(Channel.EVENTS, encoding)]
        follower = Follower(
            await gateway.connect("/ws/events", subprotocols=wanted, **more), encoding
        )
        await follower.ask("ping")
        await follower.until("pong")
        return follower

    return open_one


@pytest.fixture
def hub(gateway):
    return gateway.server.config.app.state.context.events


@pytest.mark.parametrize("encoding", list(Encoding))
async def test_an_event_is_told_as_it_happens(follow, hub, encoding):
    follower = await follow(encoding, role=Role.VIEWER)
    hub.publish(QUEUED)
    frame = await follower.until("evt")
    assert (frame["v"], frame["seq"], len(frame["id"])) == (1, 2, 26)
    assert abs(frame["ts_us"] / 1e6 - time.time()) < 5.0
    assert (frame["type"], frame["robot_id"], frame["task_id"]) == ("task.queued", "arm-001", "t-1")
    assert frame["data"] == {"status": "queued"}


async def test_what_a_robot_does_is_told(follow, robot):
    follower = await follow()
    robot.becomes(State.SAFE_STOP, causes=Cause.STOP_REQUEST)
    frame = await follower.until("evt")
    assert (frame["type"], frame["data"]["causes"]) == ("robot.safe_stop", ["stop_request"])


async def test_who_drives_is_told_without_the_nonce(follow, gateway, robot):
    follower = await follow()
    await (await gateway.teleop()).arm()
    frame = await follower.until("evt")
    assert frame["type"] == "lease.taken"
    assert str(robot.safety.session) not in str(frame["data"])


async def test_a_client_that_was_away_is_told_what_came_after_the_last_event_it_saw(follow, hub):
    first = await follow()
    hub.publish(QUEUED)
    last_seen = (await first.until("evt"))["id"]
    await first.connection.close()
    for _ in range(100):
        hub.publish(QUEUED)
    second = await follow()
    await second.ask("resume", last_event_id=last_seen)
    assert (await second.until("resume"))["complete"] is True
    hub.publish(News(EventType.TASK_SUCCEEDED, task_id="t-1"))
    ids, kind = [], ""
    while kind != "task.succeeded":
        frame = await second.next()
        assert frame["t"] == "evt"
        ids.append(frame["id"])
        kind = frame["type"]
    assert len(ids) == 101
    assert ids == sorted(set(ids))
    assert ids[0] > last_seen


async def test_a_client_that_was_away_too_long_is_told_of_the_gap(follow, hub, monkeypatch):
    monkeypatch.setattr(hub, "_window", EventWindow(capacity=5))
    hub.publish(QUEUED)
    last_seen = hub.read(0, limit=1).events[0].id
    for _ in range(10):
        hub.publish(QUEUED)
    follower = await follow()
    await follower.ask("resume", last_event_id=last_seen)
    assert (await follower.until("resume"))["complete"] is False
    assert (await follower.next())["t"] == "gap"
    assert [(await follower.next())["t"] for _ in range(5)] == ["evt"] * 5


async def test_a_client_chooses_what_it_is_told(follow, hub):
    follower = await follow()
    await follower.ask("filter", types=["task.*"], robots=["arm-001"])
    confirmed = await follower.until("filter")
    assert (confirmed["ack"], confirmed["types"], confirmed["tasks"]) == (2, ["task.*"], None)
    hub.publish(News(EventType.ROBOT_ERROR, robot_id="arm-001"))
    hub.publish(News(EventType.TASK_FAILED, robot_id="amr-002"))
    hub.publish(QUEUED)
    assert (await follower.next())["type"] == "task.queued"


async def test_a_wish_that_cannot_be_met_is_answered(follow):
    follower = await follow()
    await follower.ask("filter", types=["weather.*"])
    err = await follower.until("err")
    assert err["code"] == "unknown_type"
    assert "weather" in err["detail"]


async def test_a_key_is_told_only_of_its_own_robots(follow, gateway, hub):
    key = gateway.keys[Role.VIEWER].record
    ring = gateway.keyring
    narrowed = {r.key_id: r for r in ring.records()}
    narrowed[key.key_id] = type(key)(**{
        **{name: getattr(key, name) for name in key.__slots__}, "robots": Patterns.of(["amr-*"]),
    })  # fmt: skip
    ring.replace(narrowed.values())
    follower = await follow(role=Role.VIEWER)
    hub.publish(QUEUED)
    hub.publish(News(EventType.ROBOT_ERROR, robot_id="amr-002"))
    assert (await follower.until("evt"))["robot_id"] == "amr-002"


async def test_an_event_is_encoded_once_for_all(follow, hub, monkeypatch):
    followers = [await follow() for _ in range(5)]
    made = []
    body = events_socket.bodies_of
    encode = CODECS[Encoding.JSON].encode
    monkeypatch.setattr(
        type(CODECS[Encoding.JSON]), "encode",
        lambda self, value: made.append(value) or encode(value),
    )  # fmt: skip
    hub.publish(QUEUED)
    for follower in followers:
        await follower.until("evt")
    assert body is not None
    assert len([value for value in made if "data" in value]) == 1


async def test_a_long_tale_does_not_hold_the_loop(follow, hub):
    for _ in range(5_000):
        hub.publish(QUEUED)
    first = hub.read(0, limit=1).events[0].id
    follower = await follow()
    gaps, running = [], True

    async def watch_the_loop():
        before = time.perf_counter()
        while running:
            await asyncio.sleep(0)
            now = time.perf_counter()
            gaps.append(now - before)
            before = now

    watching = asyncio.ensure_future(watch_the_loop())
    await follower.ask("resume", last_event_id=first)
    seen = 0
    while seen < 4_999:
        seen += (await follower.next())["t"] == "evt"
    running = False
    await watching
    assert sorted(gaps)[int(0.99 * len(gaps))] < 0.02


async def test_a_client_that_takes_nothing_for_10_seconds_is_let_go(
    follow, hub, monkeypatch, gateway, eventually
):
    assert events_socket.STALL_S == 10.0
    monkeypatch.setattr(events_socket, "STALL_S", 0.2)
    follower = await follow()
    follower.connection.transport.pause_reading()
    large = News(EventType.TASK_QUEUED, data={"detail": "x" * 4000})

    def is_gone():
        hub.publish(large)
        return len(gateway.sockets) == 0

    await eventually(is_gone)
    follower.connection.transport.resume_reading()
    assert await follower.closed() == 1013


async def test_bad_frames_are_answered_and_then_closed(follow):
    follower = await follow()
    for _ in range(3):
        await follower.connection.send("{")
    assert await follower.closed() == 4400


@pytest.mark.parametrize(("message", "code"), [(b"{}", 1003), ("x" * 2000, 1009)])
async def test_a_message_of_the_wrong_kind_or_size_closes(follow, message, code):
    follower = await follow()
    await follower.connection.send(message)
    assert await follower.closed() == code


async def test_too_many_requests_are_closed(follow):
    follower = await follow()
    closing = asyncio.ensure_future(follower.closed())
    with contextlib.suppress(ConnectionClosed):
        for _ in range(200):
            await follower.ask("ping")
    assert await closing == 4429


async def test_who_is_gone_is_forgotten(follow, hub, eventually):
    follower = await follow()
    await follower.connection.close()
    await eventually(lambda: not hub._sleepers)
