"""The thread that ticks: absolute deadlines on CLOCK_MONOTONIC, so that an error never adds up.

A tick that comes too late to meet its next deadline skips ahead; it never runs a burst to catch
up. The tick itself judges whether it was too late; this module only measures.

``wake`` asks for one tick before the deadline, so that a command or a stop that just arrived need
not wait for it. There is at most one such tick in a period, and none after a tick that was late
itself: whoever floods the robot with commands neither doubles its work nor hides that it is behind.
"""

from __future__ import annotations

import ctypes
import os
import select
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

_CLOCK_MONOTONIC = 1
_TIMER_ABSTIME = 1
_NANOSECONDS = 1_000_000_000

# What rings so shortly before a deadline, in ns, is left to it: the deadline itself is kept by
# ``clock_nanosleep``, which is more exact than a wait that can be interrupted.
_TOO_CLOSE = 200_000


class Ticks(Protocol):
    """What the loop drives. Does not raise: an error inside is its own to handle."""

    def tick(self, *, now: float, elapsed_s: float, late_s: float | None, missed: int) -> None:
        """One tick at ``now``, ``elapsed_s`` after the last one, ``late_s`` after its deadline.

        ``late_s`` is None for a tick that ``wake`` asked for. ``missed`` deadlines passed before.
        """


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


class _Bell:
    """Rung by any thread, heard by the loop's: wakes it from a sleep of bounded length."""

    def __init__(self) -> None:
        self._event = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        weakref.finalize(self, os.close, self._event)  # not before the last who may ring is gone
        self._rung = False

    def ring(self) -> None:
        """Wake the listener now, or at its next ``wait``. Any thread."""
        self._rung = True
        os.eventfd_write(self._event, 1)

    def wait(self, timeout_s: float) -> bool:
        """Whether it rang within ``timeout_s`` seconds of the kernel's monotonic clock."""
        return bool(select.select((self._event,), (), (), max(0.0, timeout_s))[0])

    def still(self) -> None:
        """Stop the ringing. Before looking at what it was rung for: then no ring is lost."""
        if self._rung:
            self._rung = False
            # Nothing to read: whoever rings is between the two lines of ``ring``.
            with suppress(BlockingIOError):
                os.eventfd_read(self._event)


class ControlLoop:
    """Drives ``ticks`` at ``rate_hz`` in a thread of its own, from ``start`` to ``stop``."""

    def __init__(
        self, ticks: Ticks, *, rate_hz: float, prepare: Callable[[], None] = lambda: None
    ) -> None:
        self._ticks = ticks
        self._period = round(_NANOSECONDS / rate_hz)
        self._prepare = prepare
        self._stop = threading.Event()
        self._bell = _Bell()
        self._thread = threading.Thread(target=self._run, name="control_loop", daemon=True)

    def start(self) -> None:
        """Begin to tick; ``prepare`` runs first, in the loop's thread."""
        self._thread.start()

    def stop(self, *, timeout_s: float = 1.0) -> None:
        """End after the tick under way; returns when the thread has gone."""
        self._stop.set()
        self._thread.join(timeout_s)

    def wake(self) -> None:
        """Ask for a tick now, because something arrived. Any thread; see the module."""
        self._bell.ring()

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
            until_deadline = deadline - time.monotonic_ns() - _TOO_CLOSE
            if not missed and self._bell.wait(until_deadline / _NANOSECONDS):
                last = self._tick(last, deadline, missed=0)
            if last < deadline:
                sleep_until(deadline)
                last = self._tick(last, deadline, missed=missed)
            missed = max(0, (time.monotonic_ns() - deadline) // self._period)
            deadline += self._period * (1 + missed)

    def _tick(self, last: int, deadline: int, *, missed: int) -> int:
        """One tick; the moment at which it began, in ns."""
        self._bell.still()
        now = time.monotonic_ns()
        self._ticks.tick(
            now=now / _NANOSECONDS,
            elapsed_s=(now - last) / _NANOSECONDS,
            late_s=(now - deadline) / _NANOSECONDS if now >= deadline else None,
            missed=missed,
        )
        return now
