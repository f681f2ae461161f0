"""The client's process: drives the robot with lanyard_client, as a person's program would.

    python -m fault_campaign.teleop URL ROBOT_ID          the key is in LANYARD_API_KEY

Reads one order a line from its standard input, ``{"order": 1, "linear": 0.25, "angular": 0.1}``,
which means: connect, clear what stands, arm, drive. That is the only way to be armed here. What
becomes of it is printed as JSON: ``driving``, or ``refused`` or ``stopped`` with the reason.
After a stop the connection stays, and is made again when it was lost, as lanyard_client does it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from lanyard_client.async_client import AsyncClient
from lanyard_client.errors import LanyardError

FOR_EVER_S = 86_400.0


async def main(url: str, robot_id: str) -> None:
    """Follow orders until the standard input ends."""
    orders = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    async with AsyncClient(url, api_key=os.environ["LANYARD_API_KEY"]) as client:
        next_order = asyncio.Event()
        driving: asyncio.Task[None] | None = None
        _say(0, "ready")
        while line := await orders.readline():
            if driving is not None:
                next_order.set()
                await driving
            next_order = asyncio.Event()
            driving = asyncio.create_task(
                _drive(client, robot_id, until=next_order, **json.loads(line))
            )


async def _drive(
    client: AsyncClient,
    robot_id: str,
    *,
    until: asyncio.Event,
    order: int,
    linear: float,
    angular: float,
) -> None:
    try:
        async with client.command_stream(robot_id, clear_safe_stop=True) as stream:
            stream.drive(linear, angular)
            _say(order, "driving")
            holding = asyncio.create_task(stream.hold(FOR_EVER_S))
            waiting = asyncio.create_task(until.wait())
            await asyncio.wait({holding, waiting}, return_when=asyncio.FIRST_COMPLETED)
            holding.cancel()
            if holding.done() and not holding.cancelled() and (error := holding.exception()):
                _say(order, "stopped", str(error))
            await waiting
    except LanyardError as error:
        _say(order, "refused", str(error))


def _say(order: int, what: str, why: str = "") -> None:
    print(json.dumps({"order": order, "what": what, "why": why}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
