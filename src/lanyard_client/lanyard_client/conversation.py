"""One command connection: sends what its pilot has due, and tells it what comes back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from websockets.asyncio.client import ClientConnection

from lanyard_client.news import News, end
from lanyard_client.pilot import Pilot
from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.client_frames import write_client_frame
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.frames import Hello, ServerFrame
from lanyard_core.stream.plain import FROM_SERVER, Codec
from lanyard_core.stream.server_frames import read_server_frame


async def converse(
    connection: ClientConnection,
    pilot: Pilot,
    *,
    encoding: Encoding,
    wake: News,
    heard: Callable[[ServerFrame], None],
) -> None:
    """Go on until the connection ends, which is raised.

    ``wake`` says that the pilot has something that cannot wait for its turn; ``heard`` is told
    every frame, after the pilot.
    """
    codec = CODECS[encoding]
    writer = asyncio.get_running_loop().create_task(_write(connection, pilot, codec, wake))
    try:
        while True:
            value = codec.decode(await connection.recv(), limits=FROM_SERVER)
            frame = read_server_frame(value)
            if frame is None:
                continue
            pilot.frame_received(time.monotonic(), frame)
            heard(frame)
            if isinstance(frame, Hello):
                wake.send()
    finally:
        await end(writer)


async def _write(connection: ClientConnection, pilot: Pilot, codec: Codec, wake: News) -> None:
    while True:
        for frame in pilot.due(time.monotonic()):
            plain = write_client_frame(frame, frames=pilot.frames_of_reference)
            await connection.send(codec.encode(plain))
        due = pilot.next_deadline()
        await wake.wait(None if due is None else max(0.0, due - time.monotonic()))
