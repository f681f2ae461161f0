"""Server-sent events of telemetry and of what happens, with a real server."""

import asyncio
import json
import socket
import statistics
import time
from dataclasses import replace
from itertools import pairwise

import httpx
import pytest

from lanyard_core.access.scopes import Role
from lanyard_core.events.news import EventType, News
from lanyard_core.telemetry.status import Joint
from lanyard_gateway.web import event_stream

TELEMETRY = "/api/v1/robots/arm-001/telemetry"
EVENTS = "/api/v1/events"
QUEUED = News(EventType.TASK_QUEUED, robot_id="arm-001", task_id="t-1")


class Stream:
    """A client that reads one stream."""

    def __init__(self, response):
        self._lines = response.aiter_lines()
        self.response = response

    async def next(self):
        """The next event as a dictionary of its fields."""
        found = {}
        while True:
            line = await asyncio.wait_for(anext(self._lines), 10.0)
            if line.startswith("data: "):
                found["data"] = json.loads(line[6:])
            elif line.startswith(":"):
                found["comment"] = line
            elif line:
                name, _, value = line.partition(": ")
                found[name] = value
            elif found:
                return found

    async def until(self, kind):
        while (found := await self.next()).get("event") != kind:
            pass
        return found


@pytest.fixture
async def listen(gateway):
    async with httpx.AsyncClient(base_url=gateway.http_url, timeout=10.0) as client:
        opened = []

        async def open_one(path, *, role=Role.VIEWER, accept="text/event-stream", **more):
            headers = {**gateway.headers(role), "Accept": accept, **more.pop("headers", {})}
            request = client.build_request("GET", path, headers=headers, **more)
            response = await client.send(request, stream=True)
            opened.append(response)
            return Stream(response)

        yield open_one
        for response in opened:
            await response.aclose()


@pytest.fixture
def hub(gateway):
    return gateway.server.config.app.state.context.events


async def test_telemetry_flows_at_ten_hertz(listen):
    stream = await listen(TELEMETRY)
    assert stream.response.headers["content-type"].startswith("text/event-stream")
    assert stream.response.headers["cache-control"] == "no-store"
    samples = [(await stream.until("tlm"))["data"] for _ in range(12)]
    gaps_s = [(later["ts_us"] - earlier["ts_us"]) / 1e6 for earlier, later in pairwise(samples[1:])]
    # The pace, whatever the machine may have held up in between.
    assert statistics.median(gaps_s) == pytest.approx(0.1, abs=0.015)
    assert [sample["seq"] for sample in samples] == list(range(1, 13))
    assert samples[0]["robot_id"] == "arm-001"
    assert samples[0]["ages_ms"] == {"safety": 0}


async def test_a_stream_has_the_parts_and_the_rate_that_were_asked_for(listen):
    stream = await listen(TELEMETRY, params={"fields": "pose,safety", "rate_hz": 5})
    samples = [(await stream.until("tlm"))["data"] for _ in range(4)]
    assert {"pose", "safety"} < set(samples[0])
    assert "battery" not in samples[0]
    assert (samples[3]["ts_us"] - samples[1]["ts_us"]) / 1e6 == pytest.approx(0.4, abs=0.1)


@pytest.mark.parametrize(
    ("path", "params", "accept", "answer"),
    [
        (TELEMETRY, {}, "*/*", (406, "not_acceptable")),
        (TELEMETRY, {}, "application/json", (406, "not_acceptable")),
        (TELEMETRY, {"rate_hz": 50}, "text/event-stream", (400, "rate_needs_binary")),
        (TELEMETRY, {"rate_hz": "x"}, "text/event-stream", (422, "validation_failed")),
        (TELEMETRY, {"fields": "weather"}, "text/event-stream", (400, "unknown_field")),
        (TELEMETRY, {"field": "pose"}, "text/event-stream", (422, "validation_failed")),
        ("/api/v1/robots/nobody/telemetry", {}, "text/event-stream", (404, "not_found")),
        (EVENTS, {"types": "weather.*"}, "text/event-stream", (400, "unknown_type")),
        (EVENTS, {"after": "yesterday"}, "text/event-stream", (422, "validation_failed")),
    ],
)
async def test_what_there_is_not_is_refused_as_a_problem(listen, path, params, accept, answer):
    response = (await listen(path, params=params, accept=accept)).response
    problem = json.loads(await response.aread())
    assert (response.status_code, problem["code"]) == answer


