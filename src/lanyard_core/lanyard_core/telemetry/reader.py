"""What waits for one telemetry client: the newest sample of each robot, and answers to requests.

A sample that was not sent when the next one comes is forgotten and counted: a slow client skips
frames, sees that in a gap of ``seq`` and in ``dropped``, and never lags. A sample is shared
bytes; only the few bytes before it are this client's own. What its samples leave out because it
does not change goes before them in a ``schema`` frame. Pure; one thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from lanyard_core.stream.answers import head_of
from lanyard_core.stream.plain import Codec, Plain, Wire

MAX_ANSWERS = 8
"""Answers that may wait; a client that asks faster than it reads loses the oldest."""


@dataclass(frozen=True, slots=True, eq=False)
class EncodedSample:
    """A sample of one robot, without its head; the schema that it needs, None if it needs none.

    The schema is the same object as long as it is the same schema.
    """

    robot_id: str
    body: Wire
    schema: Wire | None = None


class Reader:
    """The outgoing side of one telemetry client."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._seq = 0
        self._skipped = 0
        self._dropped: dict[str, int] = {}
        self._samples: dict[str, EncodedSample] = {}  # in the order in which they are to go out
        self._schemas: dict[str, Wire] = {}
        self._answers: deque[tuple[str, Mapping[str, Plain]]] = deque(maxlen=MAX_ANSWERS)

    @property
    def dropped(self) -> int:
        """How many samples this client has missed, of all robots."""
        return sum(self._dropped.values())

    def offer(self, sample: EncodedSample) -> None:
        """A new sample; takes the place of one of the same robot that was not sent yet."""
        if sample.robot_id in self._samples:
            self._skipped += 1
            self._dropped[sample.robot_id] = self._dropped.get(sample.robot_id, 0) + 1
        self._samples[sample.robot_id] = sample

    def answer(self, kind: str, own: Mapping[str, Plain]) -> None:
        """Answer a request; goes out before the next sample."""
        self._answers.append((kind, own))

    def forget_samples(self) -> None:
        """The client asked for something else: what waits for it is not it any more."""
        self._samples.clear()
        self._schemas.clear()

    def take_answer(self) -> Wire | None:
        """The answer to send next; None when none waits."""
        if not self._answers:
            return None
        kind, own = self._answers.popleft()
        return self._codec.encode({**self._head(kind), **own})

    def take_sample(self) -> Wire | None:
        """The sample to send next, or the schema that goes before it; None when none waits."""
        sample = next(iter(self._samples.values()), None)
        if sample is None:
            return None
        robot_id, schema = sample.robot_id, sample.schema
        if schema is not None and self._schemas.get(robot_id) is not schema:
            self._schemas[robot_id] = schema
            return self._codec.join(self._codec.encode(self._head("schema")), schema)
        del self._samples[robot_id]
        self._seq += self._skipped
        self._skipped = 0
        head = {**self._head("tlm"), "dropped": self._dropped.get(robot_id, 0)}
        return self._codec.join(self._codec.encode(head), sample.body)

    def _head(self, kind: str) -> dict[str, Plain]:
        self._seq += 1
        return head_of(kind, self._seq)
