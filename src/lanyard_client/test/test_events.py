"""Following events, with a server that says what the test wants."""

import contextlib
import json

import pytest
from websockets.asyncio.server import serve

from lanyard_client import AsyncClient, Encoding, RequestFailed
from lanyard_client.events import GAP

IDS = [f"01KAJ3B2M0WQ8T0V5N3E7R9S{number:02}" for number in range(10)]


def evt(number, kind="task.queued", **more):
    head = {"v": 1, "t": "evt", "seq": 1, "ts_us": 2_000_000, "id": IDS[number], "type": kind}
    return {**head, "robot_id": "arm-001", "task_id": "t-1", "data": {"status": "queued"}, **more}


RESUMED = {"v": 1, "t": "resume", "seq": 1, "ts_us": 1, "complete": True}


class Gateway:
    """Each connection gets the next script: frames to send once so many frames have come."""

    def __init__(self, *scripts):
        self.scripts = list(scripts)
        self.heard = []

    async def __call__(self, socket):
        expected, frames = self.scripts.pop(0)
        self.heard.append([json.loads(await socket.recv()) for _ in range(expected)])
        for frame in frames:
            await socket.send(json.dumps(frame))
        if self.scripts:
            socket.transport.abort()
        await socket.wait_closed()


@pytest.fixture
def following(monkeypatch):
    """The first events that a client gets from a gateway with these scripts."""
    monkeypatch.setattr("lanyard_core.backoff.STEPS_S", (0.01, 0.02, 0.04, 0.08))

    @contextlib.asynccontextmanager
    async def start(gateway, **wishes):
        protocols = ["lanyard.events.v1+json"]
        async with serve(gateway, "127.0.0.1", 0, subprotocols=protocols) as server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            async with AsyncClient(url, api_key="k") as client:
                events = client.events(encoding=Encoding.JSON, **wishes)
                yield events
                await events.aclose()

    return start


async def take(events, count):
    return [await anext(events) for _ in range(count)]


async def test_events_are_told_with_all_that_is_known(following):
    async with following(Gateway((0, [evt(1)]))) as events:
        (event,) = await take(events, 1)
    assert (event.id, event.type, event.unix_s) == (IDS[1], "task.queued", 2.0)
    assert (event.robot_id, event.task_id, event.data) == ("arm-001", "t-1", {"status": "queued"})


async def test_after_a_lost_connection_it_goes_on_behind_the_last_event(following):
    gateway = Gateway((0, [evt(1)]), (1, [evt(3), RESUMED, evt(1), evt(2), evt(3)]))
    async with following(gateway) as events:
        seen = await take(events, 3)
    assert [event.id for event in seen] == IDS[1:4]
    (resume,) = gateway.heard[1]
    assert (resume["t"], resume["last_event_id"]) == ("resume", IDS[1])


async def test_what_is_missing_is_told(following):
    gap = {"v": 1, "t": "gap", "seq": 2, "ts_us": 1, "lost": None}
    gateway = Gateway((1, [RESUMED | {"complete": False}, gap, evt(5)]))
    async with following(gateway, since=IDS[0]) as events:
        first, second = await take(events, 2)
    assert (first.type, first.id, first.data) == (GAP, "", {"lost": None})
    assert second.id == IDS[5]


async def test_an_outage_before_the_first_event_is_a_gap_too(following):
    async with following(Gateway((0, []), (0, [evt(1)]))) as events:
        first, second = await take(events, 2)
    assert (first.type, second.id) == (GAP, IDS[1])


async def test_a_choice_is_said_and_kept_from_the_first_event_on(following):
    others = [evt(1, "robot.offline"), evt(2, robot_id="amr-002"), evt(3, task_id="t-2")]
    gateway = Gateway((1, [*others, evt(4, "task.failed")]))
    async with following(gateway, types=["task.*"], robots=["arm-001"], tasks=["t-1"]) as events:
        (event,) = await take(events, 1)
    assert event.id == IDS[4]
    (said,) = gateway.heard[0]
    assert (said["t"], said["types"], said["robots"], said["tasks"]) == (
        "filter", ["task.*"], ["arm-001"], ["t-1"],
    )  # fmt: skip


async def test_a_choice_that_there_is_not_is_refused_with_the_reason(following):
    err = {"v": 1, "t": "err", "seq": 1, "ts_us": 1, "code": "unknown_type", "detail": "no weather"}
    async with following(Gateway((1, [err])), types=["weather"]) as events:
        with pytest.raises(RequestFailed, match="no weather"):
            await anext(events)
