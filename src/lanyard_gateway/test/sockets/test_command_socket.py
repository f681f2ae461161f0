"""The command socket as a client sees it, with a real server and real frames."""

import asyncio
import collections
import contextlib
import itertools
import json
import time

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from lanyard_core.access.scopes import Role
from lanyard_core.safety.states import AckStatus, State
from lanyard_core.stream.channel import Channel, Encoding, subprotocols
from lanyard_core.stream.client_frames import write_client_frame
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.frames import (
    Ack,
    Arm,
    Command,
    Err,
    Hello,
    Ping,
    Pong,
    StateChange,
    Stop,
)
from lanyard_core.telemetry.status import Twist
from lanyard_gateway.web.socket_line import MESSAGES_AT_ONCE

ENCODINGS = list(Encoding)
MSGPACK, CBOR, JSON = subprotocols(Channel.COMMAND)
FORWARD = Twist((0.2, 0.0, 0.0))
DEADLINE_S = 10.0


async def refusal(gateway, path="/ws/command/arm-001", **more):
    """Status and problem document of a socket that was not opened."""
    with pytest.raises(InvalidStatus) as caught:
        await gateway.connect(path, **more)
    response = caught.value.response
    assert response.headers["content-type"] == "application/problem+json"
    problem = json.loads(response.body)
    assert problem["status"] == response.status_code
    return response.status_code, problem["code"]


# Before the upgrade


async def test_without_a_subprotocol_a_socket_is_refused(gateway):
    assert await refusal(gateway) == (400, "subprotocol_required")


async def test_with_the_subprotocol_of_another_channel_a_socket_is_refused(gateway):
    wanted = ["lanyard.telemetry.v1+json"]
    assert await refusal(gateway, subprotocols=wanted) == (400, "subprotocol_required")


async def test_without_a_key_a_socket_is_refused(gateway):
    assert await refusal(gateway, role=None, subprotocols=[JSON]) == (401, "unauthenticated")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.INTEGRATOR])
async def test_a_role_that_may_not_drive_is_refused(gateway, role):
    assert await refusal(gateway, role=role, subprotocols=[JSON]) == (403, "forbidden")


async def test_an_unknown_robot_is_refused(gateway):
    answer = await refusal(gateway, "/ws/command/nobody", subprotocols=[JSON])
    assert answer == (404, "not_found")


async def test_a_robot_that_is_offline_is_refused(gateway, robot):
    robot.online = False
    assert await refusal(gateway, subprotocols=[JSON]) == (503, "robot_offline")


async def test_the_page_of_another_site_is_refused(gateway):
    headers = {"Origin": "https://evil.example.org"}
    answer = await refusal(gateway, subprotocols=[JSON], headers=headers)
    assert answer == (403, "origin_not_allowed")


async def test_a_page_that_is_allowed_may_connect_with_its_key_as_a_subprotocol(gateway):
    connection = await gateway.connect(
        role=None,
        subprotocols=[JSON, f"lanyard.bearer.{gateway.keys[Role.OPERATOR].text}"],
        headers={"Origin": "https://panel.example.org"},
    )
    assert connection.subprotocol == JSON


async def test_a_refused_socket_never_holds_the_lease(gateway, robot):
    await refusal(gateway)
    await refusal(gateway, role=None, subprotocols=[JSON])
    assert robot.grants == 0


async def test_the_first_offered_encoding_that_is_known_is_taken(gateway):
    connection = await gateway.connect(subprotocols=["chat", CBOR, JSON])
    assert connection.subprotocol == CBOR


async def test_nothing_is_compressed(gateway):
    connection = await gateway.connect(subprotocols=[JSON], compression="deflate")
    assert connection.response.headers.get("Sec-WebSocket-Extensions") is None


# Driving


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_a_command_reaches_the_robot_and_is_acknowledged(gateway, robot, encoding):
    teleop = await gateway.teleop(encoding)
    await teleop.arm()
    began = time.time()
    ack = await teleop.drive_and_ack(Twist((0.2, 0.0, 0.0), (0.0, 0.0, 0.1)))
    assert (ack.status, ack.lost) == (AckStatus.OK, 0)
    assert began - 0.1 < ack.rx_us / 1e6 < time.time() + 0.1
    sent = robot.commands[-1]
    assert (sent.twist.linear[0], sent.twist.angular[2]) == (0.2, 0.1)
    assert (sent.session, sent.seq) == (robot.safety.session, teleop.seq)
    assert abs(sent.stamp_unix_s - time.time()) < 1.0


