import asyncio
import logging
import threading

import pytest

from lanyard_core.faults import Unavailable
from lanyard_gateway.robot.handover import Handover, Reply


def from_another_thread(work):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


async def settled():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_news_is_called_on_the_loops_thread_in_the_order_in_which_it_came():
    handover = Handover()
    handover.attach()
    seen = []

    def news():
        for number in range(100):
            handover.post(lambda n=number: seen.append((n, threading.current_thread())))

    from_another_thread(news)
    await settled()
    assert seen == [(number, threading.current_thread()) for number in range(100)]


async def test_the_oldest_news_is_dropped_and_counted_when_the_loop_does_not_keep_up():
    handover = Handover(capacity=3)
    handover.attach()
    seen = []
    from_another_thread(
        lambda: [handover.post(lambda n=number: seen.append(n)) for number in range(5)]
    )
    await settled()
    assert seen == [2, 3, 4]
    assert handover.dropped == 2


async def test_an_answer_is_not_dropped_however_much_news_there_is():
    handover = Handover(capacity=1)
    handover.attach()
    reply = Reply(handover)

    def flood():
        reply.give("answer")
        for _ in range(10):
            handover.post(lambda: None)

    from_another_thread(flood)
    assert await reply.wait(timeout_s=5.0) == "answer"


async def test_an_answer_that_does_not_come_is_a_time_out():
    handover = Handover()
    handover.attach()
    with pytest.raises(TimeoutError):
        await Reply(handover).wait(timeout_s=0.01)


async def test_an_answer_may_be_a_failure():
    handover = Handover()
    handover.attach()
    reply = Reply(handover)
    from_another_thread(lambda: reply.fail(Unavailable("gone")))
    with pytest.raises(Unavailable):
        await reply.wait(timeout_s=5.0)


async def test_only_the_first_answer_counts_and_a_late_one_harms_nothing():
    handover = Handover()
    handover.attach()
    reply = Reply(handover)
    from_another_thread(lambda: (reply.give(1), reply.give(2), reply.fail(Unavailable("late"))))
    assert await reply.wait(timeout_s=5.0) == 1
    await settled()


async def test_a_call_that_fails_is_logged_and_the_next_ones_are_made(caplog):
    handover = Handover()
    handover.attach()
    seen = []
    handover.post(lambda: 1 / 0)
    handover.post(lambda: seen.append("next"))
    with caplog.at_level(logging.ERROR):
        await settled()
    assert seen == ["next"]
    assert "ZeroDivisionError" in caplog.text


async def test_nothing_is_called_after_detach():
    handover = Handover()
    handover.attach()
    seen = []
    handover.post(lambda: seen.append("before"))
    handover.every(0.001, lambda: seen.append("tick"))
    handover.detach()
    handover.post(lambda: seen.append("after"))
    await asyncio.sleep(0.01)
    assert seen == []


async def test_detach_ends_the_work_that_was_spawned():
    handover = Handover()
    handover.attach()
    ended = asyncio.Event()

    async def work():
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    handover.spawn(work())
    await settled()
    handover.detach()
    await asyncio.wait_for(ended.wait(), 5.0)


async def test_a_closed_loop_is_no_error_for_who_posts():
    handover = Handover()
    loop = asyncio.new_event_loop()

    async def attach():
        handover.attach()

    await asyncio.to_thread(lambda: (loop.run_until_complete(attach()), loop.close()))
    handover.post(lambda: None)


async def test_until_gives_false_when_the_condition_does_not_come_true_in_time():
    handover = Handover()
    assert not await handover.until(lambda: False, timeout_s=0.01)
    assert await handover.until(lambda: True, timeout_s=0.0)


async def test_every_calls_again_and_again_through_failures():
    handover = Handover()
    handover.attach()
    calls = []

    def call():
        calls.append(None)
        raise Unavailable("the other side is away")

    handover.every(0.001, call)
    assert await handover.until(lambda: len(calls) >= 3, timeout_s=5.0)
    handover.detach()
