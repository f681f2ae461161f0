"""The lines of the table of ``rosbridge.py``: each measures one server that is up."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import re
import struct
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from processes import Usage
from quantiles import quantiles
from raw_socket import RawSocket, connect
from rosbridge_servers import Target

_TWIST, _JOINTS = "geometry_msgs/msg/TwistStamped", "sensor_msgs/msg/JointState"
_IMAGE, _TRIGGER = "sensor_msgs/msg/Image", "std_srvs/srv/Trigger"
_SETTLE_S = 2.0
_RATE_HZ = 100.0
_PICTURE_HZ = 30.0
_MANY = 200
_STAMP = re.compile(rb'"sec": ?(\d+), ?"nanosec": ?(\d+)')
_EVERY = 16  # of so many small messages the age of one is looked at


@dataclass(frozen=True)
class Line:
    """A line of the table: what the far side does, and what measures it.

    ``beside_images``: while a reader in another process is sent the picture as JSON.
    """

    far_side: str
    measure: Callable[[Target, float], Awaitable[str]]
    beside_images: bool = False


def in_ms(values: list[float]) -> str:
    if not values:
        return "nothing came"
    found = quantiles(values)
    return f"{found['p50'] * 1e3:.2f} / {found['p99'] * 1e3:.2f} ms"


async def round_trips(target: Target, seconds: float, clients: int = 1, slow: bool = False) -> str:
    """A TwistStamped at 100 Hz from each client, echoed by a ROS node, and read back.

    ``slow``: the first client also has a service call under way that takes a second.
    """
    trips: list[float] = []
    count = int(seconds * _RATE_HZ)

    async def drive(number: int) -> None:
        sent: list[float] = []

        def back(shown: bytes) -> None:
            if b"/pong" in shown:
                heard = re.search(rb"no(\d+)", shown)
                trips.append(time.monotonic() - sent[int(heard[1])] if heard else 0.0)

        socket = await connect(target.url, target.headers, back)
        socket.say(op="advertise", topic=f"/ping{number}", type=_TWIST)
        socket.say(op="subscribe", topic=f"/pong{number}", type=_TWIST)
        await asyncio.sleep(_SETTLE_S + number / clients / _RATE_HZ)
        due = time.monotonic()
        for sample in range(count):
            if slow and sample % int(1.5 * _RATE_HZ) == 0:
                socket.say(op="call_service", id=f"s{sample}", service="/slow", type=_TRIGGER)
            frame = {"header": {"frame_id": f"no{sample}"}, "twist": {"linear": {"x": 0.1}}}
            sent.append(time.monotonic())
            socket.say(op="publish", topic=f"/ping{number}", msg=frame)
            due += 1.0 / _RATE_HZ
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        await asyncio.sleep(1.0)
        socket.transport.close()

    await asyncio.gather(*(drive(number) for number in range(clients)))
    lost = clients * count - len(trips)
    return f"{in_ms(trips)}, {lost} of {clients * count} lost"


async def read(
    target: Target,
    seconds: float,
    *,
    topic: str,
    kind: str,
    readers: int,
    rate_hz: float,
    **more: str,
) -> str:
    """Readers of a topic: how much they got, how late it was, and what it cost."""
    ages: list[float] = []
    every = 1 if topic == "/picture" else _EVERY
    sockets: list[RawSocket] = []

    def look(index: int, shown: bytes) -> None:
        if sockets[index].received % every == 0 and (stamp := _stamp(shown)) is not None:
            ages.append(time.monotonic() - stamp)

    for index in range(readers):
        heard = functools.partial(look, index)
        sockets.append(await connect(target.url, target.headers, heard))
        sockets[-1].say(op="subscribe", topic=topic, type=kind, **more)
    await asyncio.sleep(_SETTLE_S)
    ages.clear()
    before, start = Usage.of(target.pid), time.monotonic()
    first = sum(each.received for each in sockets)
    await asyncio.sleep(seconds)
    used, took = Usage.of(target.pid), time.monotonic() - start
    count = sum(each.received for each in sockets) - first
    for each in sockets:
        each.transport.abort()
    cpu = used.processor_s - before.processor_s
    cost = f"{1e6 * cpu / count:.0f} us of processor for each" if count else "nothing came"
    share = 100 * count / took / rate_hz / readers
    age = f", age {in_ms(ages)}" if ages else ""
    return f"{count / took:.0f} delivered/s ({share:.1f} %), {cost}{age}"


def _stamp(shown: bytes) -> float | None:
    """When a message was published, if it is JSON or cbor-raw."""
    if found := _STAMP.search(shown):
        return int(found[1]) + int(found[2]) / 1e9
    raw = shown.find(b"ebytes")
    if raw < 0:
        return None
    # A CBOR byte string of up to 4 GB, in which CDR begins with four bytes of its own.
    head = {0x58: 2, 0x59: 3, 0x5A: 5}.get(shown[raw + 6])
    if head is None:
        return None
    sec, nanosec = struct.unpack_from("<iI", shown, raw + 6 + head + 4)
    return float(sec + nanosec / 1e9)


async def read_images(url: str, headers: dict[str, str]) -> None:
    """Be a reader of the picture as JSON, until killed."""
    socket = await connect(url, headers)
    socket.say(op="subscribe", topic="/picture", type=_IMAGE)
    await socket.over.wait()


async def services(target: Target, seconds: float) -> str:
    """std_srvs/Trigger, one after the other, and from 8 clients at once."""
    ends = 0.0

    async def call(trips: list[float]) -> None:
        answered = asyncio.Event()
        socket = await connect(target.url, target.headers, lambda _: answered.set())
        while time.monotonic() < ends:
            began = time.monotonic()
            answered.clear()
            socket.say(op="call_service", id="1", service="/trigger", type=_TRIGGER, args={})
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(answered.wait(), 5.0)
                trips.append(time.monotonic() - began)
        socket.transport.close()

    ends = time.monotonic() + 1.0
    await call([])
    alone: list[float] = []
    ends = time.monotonic() + seconds / 2
    await call(alone)
    together: list[float] = []
    ends = time.monotonic() + seconds / 2
    await asyncio.gather(*(call(together) for _ in range(8)))
    return f"{in_ms(alone)}; with 8 clients {len(together) / (seconds / 2):.0f} calls/s"


async def many(target: Target, _: float) -> str:
    """200 clients connect, subscribe and get a message."""
    await asyncio.sleep(_SETTLE_S)
    one = await connect(target.url, target.headers)  # the topic is read already
    one.say(op="subscribe", topic="/joints", type=_JOINTS)
    await asyncio.sleep(_SETTLE_S)
    before = Usage.of(target.pid)

    async def enter() -> RawSocket:
        came = asyncio.Event()
        socket = await connect(target.url, target.headers, lambda _: came.set())
        socket.say(op="subscribe", topic="/joints", type=_JOINTS)
        await came.wait()
        return socket

    start = time.monotonic()
    sockets = await asyncio.gather(*(enter() for _ in range(_MANY)))
    took = time.monotonic() - start
    grown = (Usage.of(target.pid).memory_bytes - before.memory_bytes) / _MANY
    for each in (*sockets, one):
        each.transport.close()
    return f"{took:.2f} s, {grown / 1000:.0f} kB each"


async def stalled(target: Target, seconds: float) -> str:
    """Two readers of the picture as JSON beside one that never reads."""
    stuck = await connect(target.url, target.headers)
    stuck.say(op="subscribe", topic="/picture", type=_IMAGE)
    stuck.transport.pause_reading()  # type: ignore[attr-defined]
    before = Usage.of(target.pid).memory_bytes
    more = {"topic": "/picture", "kind": _IMAGE, "readers": 2, "rate_hz": _PICTURE_HZ}
    found = await read(target, seconds, **more)  # type: ignore[arg-type]
    grown = (Usage.of(target.pid).memory_bytes - before) / 1e6
    stuck.transport.abort()
    return f"the two: {found}; memory grew by {grown:.0f} MB"


async def at_rest(target: Target, seconds: float) -> str:
    """Nobody is connected."""
    await asyncio.sleep(_SETTLE_S)
    before = Usage.of(target.pid).processor_s
    await asyncio.sleep(seconds)
    share = (Usage.of(target.pid).processor_s - before) / seconds
    return f"{share:.1%} of a processor, {Usage.of(target.pid).memory_bytes / 1e6:.0f} MB"


def _joints(readers: int, rate_hz: float, **more: str) -> Line:
    wanted = {"topic": "/joints", "kind": _JOINTS, "readers": readers, "rate_hz": rate_hz}
    measure = functools.partial(read, **wanted, **more)
    return Line(f"joints={rate_hz}", measure)  # type: ignore[arg-type]


def _picture(**more: str) -> Line:
    wanted = {"topic": "/picture", "kind": _IMAGE, "readers": 4, "rate_hz": _PICTURE_HZ}
    measure = functools.partial(read, **wanted, **more)
    return Line("picture", measure)  # type: ignore[arg-type]


LINES = {
    "rtt": Line("echo=1", round_trips),
    "rtt-10": Line("echo=10", functools.partial(round_trips, clients=10)),
    "rtt-image": Line("echo=1,picture", round_trips, beside_images=True),
    "rtt-service": Line("echo=1,trigger", functools.partial(round_trips, slow=True)),
    "json-10": _joints(10, 1000.0),
    "json-50": _joints(50, 1000.0),
    "cbor-50": _joints(50, 1000.0, compression="cbor"),
    "raw-50": _joints(50, 1000.0, compression="cbor-raw"),
    "json-200": _joints(_MANY, 100.0),
    "image": _picture(),
    "image-cbor": _picture(compression="cbor"),
    "image-raw": _picture(compression="cbor-raw"),
    "image-png": _picture(compression="png"),
    "services": Line("trigger", services),
    "connect": Line("joints=100", many),
    "stalled": Line("picture", stalled),
    "rest": Line("joints=100", at_rest),
}
