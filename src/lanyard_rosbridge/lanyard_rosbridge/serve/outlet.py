"""What goes out to one client: answers in order, and of each topic what is worth sending now.

Nothing here waits. While the client takes what is sent, messages go straight through; while it does
not, each subscription keeps its newest and the rest is dropped. Answers go before messages, small
messages before large ones. A client that takes nothing for three seconds, or lets its answers pile
up, is let go. Event loop's thread.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from lanyard_core.stream.channel import CloseCode
from lanyard_core.telemetry.flow import FlowGate
from lanyard_rosbridge.protocol.delivery import Delivery, Pace
from lanyard_rosbridge.protocol.operations import Format
from lanyard_rosbridge.serve.feeds import Sample, frames_or_nothing

MAX_ANSWERS = 16_384
MAX_ANSWER_BYTES = 8 * 1024 * 1024
_CLOCK_GRAIN_S = 0.002  # timers may fire so much too early


class Line(Protocol):
    """A WebSocket, as ``lanyard_gateway.web.socket_line`` has it."""

    on_clear: Callable[[], None]
    on_answer: Callable[[], None]

    @property
    def is_clear(self) -> bool:
        """Whether the system took all that was sent."""

    @property
    def is_over(self) -> bool:
        """Whether nothing reaches the client any more."""

    def send_packed(self, frame: bytes) -> None:
        """Send a whole frame."""

    def probe(self) -> None:
        """Send a ping."""

    def close(self, code: CloseCode) -> None:
        """Close."""


class Subscription:
    """One topic as this client reads it: what waits, and how it is written."""

    def __init__(self, outlet: Outlet, written: str, form: Format, pace: Pace) -> None:
        self.written = written
        self.form = form
        self.row: Delivery[Sample] = Delivery(pace)
        self._outlet = outlet

    def read(self, sample: Sample, now: float) -> None:
        """A message of the topic came."""
        self.row.put(sample)
        self._outlet.pump_one(self, now)


class Outlet:
    """The outgoing half of one connection."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._loop = asyncio.get_running_loop()
        self._gate = FlowGate()
        self._answers: deque[bytes] = deque(maxlen=MAX_ANSWERS)
        self._answer_bytes = 0
        self._waiting: dict[Subscription, None] = {}
        self._stall_timer: asyncio.TimerHandle | None = None
        self._due_timer: asyncio.TimerHandle | None = None
        self.sent = 0
        line.on_clear, line.on_answer = self._cleared, self._answered

    def answer(self, frames: list[bytes]) -> None:
        """Send these, in order, behind the answers that wait."""
        self._put(frames)
        self.pump(self._loop.time())

    def _put(self, frames: list[bytes]) -> None:
        self._answer_bytes += sum(map(len, frames))
        is_full = len(self._answers) + len(frames) > MAX_ANSWERS
        if is_full or self._answer_bytes > MAX_ANSWER_BYTES:
            self._answers.clear()
            self._line.close(CloseCode.TRY_LATER)
            return
        self._answers.extend(frames)

    def pump_one(self, subscription: Subscription, now: float) -> None:
        """A subscription has something: send it if nothing else waits, else keep it in order."""
        if self._waiting or self._answers or not self._try(subscription, now):
            self._waiting[subscription] = None
            self.pump(now)

    def forget(self, subscription: Subscription) -> None:
        """Send nothing more of it."""
        self._waiting.pop(subscription, None)

    def pump(self, now: float) -> None:
        """Send what may be sent now."""
        line = self._line
        while self._answers and line.is_clear:
            frame = self._answers.popleft()
            self._answer_bytes -= len(frame)
            line.send_packed(frame)
        if not self._answers:
            for subscription in sorted(self._waiting, key=_next_size):
                if not self._try(subscription, now):
                    continue
                if not subscription.row:
                    del self._waiting[subscription]
        if not line.is_clear:
            self._gate.blocked(now)
        self._watch(now)

    def _try(self, subscription: Subscription, now: float) -> bool:
        """Send what is due of a subscription; False when something of it has to wait."""
        line, gate, row = self._line, self._gate, subscription.row
        while row:
            due_at = row.due_at
            if due_at is not None and due_at > now:
                return False
            if not line.is_clear or self._answers or not gate.is_open(now):
                return False
            frames = frames_or_nothing(row.take(now), subscription.written, subscription.form)
            if not frames:
                continue
            line.send_packed(frames[0])
            self.sent += 1
            if len(frames) > 1:
                self._put(frames[1:])
            if gate.sent(now):
                line.probe()
        return True

    def _cleared(self) -> None:
        self._gate.cleared()
        self.pump(self._loop.time())

    def _answered(self) -> None:
        now = self._loop.time()
        if self._gate.answered(now):
            self._line.probe()
        self.pump(now)

    def _watch(self, now: float) -> None:
        """Look again when a throttled message is due, or when the client counts as stalled."""
        stalls_at = self._gate.stalls_at()
        if stalls_at is not None and self._stall_timer is None:
            self._stall_timer = self._loop.call_at(stalls_at, self._stalled)
        due = [at for each in self._waiting if (at := each.row.due_at) is not None and at > now]
        if due and self._due_timer is None:
            self._due_timer = self._loop.call_at(min(due) + _CLOCK_GRAIN_S, self._due)

    def _due(self) -> None:
        self._due_timer = None
        self.pump(self._loop.time())

    def _stalled(self) -> None:
        self._stall_timer = None
        now, stalls_at = self._loop.time(), self._gate.stalls_at()
        if stalls_at is not None and now >= stalls_at - _CLOCK_GRAIN_S:
            self._line.close(CloseCode.TRY_LATER)
        else:  # it has read since: look again when what is under way now is due
            self._watch(now)

    def close(self) -> None:
        """The connection is over."""
        for timer in (self._stall_timer, self._due_timer):
            if timer is not None:
                timer.cancel()
        self._waiting.clear()
        self._answers.clear()


def _next_size(subscription: Subscription) -> int:
    return subscription.row.next_size if subscription.row else 0
