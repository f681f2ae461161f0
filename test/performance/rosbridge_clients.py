"""Clients of a rosbridge server, in a process of their own.

    python rosbridge_clients.py round-trip COUNT SECONDS URL
    python rosbridge_clients.py read COUNT SECONDS URL TOPIC

``round-trip``: each publishes TwistStamped on /peer_inN at 100 Hz and gets it back on /peer_outN; a
JSON list of round trips in s, and how many were sent. ``read``: how many messages of a topic each
got, at 10 Hz.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

import uvloop
import websockets

_RATE_HZ = 100.0
_PERIOD_MS = 100
_TYPE = "geometry_msgs/msg/TwistStamped"
_DISCOVERY_S = 2.0


async def _round_trips(number: int, seconds: float, url: str) -> tuple[list[float], int]:
    trips: list[float] = []
    async with websockets.connect(url, compression=None, proxy=None) as socket:
        out = {"op": "subscribe", "topic": f"/peer_out{number}", "type": _TYPE}
        into = {"op": "advertise", "topic": f"/peer_in{number}", "type": _TYPE}
        await socket.send(json.dumps(out))
        await socket.send(json.dumps(into))
        await asyncio.sleep(_DISCOVERY_S)
        sent: dict[str, float] = {}

        async def read() -> None:
            async for message in socket:
                at = sent.pop(json.loads(message)["msg"]["header"]["frame_id"], None)
                if at is not None:
                    trips.append(time.monotonic() - at)

        reading = asyncio.create_task(read())
        due = time.monotonic()
        count = int(seconds * _RATE_HZ)
        for seq in range(count):
            twist = {"linear": {"x": 0.2}, "angular": {"z": 0.1}}
            message = {"header": {"frame_id": str(seq)}, "twist": twist}
            sent[str(seq)] = time.monotonic()
            await socket.send(
                json.dumps({"op": "publish", "topic": f"/peer_in{number}", "msg": message})
            )
            due = max(due + 1.0 / _RATE_HZ, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
        await asyncio.sleep(1.0)
        reading.cancel()
    return trips, count


async def _count(seconds: float, url: str, topic: str) -> int:
    frames = 0
    async with websockets.connect(url, compression=None, proxy=None) as socket:
        wish = {"op": "subscribe", "topic": topic, "throttle_rate": _PERIOD_MS, "queue_length": 1}
        await socket.send(json.dumps(wish))
        await socket.recv()
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0.0:
            try:
                await asyncio.wait_for(socket.recv(), left)
            except TimeoutError:
                break
            frames += 1
    return frames


async def _main(what: str, count: int, seconds: float, url: str, topic: str) -> None:
    if what == "read":
        print(
            json.dumps(await asyncio.gather(*(_count(seconds, url, topic) for _ in range(count))))
        )
        return
    each = await asyncio.gather(*(_round_trips(number, seconds, url) for number in range(count)))
    trips = [trip for found, _ in each for trip in found]
    print(json.dumps({"trips": trips, "sent": sum(sent for _, sent in each)}))


if __name__ == "__main__":
    given = sys.argv[1:]
    topic = given[4] if given[0] == "read" else ""
    uvloop.run(_main(given[0], int(given[1]), float(given[2]), given[3], topic))
