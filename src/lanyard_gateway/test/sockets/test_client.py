"""The Python client against the real gateway: drives, stops, watches, and connects again."""

import asyncio
import statistics
import time
from itertools import pairwise

import pytest

from lanyard_client import (
    AsyncClient,
    Client,
    ConnectionLost,
    LeaseHeld,
    NotArmed,
    RequestFailed,
    Unreachable,
)
from lanyard_core.access.scopes import Role
from lanyard_core.events.news import EventType, News
from lanyard_core.safety.states import State
from lanyard_core.stream.channel import Encoding


@pytest.fixture
def client(gateway):
    return client_of(gateway)


def client_of(gateway, role=Role.OPERATOR, kind=AsyncClient):
    return kind(gateway.http_url, api_key=gateway.keys[role].text)


def moving(robot):
    return [c for c in robot.commands if any(c.twist.linear) or any(c.twist.angular)]


def drop_connections(gateway):
    for connection in tuple(gateway.server.server_state.connections):
        connection.transport.abort()


@pytest.mark.parametrize("encoding", list(Encoding))
async def test_a_robot_is_driven_at_50_hz_and_left_at_rest(client, robot, encoding):
    async with client, client.command_stream("arm-001", encoding=encoding) as stream:
        assert stream.armed
        stream.drive(linear=0.2, angular=0.1)
        while len(moving(robot)) < 50:
            await stream.hold(0.2)
    made_s = [command.stamp_unix_s for command in moving(robot)]
    gaps_s = [later - earlier for earlier, later in pairwise(made_s)]
    # The pace, whatever the machine may have held up in between.
    assert statistics.median(gaps_s) == pytest.approx(1 / 50, rel=0.3)
    assert robot.commands[-1].twist.linear == (0.0, 0.0, 0.0)
    assert robot.stops == []
    assert robot.released == [1001]


async def test_every_command_is_acknowledged(client, robot):
    async with client, client.command_stream("arm-001") as stream:
        stream.drive(linear=0.2)
        await stream.hold(0.5)
        figures = stream.figures
        assert figures.applied > 10
        assert figures.sent - figures.applied - figures.refused < 15
        assert 0 < figures.round_trip_s < 1.0


