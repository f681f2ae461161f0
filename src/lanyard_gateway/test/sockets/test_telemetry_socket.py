"""The telemetry socket as a client sees it, with a real server and real frames."""

import asyncio
import contextlib
import json
import statistics
import time
from dataclasses import replace
from itertools import pairwise

import pytest
import real_time
from websockets.exceptions import ConnectionClosed, InvalidStatus

from lanyard_core.access.patterns import Patterns
from lanyard_core.access.scopes import Role
from lanyard_core.stream.channel import Channel, Encoding, subprotocol
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.plain import FROM_SERVER
from lanyard_core.telemetry import flow
from lanyard_core.telemetry.assembly import Assembly
from lanyard_core.telemetry.status import Joint, RobotStatus
from lanyard_core.telemetry.subscription import PARTS
from lanyard_gateway.web import socket_line

DEADLINE_S = 10.0
PATH = "/ws/telemetry/arm-001"


class Watcher:
    """A client of the telemetry socket."""

    def __init__(self, connection, encoding):
        self.connection = connection
        self.codec = CODECS[encoding]
        self.assembly = Assembly()
        self.seq = 0

    async def ask(self, kind, **own):
        self.seq += 1
        frame = {"v": 1, "t": kind, "seq": self.seq, "ts_us": 0, **own}
        await self.connection.send(self.codec.encode(frame))

    async def next(self):
        message = await asyncio.wait_for(self.connection.recv(), DEADLINE_S)
        return self.assembly.take(self.codec.decode(message, limits=FROM_SERVER))

    async def until(self, kind, having=()):
        while (frame := await self.next())["t"] != kind or not all(p in frame for p in having):
            pass
        return frame


@pytest.fixture
def watch(gateway):
    async def open_one(encoding=Encoding.MSGPACK, path=PATH, **more):
        wanted = [subprotocol(Channel.TELEMETRY, encoding)]
        return Watcher(await gateway.connect(path, subprotocols=wanted, **more), encoding)

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
    gaps_s = [(later - earlier) / 1e6 for earlier, later in pairwise(stamps)]
    # The pace, whatever the machine may have held up in between.
    assert statistics.median(gaps_s) == pytest.approx(0.1, abs=0.0075)


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


async def test_nothing_is_made_when_nobody_reads(watch, eventually, gateway):
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


async def test_r58_a_reader_that_takes_nothing_for_3_seconds_is_let_go(
    watch, robot, monkeypatch, gateway, eventually
):
    assert flow.STALL_S == 3.0
    monkeypatch.setattr(flow, "STALL_S", 0.5)
    watcher = await watch()
    await watcher.next()
    watcher.connection.transport.pause_reading()
    began = time.monotonic()
    await eventually(lambda: len(gateway.server.config.app.state.audiences) == 0)
    assert 0.2 < time.monotonic() - began < 1.5
    watcher.connection.transport.resume_reading()
    await asyncio.wait_for(watcher.connection.wait_closed(), DEADLINE_S)
    assert (watcher.connection.close_code, watcher.connection.close_reason) == (1013, "try_later")


async def test_a_reader_that_is_let_go_and_never_reads_again_is_cut_off(
    watch, monkeypatch, gateway, eventually
):
    monkeypatch.setattr(flow, "STALL_S", 0.3)
    monkeypatch.setattr(socket_line, "LINGER_S", 0.3)
    watcher = await watch()
    await watcher.next()
    watcher.connection.transport.pause_reading()
    await eventually(lambda: not gateway.server.server_state.connections)


async def test_r58_a_reader_that_is_too_slow_never_lags(watch):
    """It reads 40 samples a second of 100: what it reads is new, or it would be 1.5 s old."""
    slow = await watch(max_queue=1)
    await slow.ask("sub", fields=["safety"], rate_hz=100)
    await slow.until("sub")
    lags = []
    with real_time.Watch() as watch:
        for _ in range(100):
            frame = await slow.until("tlm")
            lags.append(time.time() - frame["ts_us"] / 1e6)
            await asyncio.sleep(0.025)
    assert max(lags) < 1.2 + watch.late_s  # a sample ages while the machine stands still
    assert frame["dropped"] > 50


