"""Telemetry readers that count what reaches them.

    python readers.py COUNT STALLED SECONDS SUBPROTOCOL KEY URL FIELDS

COUNT readers of one socket each, of which STALLED never read. A process of its own; prints a JSON
list with the frames that each healthy reader got in SECONDS, after all were connected. FIELDS,
unless empty, are the parts to ask for, separated by commas, in JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys

import uvloop
import websockets

_STALLED_BUFFER = 1
_CONNECTIONS_AT_ONCE = 10
_SETTLE_S = 1.0  # what came while others connected is not counted
_PAUSE_S = 0.2  # a key may make 100 requests a second


async def _open(
    url: str, key: str, subprotocol: str, *, stalled: bool, turn: asyncio.Semaphore
) -> websockets.ClientConnection:
    async with turn:
        await asyncio.sleep(_PAUSE_S)
        return await websockets.connect(
            url,
            subprotocols=[websockets.Subprotocol(subprotocol)],
            additional_headers={"Authorization": f"Bearer {key}"},
            compression=None,
            proxy=None,
            max_queue=_STALLED_BUFFER if stalled else 16,
        )


async def _count(socket: websockets.ClientConnection, frames: list[int], number: int) -> None:
    async for _ in socket:
        frames[number] += 1


async def _main(
    count: int, stalled: int, seconds: float, subprotocol: str, key: str, url: str, fields: str
) -> None:
    turn = asyncio.Semaphore(_CONNECTIONS_AT_ONCE)
    sockets = await asyncio.gather(
        *(
            _open(url, key, subprotocol, stalled=number < stalled, turn=turn)
            for number in range(count)
        )
    )
    if fields:
        wish = {"v": 1, "t": "sub", "seq": 1, "ts_us": 0, "fields": fields.split(",")}
        await asyncio.gather(*(socket.send(json.dumps(wish)) for socket in sockets))
    frames = [0] * (count - stalled)
    reading = [
        asyncio.create_task(_count(socket, frames, number))
        for number, socket in enumerate(sockets[stalled:])
    ]
    await asyncio.sleep(_SETTLE_S)
    before = tuple(frames)
    print("connected", flush=True)
    await asyncio.sleep(seconds)
    print(json.dumps([now - then for now, then in zip(frames, before, strict=True)]))
    for task in reading:
        task.cancel()


if __name__ == "__main__":
    uvloop.run(_main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), *sys.argv[4:8]))
