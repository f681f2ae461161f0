"""Waiting for news: woken, in time, and always cancelled when it is to be."""

import asyncio
import time

import pytest

from lanyard_client.news import News, end


async def turns():
    for _ in range(3):
        await asyncio.sleep(0)


async def test_news_wakes_everybody_who_waits():
    news = News()
    waiting = [asyncio.ensure_future(news.wait(None)) for _ in range(3)]
    await turns()
    news.send()
    await asyncio.wait_for(asyncio.gather(*waiting), 5)


async def test_news_from_before_wakes_nobody():
    news = News()
    news.send()
    began = time.monotonic()
    await news.wait(0.05)
    assert time.monotonic() - began >= 0.04


async def test_a_condition_is_waited_for_until_its_deadline():
    news = News()
    met = []
    asyncio.get_running_loop().call_later(0.02, lambda: (met.append(1), news.send()))
    assert await news.until(lambda: bool(met), deadline=time.monotonic() + 5)
    assert not await news.until(lambda: False, deadline=time.monotonic() + 0.02)


@pytest.mark.parametrize("cancel_first", [True, False])
async def test_a_cancellation_in_the_same_turn_as_the_news_is_not_lost(cancel_first):
    news = News()
    passed = []

    async def forever():
        while True:
            await news.wait(1.0)
            passed.append(1)

    task = asyncio.ensure_future(forever())
    await turns()
    for act in (task.cancel, news.send) if cancel_first else (news.send, task.cancel):
        act()
    await asyncio.wait({task}, timeout=5)
    assert task.cancelled()
    assert passed == []


async def test_a_task_can_be_ended_whatever_it_does():
    async def fails():
        raise ZeroDivisionError

    failing = asyncio.ensure_future(fails())
    await turns()
    await end(failing)
    lasting = asyncio.ensure_future(asyncio.sleep(60))
    await turns()
    await end(lasting)
    assert lasting.cancelled()