@pytest.mark.parametrize("encoding", [Encoding.MSGPACK, Encoding.CBOR])
async def test_a_packed_command_gets_a_packed_acknowledgement(gateway, encoding):
    teleop = await gateway.teleop(encoding)
    await teleop.arm()
    ack = await teleop.drive_and_ack(packed=True)
    assert ack.packed
    assert ack.status is AckStatus.OK


async def test_a_hundred_commands_a_second_are_all_acknowledged_in_order(gateway, robot):
    robot.ack_delay_s = 0.001
    teleop = await gateway.teleop()
    await teleop.arm()
    sent = []
    for _ in range(100):
        sent.append(await teleop.drive())
        await asyncio.sleep(0.01)
    while not any(isinstance(f, Ack) and f.ack == sent[-1] for f in teleop.seen):
        await teleop.next()
    acks = [frame for frame in teleop.seen if isinstance(frame, Ack)]
    assert [ack.ack for ack in acks if ack.ack in sent] == sent
    numbers = [frame.seq for frame in teleop.seen]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_what_arrives_in_one_piece_is_taken_in_order(gateway, encoding):
    # More than the socket takes at once: the rest waits for its turn, and must not be overtaken.
    teleop = await gateway.teleop(encoding)
    await teleop.until(Hello)
    protocol = teleop.connection.protocol
    count = 4 * MESSAGES_AT_ONCE
    for seq in range(1, count + 1):
        message = CODECS[encoding].encode(write_client_frame(Ping(seq, 1_795_000_000_000_000)))
        if isinstance(message, str):
            protocol.send_text(message.encode())
        else:
            protocol.send_binary(message)
    teleop.connection.transport.write(b"".join(protocol.data_to_send()))
    pongs = [(await teleop.until(Pong)).ack for _ in range(count)]
    assert pongs == list(range(1, count + 1))


async def test_motion_without_arming_is_refused(gateway, robot):
    teleop = await gateway.teleop()
    assert (await teleop.drive_and_ack()).status is AckStatus.NOT_ARMED
    assert robot.commands == []


async def test_r14_arming_without_a_neutral_command_says_what_to_do(gateway):
    teleop = await gateway.teleop()
    hello = await teleop.until(Hello)
    await teleop.send(Arm, hello.session)
    err = await teleop.until(Err)
    assert (err.code, err.detail) == ("arm_refused", "send neutral commands first")


async def test_a_stop_that_stands_is_cleared_on_demand(gateway, robot):
    robot.becomes(State.SAFE_STOP)
    teleop = await gateway.teleop(role=Role.MAINTAINER)
    await teleop.arm(clear=True)
    assert robot.resets == [True]
    assert (await teleop.drive_and_ack()).status is AckStatus.OK


async def test_an_operator_does_not_reset_severe_stops(gateway, robot):
    robot.becomes(State.SAFE_STOP)
    await (await gateway.teleop()).arm(clear=True)
    assert robot.resets == [False]


async def test_a_ping_is_answered_and_renews_the_lease(gateway, robot):
    teleop = await gateway.teleop()
    await teleop.until(Hello)
    before = len(robot.heartbeats)
    seq = await teleop.send(Ping)
    assert (await teleop.until(Pong)).ack == seq
    assert robot.heartbeats[before:] == [robot.safety.session]


async def test_a_ping_of_the_websocket_protocol_renews_the_lease_too(gateway, robot, eventually):
    teleop = await gateway.teleop()
    await teleop.until(Hello)
    before = len(robot.heartbeats)
    pong = await teleop.connection.ping()
    await asyncio.wait_for(pong, DEADLINE_S)
    await eventually(lambda: robot.heartbeats[before:] == [robot.safety.session])


def bare_twist(x=0.0):
    sec, nanosec = divmod(time.time_ns(), 1_000_000_000)
    header = {"stamp": {"sec": sec, "nanosec": nanosec}, "frame_id": "base_link"}
    return json.dumps({"header": header, "twist": {"linear": {"x": x}, "angular": {"z": 0.0}}})


@pytest.mark.parametrize("bare_twists", [True])
async def test_a_simple_client_drives_with_bare_twists_where_that_is_switched_on(gateway, robot):
    teleop = await gateway.teleop(Encoding.JSON)
    hello = await teleop.until(Hello)
    await teleop.connection.ping()
    await teleop.connection.send(bare_twist())
    await teleop.until(Ack)
    now_us = time.time_ns() // 1000
    arm = {"v": 1, "t": "arm", "seq": now_us, "ts_us": now_us, "session": hello.session}
    await teleop.connection.send(json.dumps(arm))
    await teleop.until(StateChange, armed=True)
    await teleop.connection.send(bare_twist(0.2))
    assert (await teleop.until(Ack, status=AckStatus.OK)).lost == 0
    assert robot.commands[-1].twist.linear[0] == 0.2


