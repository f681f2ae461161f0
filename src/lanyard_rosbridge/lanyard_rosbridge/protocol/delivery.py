"""What waits of one subscription of one client: the newest message, or the last few.

Pure; told the time in seconds (monotonic). What does not fit is dropped, the oldest first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

MAX_WAITING_BYTES = 4 * 1024 * 1024


class Sized(Protocol):
    """A message of a known size."""

    @property
    def size(self) -> int:
        """Bytes that it takes."""


Item = TypeVar("Item", bound=Sized)


@dataclass(frozen=True, slots=True)
class Pace:
    """How a subscription wants to be served; seconds, bytes.

    ``queue_length`` messages wait; 0: the newest takes the place of the last. Messages larger than
    ``max_bytes`` are left out.
    """

    throttle_s: float = 0.0
    queue_length: int = 0
    max_bytes: int | None = None


class Delivery(Generic[Item]):
    """One subscription's row of messages."""

    def __init__(self, pace: Pace) -> None:
        self.dropped = 0
        self._row: list[Item] = []  # short: a deque would take more than all else of this
        self._bytes = 0
        self._next_at = float("-inf")
        self._pace = pace

    def __len__(self) -> int:
        return len(self._row)

    @property
    def pace(self) -> Pace:
        """How it is served."""
        return self._pace

    @pace.setter
    def pace(self, pace: Pace) -> None:
        if pace != self._pace:
            self._pace = pace
            dropped = self._row[: -self._most]
            del self._row[: -self._most]
            self._bytes -= sum(item.size for item in dropped)

    def put(self, item: Item) -> None:
        """A message came."""
        row = self._row
        if self._pace.max_bytes is not None and item.size > self._pace.max_bytes:
            self.dropped += 1
            return
        self._bytes += item.size
        while row and (len(row) >= self._most or self._bytes > MAX_WAITING_BYTES):
            self._bytes -= row.pop(0).size
            self.dropped += 1
        row.append(item)

    @property
    def _most(self) -> int:
        return max(1, self._pace.queue_length)

    @property
    def due_at(self) -> float | None:
        """From when on the next message may be sent; None when there is none."""
        return self._next_at if self._row else None

    @property
    def next_size(self) -> int:
        """The size of the next message."""
        return self._row[0].size

    def take(self, now: float) -> Item:
        """The next message; there must be one, and its time must have come."""
        item = self._row.pop(0)
        self._bytes -= item.size
        self._next_at = now + self._pace.throttle_s
        return item
