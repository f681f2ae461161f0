"""A credential that ends ends its sockets, within a second, and stops the robot that they drive."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from lanyard_core.access.built_in import BUILT_IN_POLICY
from lanyard_core.access.patterns import Patterns
from lanyard_core.access.scopes import Role
from lanyard_core.safety.states import State

DEADLINE_S = 1.0
LIFE_S = 2.0
"""How long a key has left: a slow machine must open a socket with it in that time."""

TELEMETRY = ["lanyard.telemetry.v1+json"]


def without(ring, role: Role) -> None:
    ring.replace(record for record in ring.records() if record.role != role)


async def ends(teleop) -> tuple[tuple[int, str], float]:
    began_s = time.monotonic()
    end = await teleop.end()
    return end, time.monotonic() - began_s


async def test_revoking_a_key_closes_its_socket_and_stops_the_robot_it_drives(gateway, robot):
    teleop = await gateway.teleop()
    await teleop.arm()
    await teleop.drive_and_ack()
    without(gateway.keyring, Role.OPERATOR)
    end, took_s = await ends(teleop)
    assert end == (4401, "auth_expired")
    assert took_s < DEADLINE_S
    assert robot.safety.state is State.SAFE_STOP
    assert robot.stops


async def test_it_stops_also_when_the_client_does_not_answer_the_close(gateway, robot, eventually):
    teleop = await gateway.teleop()
    await teleop.arm()
    await teleop.drive_and_ack()
    teleop.connection.transport.pause_reading()
    began_s = time.monotonic()
    without(gateway.keyring, Role.OPERATOR)
    await eventually(lambda: robot.safety.state is State.SAFE_STOP)
    assert time.monotonic() - began_s < DEADLINE_S
    teleop.connection.transport.abort()


async def test_other_keys_keep_their_sockets(gateway):
    watcher = await gateway.connect(
        "/ws/telemetry/arm-001", role=Role.VIEWER, subprotocols=TELEMETRY
    )
    without(gateway.keyring, Role.OPERATOR)
    await asyncio.sleep(0)
    assert await asyncio.wait_for(watcher.recv(), DEADLINE_S)
    gateway.sockets.judge(time.time())
    assert await asyncio.wait_for(watcher.recv(), DEADLINE_S)


async def test_a_key_that_expires_ends_its_socket_at_that_moment(gateway):
    ring = gateway.keyring
    soon = time.time() + LIFE_S
    ring.replace(replace(record, expires_unix_s=soon) for record in ring.records())
    teleop = await gateway.teleop()
    end, took_s = await ends(teleop)
    assert end == (4401, "auth_expired")
    assert took_s < LIFE_S + DEADLINE_S


async def test_a_role_that_loses_the_scope_loses_the_socket(gateway, robot):
    teleop = await gateway.teleop()
    await teleop.arm()
    gateway.keyring.adopt(replace(BUILT_IN_POLICY, roles={
        **BUILT_IN_POLICY.roles, "operator": BUILT_IN_POLICY.role("viewer"),
    }))  # fmt: skip
    assert (await teleop.end())[0] == 4403


async def test_a_key_that_loses_the_robot_loses_the_socket(gateway):
    teleop = await gateway.teleop()
    ring = gateway.keyring
    other = Patterns.of(["amr-*"])
    ring.replace(replace(record, robots=other) for record in ring.records())
    assert (await teleop.end())[0] == 4403


async def test_a_policy_that_changes_nothing_for_a_socket_leaves_it_open(gateway, robot):
    teleop = await gateway.teleop()
    await teleop.arm()
    slower = replace(BUILT_IN_POLICY.role("operator"), requests_per_s=1)
    gateway.keyring.adopt(replace(BUILT_IN_POLICY, roles={"operator": slower}))
    gateway.sockets.judge(time.time())
    assert (await teleop.drive_and_ack()).status.name == "OK"


async def test_the_register_forgets_sockets_that_are_over(gateway, eventually):
    socket = await gateway.connect(
        "/ws/telemetry/arm-001", role=Role.VIEWER, subprotocols=TELEMETRY
    )
    assert len(gateway.sockets) == 1
    await socket.close()
    await eventually(lambda: len(gateway.sockets) == 0)
