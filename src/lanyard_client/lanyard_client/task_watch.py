"""Watch one task: by asking again and again, so that it works wherever requests do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

from lanyard_client.errors import LanyardError
from lanyard_client.models import Task
from lanyard_client.redial import Redial
from lanyard_client.sockets import is_hopeless

POLL_S = 0.25


async def watch_task(ask: Callable[[], Awaitable[Task]]) -> AsyncGenerator[Task, None]:
    """The task that ``ask`` answers, each time it is another than before, until it has ended.

    A gateway that is gone for a while is asked again after 1, 2, 4, then 8 s. Raises what the
    first question raises, and what asking again cannot mend.
    """
    task = await ask()
    yield task
    redial = Redial()
    redial.linked()
    answered = True
    while not task.ended:
        await (asyncio.sleep(POLL_S) if answered else redial.wait())
        before = task
        try:
            task = await ask()
        except LanyardError as error:
            if is_hopeless(error):
                raise
            answered = False
            continue
        if not answered:
            redial.linked()
        answered = True
        if task != before:
            yield task
