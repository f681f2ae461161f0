"""A client's connection as a whole: what it held is free when it ends."""

import gc
import json
import weakref
from types import SimpleNamespace

import pytest

from lanyard_rosbridge.protocol.motion_guard import MotionLeases
from lanyard_rosbridge.protocol.settings import SessionSettings
from lanyard_rosbridge.protocol.told import Level
from lanyard_rosbridge.serve.link import Link


class FakeLine:
    """A socket that takes what it is sent, and is held by its connection."""

    def __init__(self):
        self.is_clear, self.is_over = True, False
        self.texts = []

    def send_packed(self, frame):
        self.texts.append(json.loads(frame[frame.index(b"{") :]))


@pytest.fixture
def bridge(talk):
    """A bridge without a ROS graph, for what needs none."""
    access = talk.session.topics._access
    return SimpleNamespace(
        ros=SimpleNamespace(goals=None),
        transforms=None,
        leases=MotionLeases(),
        settings=SimpleNamespace(session=SessionSettings()),
        access=lambda _principal: access,
    )


@pytest.fixture
def _no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_no_collector")
async def test_what_a_client_left_behind_does_not_wait_for_the_collector(bridge):
    line = FakeLine()
    link = Link(bridge, line, None, told_from=Level.ERROR)
    piece = {"op": "fragment", "id": "a", "num": 0, "total": 9, "data": "x" * 500_000}
    link.received(json.dumps(piece))
    link.received('{"op":"nonsense"}')
    assert "no operation 'nonsense'" in line.texts[-1]["msg"]
    parts = [weakref.ref(each) for each in (link, link._session)]
    link.close()
    del link
    assert [part() for part in parts] == [None, None]
