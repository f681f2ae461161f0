"""Bad clients of the bridge for a while: its memory must not grow, nobody else may notice.

    python test/performance/rosbridge_soak.py --minutes 20

Clients that send nonsense, too much, pieces of messages or garbage, that come in hundreds, connect
by halves, never read, or leave without a word, again and again. A healthy one reads a topic at
100 Hz all the time. Prints the memory as it goes, and how long the machine stood still meanwhile; 1
at the end if in the second half of the time it grew by more than 1 MiB in ten minutes, or the
healthy client missed more than one message in a hundred.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import uvloop
from processes import Usage
from raw_socket import RawSocket, connect
from rosbridge_servers import Target, our_server, ros_process

_HERE = Path(__file__).parent
_RATE_HZ = 100.0
_WARM_UP = 0.5  # of the time: until what comes together by chance has come together once
_SAMPLE_S = 5.0
_MOST_GROWTH = 1024 * 1024 / 600.0  # bytes in a second
_LEAST_HEARD = 0.99
_CROWD = 200
_STRING = "std_msgs/msg/String"
_JOINTS = {"op": "subscribe", "topic": "/joints", "type": "sensor_msgs/msg/JointState"}
_PICTURE = {"op": "subscribe", "topic": "/picture", "type": "sensor_msgs/msg/Image"}

Misbehave = Callable[[Target, random.Random], Awaitable[None]]


async def _enter(target: Target) -> RawSocket:
    return await connect(target.url, target.headers)


async def nonsense(target: Target, chance: random.Random) -> None:
    """Texts that are no operations, and binary messages that are no CBOR."""
    socket = await _enter(target)
    words = ['{"op":"publish","topic":"/x","msg":', "[]", "{}", '{"op":"subscribe","topic":5}', ""]
    for _ in range(200):
        if chance.random() < 0.5:
            socket.send_text(chance.choice(words).encode())
        else:
            socket.send_binary(chance.randbytes(chance.randrange(100)))
    await asyncio.sleep(0.2)
    socket.transport.close()


async def garbage(target: Target, chance: random.Random) -> None:
    """What is no WebSocket frame at all."""
    socket = await _enter(target)
    socket.transport.write(chance.randbytes(4096))
    await _leave(socket, 2.0)


async def oversized(target: Target, _: random.Random) -> None:
    """A frame of which the head says that it is too large, and one that is."""
    for length in (2**62, 2 * 1024 * 1024):
        socket = await _enter(target)
        head = bytes([0x81, 0xFF]) + length.to_bytes(8, "big") + b"\0\0\0\0"
        socket.transport.write(head + b"x" * min(length, 2 * 1024 * 1024))
        await _leave(socket, 2.0)


async def bombs(target: Target, _: random.Random) -> None:
    """Pieces of messages that are never whole."""
    socket = await _enter(target)
    for number in range(100):
        data = "x" * 20_000
        socket.say(op="fragment", id=f"bomb{number}", num=0, total=1_000_000, data=data)
    await asyncio.sleep(0.2)
    socket.transport.abort()


async def crowd(target: Target, _: random.Random) -> None:
    """Two hundred at once, which read something and leave without a word."""
    sockets = await asyncio.gather(*(_enter(target) for _ in range(_CROWD)))
    for socket in sockets:
        socket.say(**_JOINTS)
    await asyncio.sleep(0.5)
    for socket in sockets:
        socket.transport.abort()


async def halves(target: Target, _: random.Random) -> None:
    """Connections that ask for half an upgrade."""
    host, port = target.url.removeprefix("ws://").split(":")
    writers = []
    for _ in range(20):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET / HTTP/1.1\r\nUpgrade: webso")
        writers.append(writer)
    await asyncio.sleep(1.0)
    for writer in writers:
        writer.close()


async def deaf(target: Target, _: random.Random) -> None:
    """Ask for the picture and never read, nor answer a ping."""
    socket = await _enter(target)
    socket.transport.pause_reading()  # type: ignore[attr-defined]
    socket.say(**_PICTURE)
    await asyncio.sleep(6.0)
    socket.transport.abort()


async def busy(target: Target, chance: random.Random) -> None:
    """Open and serve all there is, and leave it open."""
    socket = await _enter(target)
    for number in range(20):
        name = f"/busy{chance.randrange(20)}"
        socket.say(op="advertise", topic=name, type=_STRING)
        socket.say(op="publish", topic=name, msg={"data": "x" * 1000})
        socket.say(op="subscribe", topic=name, type=_STRING, compression="cbor")
        socket.say(op="call_service", id=str(number), service="/rosapi/topics", args={})
        socket.say(op="advertise_service", service=f"{name}/serve", type="std_srvs/srv/Trigger")
        socket.say(op="call_service", id=f"n{number}", service="/nobody", args={})
    await asyncio.sleep(0.5)
    socket.transport.abort()


_KINDS: tuple[Misbehave, ...] = (
    nonsense, garbage, oversized, bombs, crowd, halves, deaf, busy,
)  # fmt: skip


async def _leave(socket: RawSocket, within_s: float) -> None:
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(socket.over.wait(), within_s)
    socket.transport.abort()


async def soak(
    target: Target, seconds: float, seed: int, kinds: Sequence[Misbehave] = _KINDS
) -> bool:
    """Whether memory and the healthy client stayed as they should."""
    heard: list[float] = []
    healthy = await connect(target.url, target.headers, lambda _: heard.append(time.monotonic()))
    healthy.say(**_JOINTS)
    ends = time.monotonic() + seconds
    done: dict[str, int] = {}

    async def repeat(kind: Misbehave) -> None:
        chance = random.Random(f"{kind.__name__} {seed}")
        while time.monotonic() < ends:
            with contextlib.suppress(OSError, asyncio.TimeoutError):
                await kind(target, chance)
                done[kind.__name__] = done.get(kind.__name__, 0) + 1
            await asyncio.sleep(chance.uniform(0.2, 1.0))

    bad = [asyncio.ensure_future(repeat(kind)) for kind in kinds]
    await asyncio.sleep(_WARM_UP * seconds)
    start, before = time.monotonic(), len(heard)
    samples: list[tuple[float, int]] = []
    still_s = 0.0
    while time.monotonic() < ends:
        samples.append((time.monotonic() - start, Usage.of(target.pid).memory_bytes))
        print(f"{samples[-1][0]:6.0f} s {samples[-1][1] / 1e6:8.2f} MB", flush=True)
        asleep = time.monotonic()
        await asyncio.sleep(_SAMPLE_S)
        still_s += max(0.0, time.monotonic() - asleep - 2 * _SAMPLE_S)
    took = time.monotonic() - start
    share = (len(heard) - before) / took / _RATE_HZ
    longest = max(later - sooner for sooner, later in itertools.pairwise(heard))
    await asyncio.gather(*bad)
    growth = _slope(samples)
    print(json.dumps(done))
    print(f"memory: {growth * 600 / 2**20:+.2f} MiB in ten minutes, over {took:.0f} s")
    print(f"of these the machine stood still for {still_s:.0f} s")
    print(f"the healthy client heard {share:.1%}, at the longest {longest * 1e3:.0f} ms apart")
    return growth < _MOST_GROWTH and share >= _LEAST_HEARD and healthy.received > 0


def _slope(samples: list[tuple[float, int]]) -> float:
    """By least squares, in bytes a second."""
    count = len(samples)
    mean_t = sum(t for t, _ in samples) / count
    mean_m = sum(m for _, m in samples) / count
    spread = sum((t - mean_t) ** 2 for t, _ in samples)
    return sum((t - mean_t) * (m - mean_m) for t, m in samples) / spread if spread else 0.0


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--only", choices=[kind.__name__ for kind in _KINDS], action="append")
    given = parser.parse_args()
    kinds = [kind for kind in _KINDS if not given.only or kind.__name__ in given.only]
    print(f"seed {given.seed}")
    domain = random.randint(1, 99)
    far_side = [sys.executable, str(_HERE / "rosbridge_far_side.py"), "joints=100,picture"]
    with our_server(domain) as target, ros_process(far_side, domain):
        return 0 if uvloop.run(soak(target, 60.0 * given.minutes, given.seed, kinds)) else 1


if __name__ == "__main__":
    sys.exit(main())
