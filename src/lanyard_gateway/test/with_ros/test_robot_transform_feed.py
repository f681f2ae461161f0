"""TransformFeed on a real graph."""

import time

import pytest
from geometry_msgs.msg import TransformStamped
from tf2_msgs.msg import TFMessage

from lanyard_gateway.robot import transform_feed as module
from lanyard_gateway.robot.transform_feed import TransformFeed
from lanyard_node_support import names, qos


@pytest.fixture
def feed(graph):
    return TransformFeed(graph.gateway, moving=names.TF, static=names.TF_STATIC)


@pytest.fixture
def say(graph):
    """Publishes a transform, moving or static, a metre along x."""
    moving = graph.peer.create_publisher(TFMessage, names.TF, qos.TF)
    static = graph.peer.create_publisher(TFMessage, names.TF_STATIC, qos.TF_STATIC)

    def publish(parent, child, *, is_static=False):
        message = TransformStamped(child_frame_id=child)
        message.header.frame_id = parent
        message.transform.translation.x = 1.0
        (static if is_static else moving).publish(TFMessage(transforms=[message]))

    return publish


async def test_chains_are_made_of_moving_and_of_static_transforms(feed, say, eventually):
    say("base_link", "tool0", is_static=True)

    def found():
        say("odom", "base_link")
        feed.look(time.monotonic())
        return feed.lookup("odom", "tool0")

    began_s = time.monotonic()
    lookup = await eventually(found)
    assert lookup.pose.position == (2.0, 0.0, 0.0)
    assert began_s <= lookup.arrived_s <= time.monotonic()
    assert feed.lookup("base_link", "tool0").arrived_s is None


async def test_a_message_that_cannot_be_read_takes_no_other_with_it(
    feed, say, eventually, monkeypatch, caplog
):
    read = module.read_transforms

    def read_what_is_good(data, *, arrived_s):
        if b"bad" in data:
            raise RuntimeError
        return read(data, arrived_s=arrived_s)

    monkeypatch.setattr(module, "read_transforms", read_what_is_good)

    def found():
        say("odom", "bad")
        say("odom", "base_link")
        feed.look(time.monotonic())
        return caplog.messages and feed.lookup("odom", "base_link")

    assert await eventually(found)
    assert feed.lookup("odom", "bad") is None
    assert set(caplog.messages) == {"a message of transforms could not be decoded"}