async def test_numbers_of_four_bytes_make_smaller_messages(watch, robot, monkeypatch):
    many = tuple(Joint(f"joint_{n}", 0.1, 0.2, 0.3, 40.0) for n in range(7))
    status = robot.status
    monkeypatch.setattr(robot, "status", lambda: with_joints(status(), many))
    sizes = {}
    for name in ("f64", "f32"):
        watcher = await watch()
        await watcher.ask("sub", fields=["joint_state"], float=name)
        assert (await watcher.until("sub"))["float"] == name
        frame = await watcher.until("tlm")
        assert frame["joint_state"]["position"] == pytest.approx([0.1] * 7)
        sizes[name] = len(await asyncio.wait_for(watcher.connection.recv(), DEADLINE_S))
    assert sizes["f32"] < 0.75 * sizes["f64"]


@pytest.mark.parametrize("encoding", [Encoding.MSGPACK, Encoding.CBOR])
async def test_the_names_of_the_joints_are_told_once(watch, robot, monkeypatch, encoding):
    status = robot.status
    joints = (Joint("elbow", 0.1, 0.2, 0.3, 40.0),)
    monkeypatch.setattr(robot, "status", lambda: with_joints(status(), joints))
    watcher = await watch(encoding)
    messages = [await asyncio.wait_for(watcher.connection.recv(), DEADLINE_S) for _ in range(4)]
    frames = [watcher.codec.decode(message, limits=FROM_SERVER) for message in messages]
    assert [frame["t"] for frame in frames] == ["schema", "tlm", "tlm", "tlm"]
    assert frames[0]["joint_names"] == ["elbow"]
    assert all(b"elbow" not in message for message in messages[1:])


async def test_too_many_requests_are_closed(watch):
    watcher = await watch()
    reading = asyncio.ensure_future(watcher.until("nothing"))
    with contextlib.suppress(ConnectionClosed):
        for _ in range(200):
            await watcher.ask("ping")
    with pytest.raises(ConnectionClosed):
        await asyncio.wait_for(reading, DEADLINE_S)
    assert watcher.connection.close_code == 4429


async def test_audiences_that_differ_in_their_rate_only_share_samples(watch, robot, monkeypatch):
    asked = []
    status = robot.status
    monkeypatch.setattr(robot, "status", lambda: asked.append(1) or status())
    slow, quick = await watch(), await watch()
    await quick.ask("sub", rate_hz=50)
    await quick.until("sub")
    asked.clear()
    stamps = {(await quick.until("tlm"))["ts_us"] for _ in range(50)}
    seen = [(await slow.until("tlm"))["ts_us"] for _ in range(8)]
    assert len(asked) < 70
    assert len(stamps & set(seen)) >= 5


# Many robots


async def test_one_socket_tells_of_every_robot(watch, gateway, other_robot):
    watcher = await watch(path="/ws/telemetry")
    frames = [await watcher.until("tlm") for _ in range(6)]
    assert {frame["robot_id"] for frame in frames} == {"arm-001", "amr-002"}
    assert [frame["seq"] for frame in frames] == list(range(1, 7))


async def test_a_client_chooses_among_the_robots(watch, other_robot):
    watcher = await watch(path="/ws/telemetry")
    await watcher.ask("sub", robots=["amr-002"])
    assert (await watcher.until("sub"))["robots"] == ["amr-002"]
    assert {(await watcher.next())["robot_id"] for _ in range(5)} == {"amr-002"}
    await watcher.ask("sub", robots=["amr-003"])
    assert (await watcher.until("err"))["code"] == "unknown_robot"


async def test_a_socket_to_one_robot_tells_of_no_other(watch, other_robot):
    watcher = await watch()
    await watcher.ask("sub", robots=["amr-002"])
    assert (await watcher.until("err"))["code"] == "unknown_robot"
    assert {(await watcher.until("tlm"))["robot_id"] for _ in range(3)} == {"arm-001"}


@pytest.mark.parametrize("path", [PATH, "/ws/telemetry"])
async def test_who_shows_no_key_watches_nothing(gateway, path):
    with pytest.raises(InvalidStatus) as caught:
        await gateway.connect(path, role=None, subprotocols=["lanyard.telemetry.v1+json"])
    assert caught.value.response.status_code == 401


async def test_a_key_sees_only_its_own_robots_on_the_socket_of_many(watch, gateway, other_robot):
    key = gateway.keys[Role.VIEWER].record
    ring = gateway.keyring
    narrowed = replace(key, robots=Patterns.of(["amr-*"]))
    ring.replace([narrowed if record == key else record for record in ring.records()])
    watcher = await watch(path="/ws/telemetry", role=Role.VIEWER)
    assert {(await watcher.until("tlm"))["robot_id"] for _ in range(5)} == {"amr-002"}
    await watcher.ask("sub", robots=["arm-001"])
    assert (await watcher.until("err"))["code"] == "unknown_robot"
