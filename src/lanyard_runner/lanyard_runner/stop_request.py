"""What asks a runner to end: Ctrl-C, SIGTERM, a closed terminal. Main thread only."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """Set by a signal; empty ``reason`` until then."""

    reason = ""


@contextmanager
def stop_signals() -> Iterator[StopRequest]:
    """A request that a signal sets, as long as the block runs."""
    stop = StopRequest()

    def handle(number: int, _frame: FrameType | None) -> None:
        stop.reason = stop.reason or signal.Signals(number).name

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    previous = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
