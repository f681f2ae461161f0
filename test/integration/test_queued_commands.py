"""Commands that a client queued while it was offline, against the whole robot."""

import asyncio
import time

FORWARD = {"linear": {"x": 0.2}, "angular": {}}
RATE_HZ = 50.0


async def test_two_seconds_of_queued_commands_move_nothing_even_if_the_client_arms_first(
    ready_stack, drive, watch, wait_until
):
    async with watch(ready_stack) as robot:
        async with drive(ready_stack) as driver:
            await driver.drive(0.2, until=lambda: robot.speed > 0.1, what="the robot drives")
            driver.socket.transport.abort()  # the cable is pulled
            await driver.until_closed()
        queued = []
        for _ in range(round(2.0 * RATE_HZ)):  # and the client goes on making commands
            queued.append(time.time_ns() // 1000)
            await asyncio.sleep(1.0 / RATE_HZ)
        await wait_until(lambda: robot.speed < 0.001, "the robot stands")
        assert robot.state == "safe_stop"
        async with drive(ready_stack) as driver:
            await driver.drive(0.0, until=lambda: True, what="armed again")
            before = robot.position
            asked = [await driver.send_made_at(ts, "cmd", twist=FORWARD) for ts in queued]
            await driver.until(lambda: set(asked) <= set(driver.acks), what="all are answered")
            await asyncio.sleep(0.5)  # the robot would have moved by now
            assert {driver.acks[seq]["st"] for seq in asked} <= {"stale", "safe_stop", "not_armed"}
            assert robot.position == before
            assert robot.speed == 0.0
