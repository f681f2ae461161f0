"""The telemetry socket as a client sees it, with a real server and real frames."""

import asyncio
import json
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from websockets.exceptions import InvalidStatus

from lanyard_core.access.scopes import Role
from lanyard_core.stream.channel import Channel, Encoding, subprotocol
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.plain import FROM_SERVER
from lanyard_core.telemetry.status import Joint, RobotStatus
from lanyard_core.telemetry.subscription import PARTS
from lanyard_gateway.web import telemetry_socket

DEADLINE_S = 10.0
PATH = "/ws/telemetry/arm-001"


class Watcher:
    """A client of the telemetry socket."""

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

    async def until(self, kind, having=()):
        while (frame := await self.next())["t"] != kind or not all(p in frame for p in having):
            pass
        return frame


@pytest.fixture
def watch(gateway):
    async def open_one(encoding=Encoding.MSGPACK, **more):
        wanted = [subprotocol(Channel.TELEMETRY, encoding)]
        return Watcher(await gateway.connect(PATH, subprotocols=wanted, **more), encoding)

    return open_one


@pytest.mark.parametrize("encoding", list(Encoding))
async def test_a_client_that_says_nothing_gets_every_part(watch, encoding):
    frame = await (await watch(encoding, role=Role.VIEWER)).next()
    assert (frame["t"], frame["seq"], frame["robot_id"]) == ("tlm", 1, "arm-001")
    assert set(PARTS) <= set(frame)
    assert frame["safety"]["state"] == "ready"
    assert frame["ages_ms"] == {"safety": 0}
    assert abs(frame["ts_us"] / 1e6 - time.time()) < 5.0


async def test_samples_come_at_10_hz(watch):
    watcher = await watch()
    stamps = [(await watcher.next())["ts_us"] for _ in range(21)]
    assert (stamps[-1] - stamps[0]) / 1e6 == pytest.approx(2.0, abs=0.15)


async def test_a_client_chooses_parts_and_rate(watch):
    watcher = await watch()
    await watcher.ask("sub", fields=["pose", "safety"], rate_hz=100)
    confirmed = await watcher.until("sub")
    assert (confirmed["ack"], confirmed["rate_hz"]) == (1, 100.0)
    assert confirmed["fields"] == ["pose", "safety"]
    frames = [await watcher.next() for _ in range(51)]
    assert all(set(PARTS) & set(frame) == {"pose", "safety"} for frame in frames)
    assert (frames[-1]["ts_us"] - frames[0]["ts_us"]) / 1e6 < 2.0


@pytest.mark.parametrize(
    ("wish", "code"),
    [({"rate_hz": 50}, "rate_needs_binary"), ({"fields": ["weather"]}, "unknown_field")],
)
async def test_a_wish_that_cannot_be_met_is_answered_and_samples_go_on(watch, wish, code):
    watcher = await watch(Encoding.JSON)
    await watcher.ask("sub", **wish)
    err = await watcher.until("err")
    assert err["code"] == code
    assert err["detail"]
    assert (await watcher.until("tlm"))["robot_id"] == "arm-001"


async def test_a_ping_is_answered(watch):
    watcher = await watch()
    await watcher.ask("ping")
    assert (await watcher.until("pong"))["ack"] == 1


async def test_numbers_rise_over_all_frames(watch):
    watcher = await watch()
    await watcher.ask("ping")
    frames = [await watcher.next() for _ in range(5)]
    assert [frame["seq"] for frame in frames] == [1, 2, 3, 4, 5]


async def test_bad_frames_are_answered_and_then_closed(watch):
    watcher = await watch(Encoding.JSON)
    for _ in range(3):
        await watcher.connection.send("{")
    await asyncio.wait_for(watcher.connection.wait_closed(), DEADLINE_S)
    assert watcher.connection.close_code == 4400


async def test_a_command_on_the_telemetry_socket_moves_nothing(watch, robot):
    watcher = await watch()
    await watcher.ask("cmd", twist={"linear": {"x": 1.0}, "angular": {}})
    assert (await watcher.until("err"))["code"] == "bad_frame"
    assert robot.commands == []


@pytest.mark.parametrize("message", [b"{}", "x" * 2000])
async def test_a_message_of_the_wrong_kind_or_size_closes(watch, message):
    watcher = await watch(Encoding.JSON)
    await watcher.connection.send(message)
    await asyncio.wait_for(watcher.connection.wait_closed(), DEADLINE_S)
    assert watcher.connection.close_code == (1003 if isinstance(message, bytes) else 1009)


async def test_the_subprotocol_of_the_command_channel_is_refused(gateway):
    with pytest.raises(InvalidStatus) as caught:
        await gateway.connect(PATH, subprotocols=["lanyard.command.v1+json"])
    assert json.loads(caught.value.response.body)["code"] == "subprotocol_required"


async def test_a_sample_is_made_once_for_all_who_want_the_same(watch, robot, monkeypatch):
    asked = []
    status = robot.status
    monkeypatch.setattr(robot, "status", lambda: asked.append(1) or status())
    watchers = [await watch() for _ in range(5)]
    for watcher in watchers:
        await watcher.next()
    asked.clear()

    async def stamps_of(watcher):
        return [(await watcher.next())["ts_us"] for _ in range(10)]

    stamps = [await stamps_of(watcher) for watcher in watchers]
    assert all(len(set(column)) <= 3 for column in zip(*stamps, strict=True))
    assert len(asked) <= 20


async def test_nothing_is_made_when_nobody_reads(watch, robot, monkeypatch, eventually, gateway):
    watcher = await watch()
    await watcher.next()
    await watcher.connection.close()
    audiences = gateway.server.config.app.state.audiences
    await eventually(lambda: len(audiences) == 0)


async def test_a_reader_that_stalls_skips_samples_and_slows_nobody(watch, robot, monkeypatch):
    many = tuple(Joint(f"joint_{n}", 0.1, 0.2, 0.3, 40.0) for n in range(1000))
    status = robot.status
    monkeypatch.setattr(robot, "status", lambda: with_joints(status(), many))
    slow, quick = await watch(), await watch()
    for watcher in (slow, quick):
        await watcher.ask("sub", fields=["joint_state"], rate_hz=100)
        await watcher.until("tlm")
    slow.connection.transport.pause_reading()
    stamps = [(await quick.until("tlm"))["ts_us"] for _ in range(200)]
    gaps = [(after - before) / 1e6 for before, after in pairwise(stamps)]
    assert sorted(gaps)[len(gaps) // 2] < 0.05

    slow.connection.transport.resume_reading()
    frame = await slow.until("tlm")
    while frame["dropped"] == 0:
        frame = await slow.until("tlm")
    assert frame["seq"] > frame["dropped"] > 0
    newest = (await quick.until("tlm"))["ts_us"]
    while frame["ts_us"] < newest:
        frame = await slow.until("tlm")


def with_joints(status: RobotStatus, joints: tuple[Joint, ...]) -> RobotStatus:
    return replace(status, joints=joints)


async def test_a_reader_that_never_reads_is_let_go(watch, robot, monkeypatch, gateway, eventually):
    monkeypatch.setattr(telemetry_socket, "STALL_S", 0.2)
    many = tuple(Joint(f"joint_{n}", 0.1, 0.2, 0.3, 40.0) for n in range(1000))
    status = robot.status
    monkeypatch.setattr(robot, "status", lambda: with_joints(status(), many))
    watcher = await watch()
    await watcher.next()
    watcher.connection.transport.pause_reading()
    await eventually(lambda: len(gateway.server.config.app.state.audiences) == 0)
