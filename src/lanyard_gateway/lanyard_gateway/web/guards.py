"""What goes on beside the requests as long as the gateway serves: files followed, sockets watched.

Started and stopped by the application's lifespan. Event loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import partial

from lanyard_gateway.doors import key_file, policy_file
from lanyard_gateway.web.audit_robots import audit_robots
from lanyard_gateway.web.context import DoorContext
from lanyard_gateway.web.open_sockets import OpenSockets

_log = logging.getLogger(__name__)

_Work = Callable[[], Coroutine[object, object, None]]

LAST_USE_PERIOD_S = 60.0


@contextlib.asynccontextmanager
async def on_guard(context: DoorContext, sockets: OpenSockets) -> AsyncIterator[None]:
    """Follow keys and policy, close sockets that they forbid, and log what the robots say."""
    loop = asyncio.get_running_loop()
    stop_listening = audit_robots(context.robots, context.audit)
    tasks = [loop.create_task(_logged(work)) for work in _works(context, sockets)]
    try:
        yield
    finally:
        stop_listening()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _logged(work: _Work) -> None:
    try:
        await work()
    except Exception:  # the top level of a task: what it guarded is open from now on
        _log.critical("a guard of the doors has ended; restart the gateway", exc_info=True)
        raise


def _works(context: DoorContext, sockets: OpenSockets) -> list[_Work]:
    settings, ring = context.settings, context.keyring
    works: list[_Work] = [partial(sockets.watch, context)]
    follow = {"period_s": settings.key_file_poll_s}
    if settings.key_file is not None:
        works.append(partial(key_file.follow, settings.key_file, ring, **follow))
        keep = context.last_use.keep
        works.append(partial(keep, settings.key_file, period_s=LAST_USE_PERIOD_S))
    if context.issuer_keys is not None:
        works.append(context.issuer_keys.follow)
    if settings.policy_file is not None:
        works.append(partial(policy_file.follow, settings.policy_file, ring, **follow))
    return works
