"""Which run of a robot's task server it is that answers. Lives on the event loop."""

from __future__ import annotations

import asyncio

from lanyard_core.port import RobotPort, TaskServer
from lanyard_gateway.dispatch.shop import Shop


async def presented_server(port: RobotPort, shop: Shop) -> TaskServer | None:
    """The task server that has answered; None when it does not say which it is.

    After a start of the gateway its name may arrive later than its answer, and is waited for.
    """
    for _ in range(round(shop.settings.presentation_s / shop.settings.poll_s)):
        if port.task_server() is not None:
            break
        await asyncio.sleep(shop.settings.poll_s)
    return port.task_server()
