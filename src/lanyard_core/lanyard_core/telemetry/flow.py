"""How much may be under way to one reader: what is sent must not pile up before it.

A connection holds some hundred kilobytes in its buffers, which is half a minute of telemetry. A
reader that is a little too slow would see everything, half a minute late. So samples are followed
by probes, pings that the client's library answers once it has read what came before. From how long
an answer takes follows how many samples may be under way, so that the last of them is read soon;
what is more is left out instead of sent. Told the time in seconds (monotonic). Pure; one thread.
"""

from __future__ import annotations

PROBE_PERIOD_S = 0.1
SAMPLES_A_PROBE = 3
"""How often a probe follows a sample: after so long, and so many samples unless fewer may be under
way. One is under way at a time."""

FIRST_WINDOW = 10
LARGEST_WINDOW = 16_384
"""Samples that may be under way: at first, and at most (many robots on one socket)."""

SLACK_S = 0.1
FAR_AWAY = 1.5
MAX_LAG_S = 1.0
"""An answer is in time after ``FAR_AWAY`` times the way there and back and ``SLACK_S``, and no
later than this."""

STALL_S = 3.0
"""A reader that takes nothing for so long is let go."""


class FlowGate:
    """Open while the reader keeps up."""

    __slots__ = (
        "_blocked_since", "_probe_due", "_probed", "_probed_at", "_under_way", "_way_s", "_window",
    )  # fmt: skip

    def __init__(self) -> None:
        self._window = FIRST_WINDOW
        self._under_way = 0
        self._probed = 0  # how many of those the probe that is under way will confirm
        self._probed_at: float | None = None
        self._probe_due = float("-inf")
        self._way_s: float | None = None
        self._blocked_since: float | None = None

    def is_open(self, now: float) -> bool:
        """Whether a sample may be sent."""
        if self._probed_at is not None and now - self._probed_at >= MAX_LAG_S:
            return False
        return self._under_way < self._window

    def sent(self, now: float) -> bool:
        """A sample was sent. True when a probe is to follow it; the caller then sends one."""
        self._under_way += 1
        if self._probed_at is not None:
            return False
        if self._under_way < self._window and self._is_too_soon(now):
            return False
        return self._probe(now)

    def _is_too_soon(self, now: float) -> bool:
        has_answered = self._way_s is not None
        return now < self._probe_due or (has_answered and self._under_way < SAMPLES_A_PROBE)

    def answered(self, now: float) -> bool:
        """The probe was answered: the samples before it were read. True as in ``sent``."""
        if self._probed_at is None:
            return False
        took_s, self._probed_at = now - self._probed_at, None
        if self._way_s is None or took_s < self._way_s or self._probed == 1:
            self._way_s = took_s  # with one sample under way it is the way and nothing else
        in_time_s = min(MAX_LAG_S, SLACK_S + FAR_AWAY * self._way_s)
        if took_s > in_time_s:
            self._window = max(1, int(self._probed * in_time_s / took_s))
        elif self._probed >= self._window // 2:
            self._window = min(LARGEST_WINDOW, 2 * self._window)
        self._under_way -= self._probed
        # Closed by what went out behind the probe, it would not open again by itself.
        return self._under_way >= self._window and self._probe(now)

    def _probe(self, now: float) -> bool:
        self._probed = self._under_way
        self._probed_at = now
        self._probe_due = now + PROBE_PERIOD_S
        return True

    def blocked(self, now: float) -> None:
        """The system takes nothing more for this reader."""
        if self._blocked_since is None:
            self._blocked_since = now

    def cleared(self) -> None:
        """The system takes again what is sent."""
        self._blocked_since = None

    def stalls_at(self) -> float | None:
        """When the reader counts as stalled, unless it reads; None while it keeps up."""
        waits = [since for since in (self._probed_at, self._blocked_since) if since is not None]
        return min(waits) + STALL_S if waits else None
