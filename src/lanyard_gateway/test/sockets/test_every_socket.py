"""Every socket, opened with every role, against the table in docs/access.md."""

from __future__ import annotations

import pytest
from websockets.exceptions import InvalidStatus

from lanyard_core.access.scopes import Role
from lanyard_core.stream.channel import Channel, subprotocols

PROTOCOLS = [name for channel in Channel for name in subprotocols(channel)]


@pytest.mark.parametrize("role", [None, *Role])
async def test_every_socket_lets_in_exactly_those_of_its_row(gateway, door_table, role):
    doors = {door: row for door, row in door_table.items() if door.startswith("WS ")}
    assert doors
    for door, row in doors.items():
        path = door.removeprefix("WS ").format(robot_id="arm-001")
        try:
            socket = await gateway.connect(path, role=role, subprotocols=PROTOCOLS)
            await socket.close()
            status = 101
        except InvalidStatus as refusal:
            status = refusal.response.status_code
        expected = {101} if (role or "nobody") in row.opens_to else {403 if role else 401}
        assert status in expected, (door, role)
