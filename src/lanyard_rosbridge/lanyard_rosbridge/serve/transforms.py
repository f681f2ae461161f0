"""tf for web pages, as tf2_web_republisher gives it: few transforms, and only when they change.

The topics are read as long as some page wants transforms. Event loop's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from lanyard_rosbridge.conversion.cdr_reader import Flavour
from lanyard_rosbridge.protocol.frame_tree import FrameTree, Republisher
from lanyard_rosbridge.protocol.qos import AUTOMATIC, Qos
from lanyard_rosbridge.serve.feeds import Feeds, Sample

_TYPE = "tf2_msgs/msg/TFMessage"
_TOPICS = {"/tf": AUTOMATIC, "/tf_static": Qos(depth=100, transient_local=True)}

Tell = Callable[[list[dict[str, Any]]], None]


class Transforms:
    """The frames of the ROS graph, for all pages."""

    def __init__(self, feeds: Feeds) -> None:
        self._feeds = feeds
        self._tree = FrameTree()
        self._leaves: list[Callable[[], None]] = []
        self._pages = 0

    async def republish(self, republisher: Republisher, tell: Tell) -> None:
        """Tell what changes, until cancelled. Raises what ``Feeds.join`` raises."""
        self._enter()
        try:
            while True:
                changed = republisher.changed(self._tree)
                if changed:
                    tell(changed)
                await asyncio.sleep(republisher.wanted.period_s)
        finally:
            self._leave()

    def _enter(self) -> None:
        self._pages += 1
        if self._pages == 1:
            for topic, qos in _TOPICS.items():
                _, leave = self._feeds.join(topic, _TYPE, qos, self._read)
                self._leaves.append(leave)

    def _leave(self) -> None:
        self._pages -= 1
        if not self._pages:
            for leave in self._leaves:
                leave()
            self._leaves.clear()
            self._tree = FrameTree()

    def _read(self, sample: Sample, _now: float) -> None:
        values: Any = sample.type.read(sample.raw, Flavour.JSON)
        self._tree.put(values["transforms"])
