"""Keeps a command connection: makes it, speaks for its pilot, and makes it again when it is lost.

Each connection has a pilot of its own, so that what was asked of one never goes out on the next.
The first connection must succeed; later ones are tried for as long as trying can help.
"""

from __future__ import annotations

import asyncio
import time

from websockets.asyncio.client import ClientConnection

from lanyard_client.conversation import converse
from lanyard_client.endpoint import Endpoint
from lanyard_client.errors import LanyardError
from lanyard_client.news import News, end
from lanyard_client.pilot import Pilot
from lanyard_client.redial import Redial
from lanyard_client.sockets import is_hopeless, open_socket
from lanyard_core.stream.channel import Channel, Encoding


class Upkeep:
    """One at a time for each stream. ``pilot`` is None while there is no connection.

    ``failure`` is what ended it for good, ``trouble`` what happened last, in words; ``news`` tells
    that something of this may have changed.
    """

    def __init__(
        self, endpoint: Endpoint, path: str, *, rate_hz: float, encoding: Encoding
    ) -> None:
        self.news = News()
        self.pilot: Pilot | None = None
        self.failure: LanyardError | None = None
        self.trouble = "not connected yet"
        self._endpoint = endpoint
        self._path = path
        self._rate_hz = rate_hz
        self._encoding = encoding
        self._wake = News()
        self._runner: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Start to connect."""
        self._runner = asyncio.get_running_loop().create_task(self._run())

    def hurry(self) -> None:
        """The pilot has something to send that cannot wait for its turn."""
        self._wake.send()

    async def end(self) -> None:
        """Close the connection and make no other."""
        if self._runner is not None:
            await end(self._runner)

    async def _run(self) -> None:
        redial = Redial()
        was_connected = False
        while self.failure is None:
            try:
                async with open_socket(
                    self._endpoint, self._path, channel=Channel.COMMAND, encoding=self._encoding
                ) as connection:
                    was_connected = True
                    redial.linked()
                    await self._converse(connection)
            except LanyardError as error:
                self._lost(error, final=is_hopeless(error) or not was_connected)
            except Exception as error:  # noqa: BLE001  the top level: whoever waits must hear of it
                self._lost(LanyardError(f"internal error: {error!r}"), final=True)
            if self.failure is None:
                await redial.wait()

    def _lost(self, error: LanyardError, *, final: bool) -> None:
        self.pilot = None
        self.trouble = str(error)
        if final:
            self.failure = error
        self.news.send()

    async def _converse(self, connection: ClientConnection) -> None:
        now = time.monotonic()
        pilot = self.pilot = Pilot(
            now=now,
            unix_offset_s=time.time() - now,
            rate_hz=self._rate_hz,
            packed=not self._encoding.is_text,
        )
        await converse(
            connection,
            pilot,
            encoding=self._encoding,
            wake=self._wake,
            heard=lambda _: self.news.send(),
        )
