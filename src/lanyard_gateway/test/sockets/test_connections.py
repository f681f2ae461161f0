"""Clients that drip, clients that are many, and heads that are too large, on a real server."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from websockets.exceptions import InvalidStatus

from lanyard_core.access.scopes import Role
from lanyard_gateway.web.connections import ConnectionLimits
from lanyard_gateway.web.http_connection import MAX_HEAD_BYTES
from lanyard_gateway.web.settings import WebSettings

DEADLINE_S = 10.0
LIMITS = ConnectionLimits(most=12, most_per_address=8, head_s=0.5, body_s=1.0, taking_s=1.0)


@pytest.fixture
def web_settings(web_settings: WebSettings) -> WebSettings:
    return replace(web_settings, connections=LIMITS)


class Raw:
    """A connection on which a test writes what it wants."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def answer(self) -> tuple[int, dict]:
        """Status and body of the next answer."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), DEADLINE_S)
        fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:-2])
        body = await self.reader.readexactly(int(fields[b"content-length"]))
        return int(head.split()[1]), json.loads(body)

    async def is_closed(self) -> bytes:
        """Wait until the server has closed; what it had still sent."""
        try:
            return await asyncio.wait_for(self.reader.read(), DEADLINE_S)
        except ConnectionResetError:
            return b""


@pytest.fixture
async def raw(gateway):
    """Opens connections; they are closed when the test ends."""
    port = int(gateway.url.rpartition(":")[2])
    opened = []

    async def connect() -> Raw:
        connection = Raw(*await asyncio.open_connection("127.0.0.1", port))
        opened.append(connection)
        return connection

    yield connect
    for connection in opened:
        connection.writer.close()


HEALTH = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"


def post(gateway, path: str, *, length: int) -> bytes:
    key = gateway.keys[Role.OPERATOR].text
    return (
        f"POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    ).encode()


async def test_a_connection_that_says_nothing_is_told_so_and_closed(raw):
    connection = await raw()
    status, body = await connection.answer()
    assert (status, body["code"], body["retryable"]) == (408, "request_timeout", True)
    assert await connection.is_closed() == b""


async def test_a_head_that_drips_is_cut_off_however_steadily_it_does(raw):
    connection = await raw()

    async def drip() -> None:
        for byte in HEALTH[:-4] + b"\r\nx-filler: " + b"a" * 1000:
            connection.send(bytes([byte]))
            await asyncio.sleep(0.02)

    dripping = asyncio.ensure_future(drip())
    status, body = await connection.answer()
    dripping.cancel()
    assert (status, body["code"]) == (408, "request_timeout")


async def test_a_body_that_drips_is_cut_off(raw, gateway):
    connection = await raw()
    connection.send(post(gateway, "/api/v1/robots/arm-001/reset", length=1000) + b"{")
    connection2 = await raw()
    connection2.send(post(gateway, "/api/v1/tasks", length=1000) + b"{")
    for each in (connection, connection2):
        assert b" 408 " in await each.is_closed()


async def test_a_stop_does_not_wait_for_a_body_that_drips(raw, gateway, robot):
    connection = await raw()
    connection.send(post(gateway, "/api/v1/robots/arm-001/stop", length=1000) + b"{")
    assert (await connection.answer())[0] == 200
    assert robot.stops
    await connection.is_closed()


async def test_the_second_request_of_a_connection_has_its_deadline_too(raw):
    connection = await raw()
    connection.send(HEALTH)
    assert (await connection.answer())[0] == 200
    await asyncio.sleep(LIMITS.head_s + 0.6)  # to rest is no fault ...
    connection.send(HEALTH[:10])  # ... to begin and not to go on is
    assert (await connection.answer())[0] == 408


@pytest.mark.parametrize(("size", "status"), [(MAX_HEAD_BYTES, 200), (MAX_HEAD_BYTES + 1, 431)])
async def test_a_head_may_have_so_many_bytes_and_no_more(raw, size, status):
    connection = await raw()
    filler = b"x-filler: "
    spare = size - len("/healthz") - len("host: x\r\n") - len(filler) - len("\r\n")
    lines = HEALTH[:-2] + filler + b"a" * spare + b"\r\n\r\n"
    connection.send(lines)
    answered, body = await connection.answer()
    assert answered == status
    if status == 431:
        assert body["code"] == "headers_too_large"
        assert await connection.is_closed() == b""


async def test_a_head_without_an_end_is_refused_before_it_fills_memory(raw):
    connection = await raw()
    connection.send(HEALTH[:-2] + b"x-filler: " + b"a" * (2 * MAX_HEAD_BYTES))
    assert (await connection.answer())[0] == 431


async def test_what_is_no_http_is_answered_as_a_problem(raw):
    connection = await raw()
    connection.send(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n")
    status, body = await connection.answer()
    assert (status, body["code"], body["status"]) == (400, "bad_request", 400)


async def test_one_address_fills_only_its_share_and_the_newest_gets_in(raw, gateway):
    for _ in range(LIMITS.most_per_address + 20):
        await raw()
    last = await raw()
    last.send(HEALTH)
    assert (await last.answer())[0] == 200


async def test_a_newcomer_is_turned_away_when_all_others_are_at_work(raw, gateway):
    wanted = {"subprotocols": ["lanyard.telemetry.v1+json"], "role": Role.VIEWER}
    for _ in range(LIMITS.most_per_address):
        await gateway.connect("/ws/telemetry/arm-001", **wanted)
    connection = await raw()
    status, body = await connection.answer()
    assert (status, body["code"], body["retryable"]) == (503, "too_many_connections", True)


async def test_a_socket_gives_its_place_back(raw, gateway, eventually):
    wanted = {"subprotocols": ["lanyard.telemetry.v1+json"], "role": Role.VIEWER}
    for _ in range(3 * LIMITS.most_per_address):
        socket = await gateway.connect("/ws/telemetry/arm-001", **wanted)
        await socket.close()


async def test_a_robot_is_driven_while_hundreds_drip(raw, gateway):
    teleop = await gateway.teleop()
    await teleop.arm()
    for _ in range(300):
        connection = await raw()
        connection.send(b"P")
    ack = await teleop.drive_and_ack()
    assert ack.ack == teleop.seq


@pytest.mark.parametrize("rates", [{"clock": lambda: 5.0}], indirect=True)  # it does not go on
async def test_a_socket_costs_one_request_and_too_many_are_told_when_to_come_back(gateway):
    policy = gateway.keyring.policy
    slow = replace(policy.roles["operator"], requests_per_s=1)
    gateway.keyring.adopt(replace(policy, roles={**policy.roles, "operator": slow}))
    wanted = {"subprotocols": ["lanyard.command.v1+json"]}
    await (await gateway.connect("/ws/command/arm-001", **wanted)).close()
    with pytest.raises(InvalidStatus) as refusal:
        await gateway.connect("/ws/command/arm-001", **wanted)
    refused = refusal.value.response
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert json.loads(refused.body)["code"] == "rate_limited"