async def test_a_stream_that_nobody_reads_any_more_makes_no_samples(listen, gateway, eventually):
    stream = await listen(TELEMETRY)
    await stream.until("tlm")
    await stream.response.aclose()
    await eventually(lambda: len(gateway.app.state.audiences) == 0)


async def test_events_are_told_as_they_happen(listen, hub):
    stream = await listen(EVENTS)
    assert (await stream.next())["retry"] == "1000"
    hub.publish(QUEUED)
    found = await stream.until("task.queued")
    assert found["id"] == found["data"]["id"]
    assert (found["data"]["robot_id"], found["data"]["task_id"]) == ("arm-001", "t-1")


@pytest.mark.parametrize("how", ["header", "query"])
async def test_a_stream_goes_on_behind_the_last_event(listen, hub, how):
    for _ in range(3):
        hub.publish(QUEUED)
    first, *rest = [e.id for e in hub.read(0, limit=100).events if e.news is QUEUED]
    more = (
        {"headers": {"Last-Event-ID": first}} if how == "header" else {"params": {"after": first}}
    )
    stream = await listen(EVENTS, **more)
    assert [(await stream.until("task.queued"))["id"] for _ in range(2)] == rest


async def test_a_stream_that_goes_on_from_where_nobody_knows_tells_of_the_gap(listen):
    stream = await listen(EVENTS, params={"after": "00000000000000000000000000"})
    assert (await stream.until("gap"))["data"] == {"lost": None}
    assert (await stream.until("gateway.started"))["id"]


async def test_a_stream_tells_only_what_was_asked_for(listen, hub):
    stream = await listen(EVENTS, params={"types": "task.*", "tasks": "t-2,t-3"})
    await stream.next()
    hub.publish(QUEUED)
    hub.publish(News(EventType.GATEWAY_OVERLOAD))
    hub.publish(replace(QUEUED, task_id="t-3"))
    assert (await stream.next())["data"]["task_id"] == "t-3"


async def test_pages_of_events_are_for_those_who_look_from_time_to_time(listen, hub):
    for _ in range(4):
        hub.publish(QUEUED)

    async def page(**params):
        stream = await listen(EVENTS, accept="application/json", params=params)
        return json.loads(await stream.response.aread())

    first = await page(types="task.*", limit=3)
    assert [item["type"] for item in first["items"]] == ["task.queued"] * 3
    assert first["complete"] is True
    assert first["items"][0]["at"].endswith("Z")
    second = await page(types="task.*", limit=3, after=first["last_event_id"])
    assert len(second["items"]) == 1
    third = await page(types="task.*", after=second["last_event_id"])
    assert (third["items"], third["last_event_id"]) == ([], second["last_event_id"])
    assert (await page(after="00000000000000000000000000"))["complete"] is False


async def test_a_silent_stream_is_kept_alive(listen, monkeypatch):
    monkeypatch.setattr(event_stream, "KEEP_ALIVE_S", 0.1)
    stream = await listen(EVENTS)
    while "comment" not in await stream.next():
        pass


async def test_r34_a_stream_whose_key_is_revoked_says_so_and_ends_within_a_second(listen, gateway):
    stream = await listen(TELEMETRY)
    await stream.until("tlm")
    began = time.monotonic()
    gateway.keyring.replace(())
    assert (await stream.until("end"))["data"] == {"code": 4401, "reason": "auth_expired"}
    assert time.monotonic() - began < 1.0
    with pytest.raises(StopAsyncIteration):
        await stream.next()
    assert len(gateway.sockets) == 0


async def test_r58_a_stream_whose_client_takes_nothing_for_10_seconds_is_cut(
    gateway, robot, monkeypatch, eventually
):
    assert event_stream.STALL_S == 10.0
    monkeypatch.setattr(event_stream, "STALL_S", 0.2)
    many = tuple(Joint(f"joint_{n}", 0.1, 0.2, 0.3, 40.0) for n in range(2000))
    status = robot.status
    monkeypatch.setattr(robot, "status", lambda: replace(status(), joints=many))
    host, port = gateway.http_url.removeprefix("http://").split(":")
    key = gateway.headers(Role.VIEWER)["Authorization"]
    with socket.create_connection((host, int(port))) as deaf:
        request = f"GET {TELEMETRY} HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\n"
        deaf.sendall((request + "Accept: text/event-stream\r\n\r\n").encode())
        await eventually(lambda: len(gateway.sockets) == 1)
        await eventually(lambda: len(gateway.sockets) == 0)
        await eventually(lambda: not gateway.server.server_state.connections)
