"""How an audience is served: in small portions, fairly, and each reader with the newest sample."""

import asyncio
import time
from itertools import pairwise

import pytest
from waiting import eventually

from lanyard_core.stream.channel import Encoding
from lanyard_core.telemetry.subscription import Subscription
from lanyard_gateway.web.socket_audience import SLICE_S, Audience, Topic

TOPIC = Topic("arm-001", Encoding.JSON, Subscription(rate_hz=100.0))


class Samples:
    """Numbers instead of samples."""

    made = 0

    def sample(self, now):
        self.made += 1
        return self.made


class Reader:
    """Takes longer than a turn of the loop may last."""

    def __init__(self, log):
        self.log = log

    def __call__(self, sample):
        self.log.append((self, sample))
        end = time.monotonic() + SLICE_S
        while time.monotonic() < end:
            pass


@pytest.fixture
async def audience():
    made = Audience(Samples(), TOPIC)
    yield made
    for offer in tuple(made._offers):
        made.leave(offer)


async def test_between_readers_the_loop_has_its_turn(audience):
    log = []
    for _ in range(5):
        audience.join(Reader(log))
    del log[:]
    loop = asyncio.get_running_loop()

    def command():  # stands for whatever comes in meanwhile
        log.append("command")
        loop.call_soon(command)

    loop.call_soon(command)
    await eventually(lambda: sum(item != "command" for item in log) >= 10)
    readers = [place for place, item in enumerate(log) if item != "command"]
    assert all("command" in log[one:other] for one, other in pairwise(readers))


async def test_a_reader_that_had_to_wait_comes_first_and_gets_the_newest_sample(audience):
    log = []
    readers = [Reader(log) for _ in range(3)]
    for reader in readers:
        audience.join(reader)
    del log[:]
    audience._timer.cancel()
    for _ in range(2):  # two ticks with no turn of the loop in between: one reader each
        audience._tick()
        audience._timer.cancel()
    await eventually(lambda: len(log) == 4)
    assert [reader for reader, _ in log] == [readers[0], readers[1], readers[2], readers[0]]
    first = log[0][1]
    assert [sample for _, sample in log] == [first, first + 1, first + 1, first + 1]


async def test_who_leaves_while_he_waits_gets_nothing_more(audience):
    log = []
    readers = [Reader(log) for _ in range(2)]
    for reader in readers:
        audience.join(reader)
    del log[:]
    audience._tick()
    audience.leave(readers[1])
    seen = Reader(log)
    audience.join(seen)
    await eventually(lambda: len(log) >= 4)
    assert readers[1] not in [reader for reader, _ in log]
