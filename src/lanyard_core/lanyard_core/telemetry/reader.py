"""What waits for one telemetry client: the newest sample, and answers to what it asked.

A sample that was not sent when the next one comes is forgotten and counted: a slow client skips
frames, sees that in a gap of ``seq`` and in ``dropped``, and never lags. A sample is shared
bytes; only the few bytes before it are this client's own. Pure; one thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from lanyard_core.stream.channel import PROTOCOL_VERSION
from lanyard_core.stream.plain import Codec, Plain, Wire

MAX_ANSWERS = 8
"""Answers that may wait; a client that asks faster than it reads loses the oldest."""


class Reader:
    """The outgoing side of one telemetry socket."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._seq = 0
        self._skipped = 0
        self._dropped = 0
        self._sample: Wire | None = None
        self._answers: deque[tuple[str, Mapping[str, Plain]]] = deque(maxlen=MAX_ANSWERS)

    @property
    def dropped(self) -> int:
        """How many samples this client has missed."""
        return self._dropped

    def offer(self, sample: Wire) -> None:
        """A new encoded sample; takes the place of one that was not sent yet."""
        if self._sample is not None:
            self._skipped += 1
            self._dropped += 1
        self._sample = sample

    def answer(self, kind: str, own: Mapping[str, Plain]) -> None:
        """Answer a request; goes out before the next sample."""
        self._answers.append((kind, own))

    def forget_sample(self) -> None:
        """The client asked for something else: what waits for it is not it any more."""
        self._sample = None

    def take(self) -> Wire | None:
        """The message to send next; None when nothing waits."""
        if self._answers:
            kind, own = self._answers.popleft()
            return self._codec.encode({**self._head(kind), **own})
        if self._sample is None:
            return None
        sample, self._sample = self._sample, None
        self._seq += self._skipped
        self._skipped = 0
        head = self._codec.encode({**self._head("tlm"), "dropped": self._dropped})
        return self._codec.join(head, sample)

    def _head(self, kind: str) -> dict[str, Plain]:
        self._seq += 1
        return {"v": PROTOCOL_VERSION, "t": kind, "seq": self._seq}
