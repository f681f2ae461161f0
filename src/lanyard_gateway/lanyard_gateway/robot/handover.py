"""The one place where the ROS thread and the event loop's thread hand things to each other.

The only module of this room that may use asyncio. What it promises:

- Whatever arrives from ROS is called on the loop's thread: answers first, then news, each in the
  order in which it came.
- News (``post``) waits in a bounded queue. When the loop does not keep up, the oldest is dropped
  and counted, because the newest acknowledgement or state is the one that is worth having.
- Answers to what the loop asked for (``Reply``) have a queue of their own, with room for more than
  there can be questions open, so that no news pushes an answer out.
- Nothing here blocks either thread, and after ``detach`` nothing reaches the loop any more: what
  was started here (``every``, ``spawn``) is ended.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Generic, TypeVar

from rclpy.task import Future

from lanyard_core.faults import Unavailable

_log = logging.getLogger(__name__)

T = TypeVar("T")
Call = Callable[[], None]

# News that may wait for the loop; at 100 commands a second from ten clients, four seconds' worth.
CAPACITY = 4096
# Answers that may wait; every one belongs to a question of a request or a task that is open.
ANSWER_CAPACITY = 65_536
# How often a condition of the ROS graph is looked at while somebody waits for it.
POLL_S = 0.02


class Handover:
    """Hands calls from the ROS thread to one event loop, and answers to whoever awaits them."""

    def __init__(self, *, capacity: int = CAPACITY) -> None:
        self._news: deque[Call] = deque(maxlen=capacity)
        self._answers: deque[Call] = deque(maxlen=ANSWER_CAPACITY)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._drain_is_due = False
        self._dropped = 0
        self._tickers: set[_Ticker] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def dropped(self) -> int:
        """How much news was dropped because the loop did not keep up."""
        return self._dropped

    def attach(self) -> None:
        """Serve the loop that is running now. Loop's thread."""
        self._loop = asyncio.get_running_loop()

    def detach(self) -> None:
        """Stop serving the loop; what still waits is forgotten. Loop's thread."""
        self._loop = None
        for ticker in self._tickers:
            ticker.stop()
        for task in self._tasks:
            task.cancel()
        self._news.clear()
        self._answers.clear()

    def post(self, call: Call) -> None:
        """Have ``call`` called on the loop's thread. Any thread; may drop the oldest news."""
        if self._loop is None:
            return
        if len(self._news) == self._news.maxlen:
            self._dropped += 1
        self._news.append(call)
        self._wake()

    async def until(self, condition: Callable[[], bool], *, timeout_s: float) -> bool:
        """Wait until ``condition`` holds; False when it does not within ``timeout_s`` seconds."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(POLL_S)
        return True

    def every(self, period_s: float, call: Call) -> None:
        """Call ``call`` each ``period_s`` seconds on the loop, until ``detach``.

        A period that the loop missed is not made up for.
        """
        self._tickers.add(_Ticker(asyncio.get_running_loop(), period_s, call))

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Run a coroutine on the loop by itself, at the longest until ``detach``."""
        task = asyncio.get_running_loop().create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def answer(self, call: Call) -> None:
        """Have ``call``, which settles a Reply, called on the loop's thread. Any thread."""
        if self._loop is None:
            return
        self._answers.append(call)
        self._wake()

    def _wake(self) -> None:
        # Set before, cleared before draining: an item put in between is drained or wakes again.
        if self._drain_is_due:
            return
        self._drain_is_due = True
        loop = self._loop
        try:
            if loop is not None:
                loop.call_soon_threadsafe(self._drain)
        except RuntimeError:  # the loop was closed between the look and the call
            self._loop = None

    def _drain(self) -> None:
        self._drain_is_due = False
        for queue in (self._answers, self._news):
            for _ in range(len(queue)):
                if queue:  # a call may have detached us
                    _guarded(queue.popleft())


class Reply(Generic[T]):
    """One answer on its way from the ROS thread to a coroutine. Made on the loop's thread."""

    def __init__(self, handover: Handover) -> None:
        self._handover = handover
        self._future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    def give(self, value: T) -> None:
        """Give the answer; any thread. Only the first counts."""
        self._handover.answer(lambda: self._settle(value))

    def fail(self, error: Exception) -> None:
        """Say that no answer will come, and why; any thread."""
        self._handover.answer(lambda: self._settle_with(error))

    def follow(self, outcome: Future) -> None:
        """Have what becomes of a call of rclpy's given."""
        outcome.add_done_callback(self._pass_on)

    async def wait(self, *, timeout_s: float) -> T:
        """The answer. Raises TimeoutError after ``timeout_s`` seconds."""
        try:
            return await asyncio.wait_for(self._future, timeout_s)
        except asyncio.TimeoutError:  # another class than TimeoutError before Python 3.11
            raise TimeoutError from None

    def _pass_on(self, outcome: Future) -> None:
        error = outcome.exception()
        if error is not None:
            self.fail(error)
        elif not outcome.cancelled():
            self.give(outcome.result())

    def _settle(self, value: T) -> None:
        if not self._future.done():
            self._future.set_result(value)

    def _settle_with(self, error: Exception) -> None:
        if not self._future.done():
            self._future.set_exception(error)


class _Ticker:
    def __init__(self, loop: asyncio.AbstractEventLoop, period_s: float, call: Call) -> None:
        self._loop = loop
        self._period_s = period_s
        self._call = call
        self._due = loop.time()
        self._handle = loop.call_soon(self._tick)

    def stop(self) -> None:
        self._handle.cancel()

    def _tick(self) -> None:
        self._due = max(self._due + self._period_s, self._loop.time())
        self._handle = self._loop.call_at(self._due, self._tick)
        _guarded(self._call)


async def _logged(work: Coroutine[object, object, None]) -> None:
    try:
        await work
    except Exception:  # noqa: BLE001 - the top level of a task
        _log.exception("work for the robot's side failed")


def _guarded(call: Call) -> None:
    """The top level of each call made here: one that fails must not stop the others."""
    try:
        call()
    except Unavailable as error:
        _log.warning("%s", error.detail)
    except Exception:  # noqa: BLE001 - the top level
        _log.exception("a callback from the robot's side failed")