async def test_a_bare_twist_is_no_frame_unless_switched_on(gateway, robot):
    teleop = await gateway.teleop(Encoding.JSON)
    await teleop.connection.send(bare_twist(0.2))
    assert (await teleop.until(Err)).code == "bad_frame"
    assert robot.commands == []


# The lease


async def test_the_second_client_is_told_who_drives_and_cannot_arm(gateway, robot):
    await (await gateway.teleop()).arm()
    second = await gateway.teleop(role=Role.MAINTAINER)
    hello = await second.until(Hello)
    assert not hello.lease_is_yours
    assert hello.lease_holder == f"key:{gateway.keys[Role.OPERATOR].record.key_id}"
    await second.send(Arm, hello.session)
    assert (await second.until(Err)).code == "lease_held"
    assert (await second.drive_and_ack()).status is AckStatus.LEASE_LOST


async def test_the_second_client_may_stop_the_robot(gateway, robot, eventually):
    first = await gateway.teleop()
    await first.arm()
    await first.drive_and_ack()
    second = await gateway.teleop(role=Role.MAINTAINER)
    await second.send(Stop, "a person stands there")
    await eventually(lambda: robot.stops)
    assert robot.stops[0][1] == "client_stop: a person stands there"
    assert (await first.until(StateChange, state="safe_stop")).armed is False


async def test_r27_a_lease_that_is_taken_closes_the_socket_within_100_ms(gateway, robot):
    teleop = await gateway.teleop()
    await teleop.arm()
    taken_at = time.monotonic()
    robot.becomes(session=7, holder="supervisor")
    assert await teleop.end() == (4409, "lease_lost")
    assert time.monotonic() - taken_at < 0.1
    before = len(robot.commands)
    with contextlib.suppress(ConnectionClosed):
        await teleop.drive()
    assert len(robot.commands) == before


async def test_a_client_that_leaves_gives_the_lease_back(gateway, robot, eventually):
    teleop = await gateway.teleop()
    await teleop.arm()
    await teleop.connection.close()
    await eventually(lambda: robot.released)
    assert robot.stops == []
    await (await gateway.teleop()).arm()


# The end of a connection


@pytest.mark.parametrize("how", ["closed", "dropped"])
async def test_a_client_that_vanishes_while_the_robot_moves_stops_it(
    gateway, robot, eventually, how
):
    teleop = await gateway.teleop()
    await teleop.arm()
    await teleop.drive_and_ack()
    if how == "closed":
        await teleop.connection.close()
    else:
        teleop.connection.transport.abort()
    await eventually(lambda: robot.released)
    assert [reason for _, reason in robot.stops] == ["disconnected"]


async def test_a_client_that_stops_pinging_is_stopped_and_closed_after_3_seconds(gateway, robot):
    teleop = await gateway.teleop()
    await teleop.arm()
    began = time.monotonic()
    ending = asyncio.ensure_future(teleop.end())
    while not ending.done():
        with contextlib.suppress(ConnectionClosed):
            await teleop.drive()
        await asyncio.sleep(0.02)
    assert await ending == (4408, "ping_timeout")
    assert 2.8 < time.monotonic() - began < 4.0
    assert [reason for _, reason in robot.stops] == ["ping_timeout"]


async def test_a_robot_that_falls_silent_closes_the_socket(gateway, robot):
    teleop = await gateway.teleop()
    await teleop.arm()
    robot.becomes(online=False)
    assert await teleop.end() == (4503, "robot_offline")


async def test_r62_a_gateway_that_shuts_down_stops_the_robot_first(gateway, robot, eventually):
    teleop = await gateway.teleop()
    await teleop.arm()
    await teleop.drive_and_ack()
    gateway.server.should_exit = True
    await eventually(lambda: robot.released)
    assert [reason for _, reason in robot.stops] == ["disconnected"]


# Acknowledgements that do not come


@pytest.mark.parametrize("ack_miss_limit", [1])
async def test_an_acknowledgement_that_does_not_come_stops_the_robot(gateway, robot):
    teleop = await gateway.teleop()
    await teleop.arm()
    robot.ack_delay_s = None
    await teleop.drive()
    state = await teleop.until(StateChange, reason="ack_timeout")
    assert (state.state, state.armed) == ("safe_stop", False)
    assert [reason for _, reason in robot.stops] == ["ack_timeout"]


