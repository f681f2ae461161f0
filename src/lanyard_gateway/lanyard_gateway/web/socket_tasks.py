"""Small tools for the two directions of a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine


async def until_one_ends(*coroutines: Coroutine[object, object, object]) -> None:
    """Run all at once; when the first ends, cancel the others and wait for them.

    Raises what the first raised, if it did. Being cancelled cancels all.
    """
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
