"""What comes and goes on the ROS graph leaves no mark on the node."""

import random

import pytest
import rclpy
from rclpy.context import Context
from rclpy.node import Node
from std_msgs.msg import String
from std_srvs.srv import Trigger

from lanyard_rosbridge.protocol.qos import AUTOMATIC
from lanyard_rosbridge.ros.calling import Services
from lanyard_rosbridge.ros.incoming import Topics
from lanyard_rosbridge.ros.outgoing import Outgoing, _Key
from lanyard_rosbridge.ros.serving import DeferredService
from lanyard_rosbridge.ros.types import type_of


@pytest.fixture
def node():
    context = Context()
    rclpy.init(context=context, domain_id=random.randint(1, 99))
    made = Node("here", context=context)
    yield made
    made.destroy_node()
    rclpy.shutdown(context=context)


def subscription(node):
    topics = Topics(node, None)
    topics.close(topics.listen("/heard", "std_msgs/String", print))


def publisher(node):
    key = _Key("/said", "std_msgs/msg/String", 1, latch=False, qos=AUTOMATIC)
    Outgoing(node, None, key, type_of(String)).close()


def client(node):
    Services(node, None).serves("/asked", Trigger)


def service(node):
    DeferredService(node, None, Trigger, "/served", print).close()


@pytest.mark.parametrize("come_and_go", [subscription, publisher, client, service])
def test_what_comes_and_goes_leaves_no_mark_on_the_node(node, come_and_go):
    come_and_go(node)
    before = len(node.default_callback_group.entities)
    for _ in range(5):
        come_and_go(node)
    assert len(node.default_callback_group.entities) == before
