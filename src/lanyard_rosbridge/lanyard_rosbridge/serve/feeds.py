"""Topics that clients read: subscribed once, each message encoded once for each way to write it.

A message is converted when the first client that wants it so can take it, and never for a client
that will not. What every reader of a kind gets is the same bytes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from lanyard_core.faults import BadInput
from lanyard_rosbridge.conversion.cdr_reader import Flavour
from lanyard_rosbridge.protocol import cbor_codec, json_codec
from lanyard_rosbridge.protocol.operations import Compression, Format
from lanyard_rosbridge.protocol.png_text import picture_of
from lanyard_rosbridge.protocol.qos import Qos
from lanyard_rosbridge.ros.incoming import Incoming, Topics
from lanyard_rosbridge.ros.types import MessageType
from lanyard_rosbridge.serve.packing import binary_frame, packed_text

_log = logging.getLogger(__name__)


class Sample:
    """One message of a topic, and what has been made of it."""

    __slots__ = ("_frames", "_json", "raw", "size", "type")

    def __init__(self, kind: MessageType, raw: bytes) -> None:
        self.type = kind
        self.raw = raw
        self.size = len(raw)
        self._json: bytes | None = None
        self._frames: dict[tuple[str, Format], list[bytes]] = {}

    def frames(self, written: str, form: Format) -> list[bytes]:
        """The WebSocket frames for a topic of that name. Raises BadInput for damaged bytes."""
        key = (written, form)
        found = self._frames.get(key)
        if found is None:
            found = self._frames[key] = self._make(written, form)
        return found

    def _make(self, written: str, form: Format) -> list[bytes]:
        if form.compression is Compression.CBOR:
            return [_cbor_publish(written, self.type.read(self.raw, Flavour.CBOR))]
        if form.compression is Compression.CBOR_RAW:
            secs, nanos = divmod(time.time_ns(), 1_000_000_000)
            return [_cbor_publish(written, {"secs": secs, "nsecs": nanos, "bytes": self.raw})]
        if self._json is None:
            self._json = json_codec.encode(self.type.read(self.raw, Flavour.JSON))
        name = json_codec.encode(written)
        text = b"".join((b'{"op":"publish","topic":', name, b',"msg":', self._json, b"}"))
        if form.compression is Compression.PNG:
            text = json_codec.encode({"op": "png", "data": picture_of(text)})
        return packed_text(text, form.fragment_size, f"publish:{written}:{id(self)}")


def _cbor_publish(written: str, message: dict[str, object]) -> bytes:
    return binary_frame(cbor_codec.encode({"op": "publish", "topic": written, "msg": message}))


Read = Callable[[Sample, float], None]
"""Takes a message and the time that it is now (monotonic, s); returns at once."""


@dataclass(frozen=True, slots=True)
class _Key:
    topic: str
    type: str | None
    qos: Qos


class Feed:
    """One topic and its readers."""

    def __init__(self) -> None:
        self.incoming: Incoming | None = None
        self.readers: dict[Read, None] = {}

    def arrived(self, messages: list[bytes]) -> None:
        """Messages came from the ROS graph."""
        if self.incoming is None:
            return
        now, kind = time.monotonic(), self.incoming.type
        for raw in messages:
            sample = Sample(kind, raw)
            for read in tuple(self.readers):
                read(sample, now)


class Feeds:
    """All topics that are read."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self._shared: dict[_Key, Feed] = {}

    def join(
        self, topic: str, type_name: str | None, qos: Qos, read: Read
    ) -> tuple[MessageType, Callable[[], None]]:
        """Have a topic read; its type, and what ends that. Raises what ``Topics.listen`` raises."""
        key = _Key(topic, type_name, qos)
        feed = self._shared.get(key)
        if feed is None:
            feed = Feed()
            feed.incoming = self._topics.listen(topic, type_name, feed.arrived, qos)
            # Only DDS knows what a new reader of a latched topic must be told: each has its own.
            if not feed.incoming.is_latched:
                self._shared[key] = feed
        feed.readers[read] = None
        assert feed.incoming is not None  # noqa: S101  set above, or it would not be shared
        joined, incoming = feed, feed.incoming

        def leave() -> None:
            joined.readers.pop(read, None)
            if not joined.readers:
                if self._shared.get(key) is joined:
                    del self._shared[key]
                self._topics.close(incoming)
                joined.incoming = None

        return incoming.type, leave


def frames_or_nothing(sample: Sample, written: str, form: Format) -> list[bytes]:
    """The frames of a message; none, with a line in the log, when it cannot be read."""
    try:
        return sample.frames(written, form)
    except BadInput as fault:
        _log.warning("%s: a message is left out: %s", written, fault.detail)
        return []