@pytest.mark.parametrize("ack_miss_limit", [1])
async def test_an_acknowledgement_that_waited_for_the_loop_is_not_late(gateway, robot):
    teleop = await gateway.teleop()
    await teleop.arm()
    before = len(robot.commands)
    await teleop.drive()
    while len(robot.commands) == before:  # noqa: ASYNC110  right after it
        await asyncio.sleep(0)
    time.sleep(0.15)  # noqa: ASYNC251  the loop is busy; the answer has arrived and waits
    assert (await teleop.until(Ack, ack=teleop.seq)).status is AckStatus.OK
    assert robot.stops == []


# Bad input


async def test_a_bad_frame_is_answered_and_the_connection_goes_on(gateway):
    teleop = await gateway.teleop(Encoding.JSON)
    await teleop.connection.send('{"v":1,"t":"cmd"}')
    err = await teleop.until(Err)
    assert err.code == "bad_frame"
    assert "seq" in err.detail
    assert (await teleop.drive_and_ack()).status is AckStatus.NOT_ARMED


async def test_three_bad_frames_close_the_connection(gateway):
    teleop = await gateway.teleop()
    for _ in range(3):
        await teleop.connection.send(b"\xc1")
    assert await teleop.end() == (4400, "bad_frame")


async def test_a_value_that_is_not_finite_stops_the_robot(gateway, robot):
    teleop = await gateway.teleop()
    await teleop.arm()
    await teleop.drive_and_ack()
    await teleop.drive(Twist((float("nan"), 0.0, 0.0)))
    await teleop.until(StateChange, reason="command_invalid")
    assert [reason for _, reason in robot.stops] == ["command_invalid"]


@pytest.mark.parametrize(
    ("encoding", "message"), [(Encoding.MSGPACK, "{}"), (Encoding.JSON, b"{}")]
)
async def test_the_other_kind_of_message_closes_the_connection(gateway, encoding, message):
    teleop = await gateway.teleop(encoding)
    await teleop.connection.send(message)
    assert await teleop.end() == (1003, "wrong_kind")


@pytest.mark.parametrize("size", [1025, 70_000])
async def test_r38_a_message_above_1_kib_closes_the_connection(gateway, size):
    teleop = await gateway.teleop(Encoding.JSON)
    await teleop.connection.send("x" * size)
    assert (await teleop.end())[0] == 1009


async def test_r59_a_flood_moves_nothing_and_is_closed(gateway, robot):
    teleop = await gateway.teleop()
    await teleop.until(Hello)
    ending = asyncio.ensure_future(teleop.end())
    with contextlib.suppress(ConnectionClosed):
        for _ in range(3_000):
            await teleop.drive()
    assert await ending == (4429, "rate")
    assert robot.commands == []


async def test_commands_of_a_lost_connection_move_nothing_on_the_next(gateway, robot):
    first = await gateway.teleop()
    await first.arm()
    await first.connection.close()
    before = len(robot.commands)
    second = await gateway.teleop()
    for _ in range(100):
        await second.drive()
    assert (await second.until(Ack, ack=second.seq)).status is AckStatus.NOT_ARMED
    assert len(robot.commands) == before


class QueueingClient:
    """A client that knows nothing of safety: what it makes while it is offline it queues.

    It makes a command each 20 ms whether there is a connection or not, and sends all that it has
    as soon as there is one.
    """

    def __init__(self, gateway, eventually, *, arms_again):
        self._gateway = gateway
        self._eventually = eventually
        self._arms_again = arms_again
        self.online = asyncio.Event()
        self.teleops = []
        self.flushed = 0

    async def run(self):
        queue = collections.deque(maxlen=1000)
        making = asyncio.ensure_future(self._make(queue))
        try:
            while await self.online.wait():
                teleop = await self._gateway.teleop()
                self.teleops.append(teleop)
                with contextlib.suppress(ConnectionClosed):
                    await self._serve(teleop, queue)
        finally:
            making.cancel()

    async def _make(self, queue):
        for count in itertools.count():
            made = (Ping, ()) if count % 25 == 0 else (Command, (FORWARD,))
            queue.append((round(time.time() * 1e6), *made))
            await asyncio.sleep(0.02)

    async def _serve(self, teleop, queue):
        reading = asyncio.ensure_future(teleop.end())
        if self._arms_again or len(self.teleops) == 1:
            await self._eventually(lambda: teleop.seen)
            for make, args in (Ping, ()), (Command, (Twist(),)), (Arm, (teleop.seen[0].session,)):
                await teleop.send(make, *args, **({"clear_safe_stop": True} if make is Arm else {}))
        self.flushed = len(queue)
        try:
            while not reading.done():
                while queue:
                    ts_us, make, args = queue.popleft()
                    teleop.seq += 1
                    frame = make(teleop.seq, ts_us, *args)
                    await teleop.connection.send(teleop.codec.encode(write_client_frame(frame)))
                await asyncio.sleep(0.002)
        finally:
            reading.cancel()

    def cut(self):
        """Pull the cable."""
        self.online.clear()
        self.teleops[-1].connection.transport.abort()


