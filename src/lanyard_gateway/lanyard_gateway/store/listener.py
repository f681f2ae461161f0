"""Hears from PostgreSQL which tasks other gateways have changed.

A thread and a connection of its own. What was announced while the connection was gone is lost;
``on_gap`` says so when it is there again. Callbacks come on the event loop.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

from sqlalchemy import Engine

from lanyard_gateway.store.sharing import CHANNEL

_log = logging.getLogger(__name__)

OnChange = Callable[[str, int], None]
OnGap = Callable[[], None]

_LOOK_UP_S = 0.2
"""How long the thread listens before it looks whether it is to end."""
_AGAIN_S = 0.5
"""How long it waits before it connects again."""


class Listener:
    """Tells ``on_change`` each task that another gateway than ``me`` changed, and its version."""

    def __init__(self, engine: Engine, me: str) -> None:
        self._engine = engine
        self._me = me
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, on_change: OnChange, on_gap: OnGap) -> None:
        """Begin; the running event loop is the one that is told."""
        loop = asyncio.get_running_loop()
        self._thread = threading.Thread(
            target=self._run, args=(loop, on_change, on_gap), name="task-news", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End; waits a moment for the thread."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, loop: asyncio.AbstractEventLoop, on_change: OnChange, on_gap: OnGap) -> None:
        while not self._stopping.is_set():
            try:
                self._listen(loop, on_change, on_gap)
            except RuntimeError:  # the loop has ended
                return
            except Exception as error:  # noqa: BLE001 - the thread's top level
                _log.warning("changes by other gateways are not heard: %s", error)
                self._stopping.wait(_AGAIN_S)

    def _listen(self, loop: asyncio.AbstractEventLoop, on_change: OnChange, on_gap: OnGap) -> None:
        with closing(self._engine.raw_connection()) as connection:
            driver: Any = connection.driver_connection
            driver.execute(f"LISTEN {CHANNEL}")
            loop.call_soon_threadsafe(on_gap)
            while not self._stopping.is_set():
                for heard in driver.notifies(timeout=_LOOK_UP_S):
                    holder, task_id, version = heard.payload.split(" ")
                    if holder != self._me:
                        loop.call_soon_threadsafe(on_change, task_id, int(version))
