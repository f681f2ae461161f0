"""A teleop client as a process of its own, to be killed: arms, then drives on for ever.

    python client_that_drives.py URI KEY

Reads nothing but what it needs to arm; prints one line once it is armed.
"""

import asyncio
import itertools
import json
import sys
import time

import websockets

SPEED_MPS = 0.2
RATE_HZ = 50.0


def command(seq, speed):
    axes = {"x": 0.0, "y": 0.0, "z": 0.0}
    return {"v": 1, "t": "cmd", "seq": seq, "ts_us": time.time_ns() // 1000,
            "twist": {"linear": {**axes, "x": speed}, "angular": axes}}  # fmt: skip


def other(kind, seq, **fields):
    return {"v": 1, "t": kind, "seq": seq, "ts_us": time.time_ns() // 1000, **fields}


async def read(socket, state):
    async for message in socket:
        frame = json.loads(message)
        if frame["t"] == "hello":
            state["session"] = frame["session"]
        elif frame["t"] == "state":
            if frame["armed"] and not state["armed"]:
                print("armed", flush=True)
            state["armed"] = frame["armed"]


async def main(uri, key):
    state = {"session": "", "armed": False}
    async with websockets.connect(
        uri,
        subprotocols=["lanyard.command.v1+json"],
        additional_headers={"Authorization": f"Bearer {key}"},
        proxy=None,
    ) as socket:
        reading = asyncio.ensure_future(read(socket, state))
        seq = itertools.count(1)
        for count in itertools.count():
            frames = [command(next(seq), SPEED_MPS if state["armed"] else 0.0)]
            if count % 25 == 0:
                frames.append(other("ping", next(seq)))
            if count % 25 == 5 and not state["armed"]:
                session = state["session"]
                frames.append(other("arm", next(seq), session=session, clear_safe_stop=True))
            for frame in frames:
                await socket.send(json.dumps(frame))
            await asyncio.sleep(1.0 / RATE_HZ)
        await reading


asyncio.run(main(*sys.argv[1:]))
