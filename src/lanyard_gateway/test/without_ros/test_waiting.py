"""Waiting for news: they come, they do not come, and the waiter is told to end."""

from __future__ import annotations

import asyncio

import pytest

from lanyard_gateway.dispatch.waiting import news_within


@pytest.fixture
def news():
    return asyncio.Event()


async def test_news_that_are_there_are_taken_once(news):
    news.set()
    assert await news_within(60.0, news)
    assert not news.is_set()


async def test_news_that_come_later_end_the_wait(news):
    waiting = asyncio.ensure_future(news_within(60.0, news))
    await asyncio.sleep(0)
    news.set()
    assert await waiting


async def test_when_none_come_it_says_so_and_the_next_wait_begins_anew(news):
    assert not await news_within(0.0, news)
    assert not news.is_set()


async def test_a_cancellation_that_comes_with_the_news_is_not_lost(news):
    waiting = asyncio.ensure_future(news_within(60.0, news))
    await asyncio.sleep(0)
    news.set()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_a_waiter_that_is_thrown_away_with_its_loop_ends_in_silence(news, recwarn):
    loop = asyncio.new_event_loop()
    waiter = news_within(60.0, asyncio.Event())
    task = loop.create_task(waiter)
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()
    waiter.close()  # as when nothing holds it any more
    task._log_destroy_pending = False
    assert [str(each.message) for each in recwarn] == []
