"""The thread that ticks: absolute deadlines on CLOCK_MONOTONIC, so that an error never adds up.

A tick that comes too late to meet its next deadline skips ahead; it never runs a burst to catch
up. The tick itself judges whether it was too late; this module only measures.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from typing import Protocol

_CLOCK_MONOTONIC = 1
_TIMER_ABSTIME = 1
_NANOSECONDS = 1_000_000_000


class Ticks(Protocol):
    """What the loop drives. Does not raise: an error inside is its own to handle."""

    def tick(self, *, now: float, elapsed_s: float, late_s: float, missed: int) -> None:
        """One tick at ``now``, ``elapsed_s`` after the last one, ``late_s`` after its deadline."""


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


def absolute_sleeper() -> Callable[[int], None]:
    """A function that sleeps until a moment of CLOCK_MONOTONIC, given in nanoseconds.

    ``clock_nanosleep`` lets go of the interpreter lock and holds the deadline itself. Where the C
    library lacks it, ``time.sleep`` takes its place.
    """
    library = ctypes.CDLL(None, use_errno=True)
    nanosleep = getattr(library, "clock_nanosleep", None)
    if nanosleep is None:
        return lambda deadline: time.sleep(max(0.0, (deadline - time.monotonic_ns()) / 1e9))

    def sleep_until(deadline: int) -> None:
        moment = _Timespec(*divmod(deadline, _NANOSECONDS))
        while nanosleep(_CLOCK_MONOTONIC, _TIMER_ABSTIME, ctypes.byref(moment), None) != 0:
            pass  # interrupted by a signal: the deadline stays what it was

    return sleep_until


class ControlLoop:
    """Drives ``ticks`` at ``rate_hz`` in a thread of its own, from ``start`` to ``stop``."""

    def __init__(
        self, ticks: Ticks, *, rate_hz: float, prepare: Callable[[], None] = lambda: None
    ) -> None:
        self._ticks = ticks
        self._period = round(_NANOSECONDS / rate_hz)
        self._prepare = prepare
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="control_loop", daemon=True)

    def start(self) -> None:
        """Begin to tick; ``prepare`` runs first, in the loop's thread."""
        self._thread.start()

    def stop(self, *, timeout_s: float = 1.0) -> None:
        """End after the tick under way; returns when the thread has gone."""
        self._stop.set()
        self._thread.join(timeout_s)

    @property
    def alive(self) -> bool:
        """True while the thread runs."""
        return self._thread.is_alive()

    def _run(self) -> None:
        self._prepare()
        sleep_until = absolute_sleeper()
        last = time.monotonic_ns()
        deadline = last + self._period
        missed = 0
        while not self._stop.is_set():
            sleep_until(deadline)
            now = time.monotonic_ns()
            self._ticks.tick(
                now=now / _NANOSECONDS,
                elapsed_s=(now - last) / _NANOSECONDS,
                late_s=(now - deadline) / _NANOSECONDS,
                missed=missed,
            )
            last = now
            missed = max(0, (time.monotonic_ns() - deadline) // self._period)
            deadline += self._period * (1 + missed)