async def test_a_program_that_fails_stops_the_robot_latched(client, robot):
    async def program():
        async with client, client.command_stream("arm-001") as stream:
            stream.drive(linear=0.2)
            await stream.hold(0.1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await program()
    assert [reason for _, reason in robot.stops] == [
        "client_stop: the program failed: ZeroDivisionError"
    ]


async def test_a_stop_that_stands_is_cleared_only_when_asked(client, robot):
    robot.becomes(State.SAFE_STOP)
    async with client:
        with pytest.raises(NotArmed, match="SAFE_STOP: reset it first"):
            async with client.command_stream("arm-001"):
                pass
        async with client.command_stream("arm-001", clear_safe_stop=True) as stream:
            assert stream.armed


async def test_a_robot_that_is_stopped_by_somebody_else_ends_the_hold(client, robot):
    async with client, client.command_stream("arm-001") as stream:
        stream.drive(linear=0.2)
        asyncio.get_running_loop().call_later(0.2, robot.becomes, State.SAFE_STOP)
        began = time.monotonic()
        with pytest.raises(NotArmed, match="takes no motion now"):
            await stream.hold(5.0)
        assert time.monotonic() - began < 2.0


async def test_a_robot_that_somebody_else_drives_is_not_taken(gateway, client):
    other = client_of(gateway, Role.MAINTAINER)
    async with client, other, client.command_stream("arm-001"):
        with pytest.raises(LeaseHeld, match="key:"):
            async with other.command_stream("arm-001"):
                pass


@pytest.mark.parametrize(
    ("robot_id", "role", "code"),
    [("nobody", Role.OPERATOR, "not_found"), ("arm-001", Role.VIEWER, "forbidden")],
)
async def test_a_refused_stream_says_why(gateway, robot_id, role, code):
    async with client_of(gateway, role) as client:
        with pytest.raises(RequestFailed, match=code):
            async with client.command_stream(robot_id):
                pass


async def test_a_gateway_that_is_not_there_is_named():
    async with AsyncClient("http://127.0.0.1:9", api_key="none") as client:
        with pytest.raises(Unreachable, match=r"no gateway answers at http://127.0.0.1:9"):
            async with client.command_stream("arm-001"):
                pass


async def test_after_a_lost_connection_nothing_moves_until_armed_and_told_again(
    gateway, client, robot, eventually
):
    async with client, client.command_stream("arm-001") as stream:
        stream.drive(linear=0.2)
        await stream.hold(0.1)
        lost = time.monotonic()
        drop_connections(gateway)
        with pytest.raises(NotArmed):
            await stream.hold(5.0)
        await eventually(lambda: robot.stops)
        before = len(moving(robot))
        await eventually(lambda: robot.grants == 2)
        assert 0.7 < time.monotonic() - lost < 4.0
        with pytest.raises(NotArmed):
            stream.drive(linear=0.2)
        await stream.arm(clear_safe_stop=True)
        await asyncio.sleep(0.2)
        assert len(moving(robot)) == before
        stream.drive(linear=0.2)
        await eventually(lambda: len(moving(robot)) > before)


async def test_a_connection_that_was_taken_away_for_good_is_not_made_again(gateway, client, robot):
    async with client, client.command_stream("arm-001") as stream:
        (served,) = [c for c in gateway.server.server_state.connections if is_socket(c)]
        served.conn.send_close(4403, "forbidden")
        served.transport.write(b"".join(served.conn.data_to_send()))
        with pytest.raises(ConnectionLost, match="forbidden"):
            await stream.hold(5.0)
        with pytest.raises(ConnectionLost):
            stream.drive(linear=0.2)


def is_socket(connection):
    return hasattr(connection, "conn") and hasattr(connection.conn, "send_close")


async def test_telemetry_comes_as_an_endless_iterator(client):
    async with client:
        frames = client.telemetry("arm-001", fields=["safety"], rate_hz=50)
        seen = [frame async for frame, _ in zip_async(frames, range(5))]
        await frames.aclose()
    assert all(frame.robot_id == "arm-001" and frame.online for frame in seen)
    assert [frame.values["safety"]["state"] for frame in seen] == ["ready"] * 5
    assert seen[-1].unix_s > seen[0].unix_s


async def test_without_a_name_every_robot_is_watched(client):
    async with client:
        frames = client.telemetry(fields=["joint_state"], single_floats=True)
        frame = await anext(frames)
        await frames.aclose()
    assert (frame.robot_id, set(frame.values)) == ("arm-001", {"joint_state"})


async def zip_async(frames, numbers):
    for number in numbers:
        yield await anext(frames), number


async def test_telemetry_goes_on_after_a_lost_connection(gateway, client):
    async with client:
        frames = client.telemetry("arm-001", encoding=Encoding.JSON)
        await anext(frames)
        drop_connections(gateway)
        frame = await asyncio.wait_for(anext(frames), 5)
        while frame.dropped:
            frame = await asyncio.wait_for(anext(frames), 5)
        await frames.aclose()


@pytest.mark.parametrize("encoding", list(Encoding))
async def test_events_go_on_behind_the_last_one_after_a_lost_connection(
    gateway, client, robot, encoding
):
    hub = gateway.server.config.app.state.context.events
    async with client:
        events = client.events(types=["task.*"], encoding=encoding)
        first = asyncio.ensure_future(anext(events))
        while not first.done():  # until somebody listens
            hub.publish(News(EventType.TASK_QUEUED, robot_id="arm-001", task_id="t-1"))
            await asyncio.sleep(0.02)
        drop_connections(gateway)
        hub.publish(News(EventType.ROBOT_OFFLINE, robot_id="arm-001"))
        hub.publish(News(EventType.TASK_SUCCEEDED, robot_id="arm-001", task_id="t-1"))
        seen = [await first]
        while seen[-1].type != "task.succeeded":
            seen.append(await asyncio.wait_for(anext(events), 5))
        await events.aclose()
    assert {event.type for event in seen} == {"task.queued", "task.succeeded"}
    ids = [event.id for event in seen]
    assert ids == sorted(set(ids))


async def test_telemetry_that_cannot_be_had_is_refused(client):
    async with client:
        with pytest.raises(RequestFailed, match="rate_needs_binary"):
            await anext(client.telemetry("arm-001", rate_hz=50, encoding=Encoding.JSON))
        with pytest.raises(RequestFailed, match="not_found"):
            await anext(client.telemetry("nobody"))


async def test_a_script_drives_and_watches_without_async(gateway, robot):
    def script():
        with client_of(gateway, kind=Client) as client:
            with client.command_stream("arm-001") as stream:
                stream.drive(linear=0.2)
                stream.hold(0.3)
                assert stream.armed
                assert stream.figures.applied > 0
            frames = client.telemetry("arm-001")
            state = next(frames).values["safety"]["state"]
            frames.close()
            return state, client.robot_status("arm-001").online

    assert await asyncio.to_thread(script) == ("ready", True)
    assert len(moving(robot)) > 3
    assert robot.stops == []


async def test_a_script_that_fails_stops_the_robot(gateway, robot):
    def script():
        with client_of(gateway, kind=Client) as client, client.command_stream("arm-001") as stream:
            stream.drive(linear=0.2)
            stream.hold(0.1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await asyncio.to_thread(script)
    assert len(robot.stops) == 1