async def test_r13_fifty_connections_that_drive_without_arming_move_nothing(gateway, robot):
    for _ in range(50):
        teleop = await gateway.teleop()
        await teleop.send(Ping)
        await teleop.drive(Twist())
        for _ in range(5):
            await teleop.drive()
        assert (await teleop.until(Ack, ack=teleop.seq)).status is AckStatus.NOT_ARMED
        await teleop.connection.close()
    assert not any(any(each.twist.linear) for each in robot.commands)


async def test_r29_ten_stops_a_second_are_obeyed_while_commands_flood_in(
    gateway, robot, eventually
):
    await (await gateway.teleop()).arm()
    bystander = await gateway.teleop(role=Role.MAINTAINER)
    for count in range(1, 11):
        for _ in range(20):
            await bystander.drive()
        await bystander.send(Stop, f"{count}")
        told = time.monotonic()
        await eventually(lambda count=count: len(robot.stops) >= count)
        assert time.monotonic() - told < 0.1
        await asyncio.sleep(0.1)


async def test_r30_a_recorded_session_moves_nothing_when_it_is_sent_again(gateway, robot):
    recorded = []

    class Recorder:
        def __init__(self, connection):
            self._connection = connection

        def __getattr__(self, name):
            return getattr(self._connection, name)

        async def send(self, message):
            recorded.append(message)
            await self._connection.send(message)

    first = await gateway.teleop()
    first.connection = Recorder(first.connection)
    await first.arm()
    for _ in range(20):
        await first.drive_and_ack()
    await first.drive_and_ack(Twist())
    await first.connection.close()
    moved = sum(any(each.twist.linear) for each in robot.commands)
    assert moved == 20

    again = await gateway.teleop()
    await again.until(Hello)
    for message in recorded:
        await again.connection.send(message)
    assert (await again.until(Err)).code == "bad_session"
    await again.until(Ack, ack=first.seq)
    assert sum(any(each.twist.linear) for each in robot.commands) == moved


@pytest.mark.parametrize("arms_again", [False, True], ids=["sends only", "arms again at once"])
async def test_what_an_unmodified_client_queued_for_2_seconds_offline_moves_nothing(
    gateway, robot, eventually, arms_again
):
    client = QueueingClient(gateway, eventually, arms_again=arms_again)
    running = asyncio.ensure_future(client.run())
    client.online.set()
    await eventually(lambda: robot.moving)
    client.cut()
    await eventually(lambda: robot.stops)
    assert [reason for _, reason in robot.stops] == ["disconnected"]
    await asyncio.sleep(2.0)  # offline, that is the point
    back = time.time()
    robot.commands.clear()
    client.online.set()
    await eventually(lambda: len(client.teleops) == 2 and client.teleops[1].seq > 150)
    seen = client.teleops[1].seen
    running.cancel()
    await asyncio.wait([running])

    assert client.flushed >= 90
    acks = [frame for frame in seen if isinstance(frame, Ack)]
    assert {ack.status for ack in acks[:80]} <= {
        AckStatus.STALE,
        AckStatus.NOT_ARMED,
        AckStatus.SAFE_STOP,
        AckStatus.RATE_LIMITED,
    }
    moving = [each for each in robot.commands if any(each.twist.linear)]
    assert bool(moving) is arms_again  # by what it made after it was back, and by nothing older
    assert all(each.stamp_unix_s > back - 0.1 for each in moving)


async def test_a_client_that_reads_nothing_is_let_go_and_the_robot_stopped(
    gateway, robot, eventually
):
    connection = await gateway.teleop()
    await connection.arm()
    await connection.drive_and_ack()
    connection.connection.transport.pause_reading()
    await eventually(lambda: robot.stops)
    await eventually(lambda: robot.released)
