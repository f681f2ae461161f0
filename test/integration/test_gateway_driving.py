"""Clients drive the simulated robot through the gateway and the control node."""

import math
import signal

import pytest
import websockets

MOVED_M = 0.1
COMMAND = "/ws/command/arm-001"
APPLIED = {"ok", "clamped"}


@pytest.mark.parametrize("encoding", ["msgpack", "json", "cbor"])
async def test_commands_move_the_base_and_are_acknowledged_with_their_numbers(
    stack, drive, watch, encoding
):
    async with watch(stack) as robot, drive(stack, encoding) as driver:
        start = robot.position
        sent = await driver.drive(
            0.2, until=lambda: math.dist(robot.position, start) > MOVED_M, what="the base moved"
        )
        await driver.drive(0.0, until=lambda: robot.speed == 0.0, what="the base is at rest")
        # A computer that is held up may lose the older of two waiting commands, never many.
        await driver.until(
            lambda: len(set(sent) & set(driver.acks)) > 0.8 * len(sent), what="acknowledgements"
        )
    statuses = [driver.acks[seq]["st"] for seq in sent if seq in driver.acks]
    assert APPLIED & set(statuses)


async def test_a_packed_command_gets_a_packed_acknowledgement(stack, drive):
    async with drive(stack, "msgpack") as driver:
        seq = await driver.send_packed([0.0] * 6)
        await driver.until(lambda: seq in driver.acks, what="the acknowledgement")
        assert driver.acks[seq]["packed"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_the_robot_stops_and_stays_stopped_when_its_client_dies_or_hangs(
    stack, watch, client_that_drives, wait_until, number
):
    async with watch(stack) as robot:
        start = robot.position
        client = client_that_drives(stack)
        await wait_until(lambda: math.dist(robot.position, start) > MOVED_M, "the base moved")
        client.send_signal(number)
        await wait_until(lambda: robot.state == "safe_stop", "the robot has stopped")
        await wait_until(lambda: robot.speed == 0.0, "the base is at rest")


async def test_closing_the_socket_while_driving_stops_the_robot(stack, drive, watch, wait_until):
    async with watch(stack) as robot:
        async with drive(stack) as driver:
            await driver.drive(0.2, until=lambda: robot.speed > 0.1, what="the base moves")
        await wait_until(lambda: robot.state == "safe_stop", "the robot has stopped")
        await wait_until(lambda: robot.speed == 0.0, "the base is at rest")


async def test_a_stop_frame_stops_the_robot_until_it_is_reset(stack, drive, watch, wait_until):
    async with watch(stack) as robot, drive(stack) as driver:
        await driver.drive(0.2, until=lambda: robot.speed > 0.1, what="the base moves")
        await driver.send("stop", reason="test")
        await driver.until(lambda: not driver.is_armed(), what="disarmed")
        await wait_until(lambda: robot.state == "safe_stop", "the robot has stopped")
        with stack.client() as client:
            await wait_until(
                lambda: client.post("/api/v1/robots/arm-001/reset").status_code == 200, "reset"
            )
        await wait_until(lambda: robot.state == "ready", "the robot is ready")


async def test_anybody_who_may_stop_stops_a_robot_that_another_drives(
    stack, drive, watch, wait_until
):
    with stack.client(stack.make_key("viewer")) as viewer:
        await wait_until(lambda: viewer.get("/api/v1/whoami").status_code == 200, "a known key")
        async with watch(stack) as robot, drive(stack) as driver:
            await driver.drive(0.2, until=lambda: robot.speed > 0.1, what="the base moves")
            answer = viewer.post("/api/v1/robots/arm-001/stop", json={"reason": "I saw it"})
            assert answer.status_code in (200, 202)
            assert answer.json()["safety_rated"] is False
            await driver.until(lambda: not driver.is_armed(), what="disarmed")


async def test_a_second_driver_is_told_who_drives_and_moves_nothing(stack, drive):
    async with drive(stack) as first, drive(stack) as second:
        assert first.hello["lease"]["yours"]
        assert not second.hello["lease"]["yours"]
        assert second.hello["lease"]["holder"] == first.hello["lease"]["holder"]
        await second.send("arm", session=second.hello["session"], clear_safe_stop=False)
        await second.until(lambda: second.errors, what="the refusal")
        assert second.errors[0]["code"] == "lease_held"


async def test_arming_with_the_session_of_another_socket_is_refused(stack, drive):
    async with drive(stack) as driver:
        await driver.send("arm", session="of another socket", clear_safe_stop=False)
        await driver.until(lambda: driver.errors, what="the refusal")
        assert driver.errors[0]["code"] == "bad_session"


@pytest.mark.parametrize(
    ("frame", "names"),
    [
        ({"v": 1, "t": "ping", "seq": 50, "ts_us": 1, "turbo": True}, "turbo"),
        ({"v": 1, "t": "cmd", "seq": 50, "ts_us": 1, "twist": {}}, "linear"),
        ({"v": 1, "t": "fly", "seq": 50, "ts_us": 1}, "t must be one of"),
        ({"v": 1, "t": "ping", "seq": "fifty", "ts_us": 1}, "seq"),
    ],
)
async def test_a_frame_that_is_wrong_is_answered_with_what_is_wrong(stack, drive, frame, names):
    async with drive(stack) as driver:
        await driver.socket.send(driver.encode(frame))
        await driver.until(lambda: driver.errors, what="the error")
        assert driver.errors[0]["code"] == "bad_frame"
        assert names in driver.errors[0]["detail"]


async def test_bytes_that_are_no_frame_close_the_socket_when_they_go_on(stack, drive):
    async with drive(stack) as driver:
        for _ in range(5):
            await driver.socket.send(b"\xc1\xff")
        await driver.until_closed()
        assert driver.socket.close_code == 4400


async def test_text_on_a_binary_channel_is_answered_as_a_bad_frame(stack, drive):
    async with drive(stack, "msgpack") as driver:
        await driver.socket.send("{}")
        await driver.until(lambda: driver.errors, what="the error", or_closed=True)
        assert driver.errors or driver.socket.close_code == 1003


@pytest.mark.parametrize(
    ("path", "subprotocol", "key", "status", "code"),
    [
        ("/ws/command/arm-999", "lanyard.command.v1+json", None, 404, "not_found"),
        (COMMAND, "lanyard.command.v9", None, 400, "subprotocol_required"),
        (COMMAND, "lanyard.command.v1+json", "lyd_wrong", 401, "unauthenticated"),
    ],
)
async def test_a_socket_that_cannot_be_opened_says_why_as_a_request_would(
    stack, connect, path, subprotocol, key, status, code
):
    with pytest.raises(websockets.InvalidStatus) as caught:
        async with connect(stack, path, subprotocol, key=key):
            pass
    response = caught.value.response
    assert response.status_code == status
    assert f'"code":"{code}"'.encode() in response.body.replace(b" ", b"")


async def test_a_key_that_may_not_drive_cannot_open_the_command_socket(stack, connect, wait_until):
    key = stack.make_key("integrator")
    with stack.client(key) as client:
        await wait_until(lambda: client.get("/api/v1/whoami").status_code == 200, "a known key")
    with pytest.raises(websockets.InvalidStatus) as caught:
        async with connect(stack, COMMAND, "lanyard.command.v1+json", key=key):
            pass
    assert caught.value.response.status_code == 403
