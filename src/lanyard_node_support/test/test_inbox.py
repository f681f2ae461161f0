"""Inboxes, on a graph of their own and with a middleware that is played."""

import contextlib
import random
import time
from types import SimpleNamespace

import pytest
import rclpy
from diagnostic_msgs.msg import KeyValue
from rclpy.executors import SingleThreadedExecutor
from rclpy.serialization import deserialize_message
from rclpy.signals import SignalHandlerOptions
from waiting import wait_for

from lanyard_node_support import inbox as module
from lanyard_node_support import qos
from lanyard_node_support.inbox import SHORTEST_S, Inbox, InboxNode
from lanyard_node_support.run import make_executor, spin_for

HOUR_S = 3600.0


class PlayedNode:
    """A node with one subscription, that of ``waiting``: data, and when it came (Unix, s)."""

    def __init__(self):
        self.waiting = []

    def create_subscription(self, message_type, _topic, callback, profile, *, raw):
        assert raw
        handle = contextlib.nullcontext()
        handle.take_message = self._take
        return SimpleNamespace(handle=handle, msg_type=message_type, callback=callback)

    def _take(self, _message_type, _raw):
        if not self.waiting:
            return None
        data, received_s = self.waiting.pop(0)
        return data, {"received_timestamp": round(received_s * 1e9)}


@pytest.fixture
def played():
    return PlayedNode()


@pytest.fixture
def inbox(played):
    made = Inbox(played, KeyValue, "topic", qos.SENSOR)
    made.look(time.monotonic() + HOUR_S)  # so that a test's looks follow one with a known time
    return made


@pytest.fixture
def began(inbox):
    """The moment of the look before a test's first, and what the wall clock said then."""
    now = time.monotonic() + 2 * HOUR_S
    inbox.look(now)
    return now


@pytest.fixture
def wall_clock(monkeypatch):
    """What the wall clock says, which tests set: ``wall_clock.unix_s``."""
    clock = SimpleNamespace(unix_s=1_800_000_000.0)
    monkeypatch.setattr(
        module, "time", SimpleNamespace(time=lambda: clock.unix_s, monotonic=time.monotonic)
    )
    return clock


def test_what_came_is_told_with_the_moment_at_which_the_middleware_had_it(
    played, inbox, began, wall_clock
):
    played.waiting = [(b"1", wall_clock.unix_s - 0.07), (b"2", wall_clock.unix_s - 0.02)]
    first, second = inbox.look(began + 0.1)
    assert (first.data, second.data) == (b"1", b"2")
    assert first.arrived_s == pytest.approx(began + 0.03, abs=1e-5)
    assert second.arrived_s == pytest.approx(began + 0.08, abs=1e-5)
    assert inbox.look(began + 0.2) == []


@pytest.mark.parametrize("step_s", [-HOUR_S, HOUR_S])
def test_whatever_the_wall_clock_says_a_message_came_between_two_looks(
    played, inbox, began, wall_clock, step_s
):
    played.waiting = [(b"", wall_clock.unix_s)]
    wall_clock.unix_s += step_s
    [arrival] = inbox.look(began + 0.1)
    assert began <= arrival.arrived_s <= began + 0.1


def test_what_a_middleware_does_not_date_counts_as_old_as_it_may_be(
    played, inbox, began, wall_clock
):
    played.waiting = [(b"", 0.0)]
    [arrival] = inbox.look(began + 0.1)
    assert arrival.arrived_s == began


def test_who_looks_again_at_once_is_given_nothing_and_it_waits_for_the_next_look(
    played, inbox, began
):
    played.waiting = [(b"1", 0.0)]
    assert inbox.look(began + SHORTEST_S / 2) == []
    assert [arrival.data for arrival in inbox.look(began + 2 * SHORTEST_S)] == [b"1"]


def test_a_look_takes_no_more_than_there_is_room_for_however_fast_more_comes(played, inbox, began):
    played.waiting = [(bytes(1), 0.0)] * 100
    assert len(inbox.look(began + 0.1)) == qos.SENSOR.depth


@pytest.fixture
def node():
    rclpy.init(domain_id=random.randint(1, 99), signal_handler_options=SignalHandlerOptions.NO)
    made = InboxNode("reader")
    yield made
    made.destroy_node()
    rclpy.shutdown()


@pytest.mark.parametrize("make", [make_executor, SingleThreadedExecutor])
def test_an_executor_serves_its_own_subscriptions_and_leaves_what_is_in_an_inbox(node, make):
    inbox = Inbox(node, KeyValue, "topic", qos.TF)
    heard = []
    node.create_subscription(KeyValue, "topic", lambda message: heard.append(message.key), qos.TF)
    words = node.create_publisher(KeyValue, "topic", qos.TF)
    wait_for(lambda: words.get_subscription_count() == 2)
    executor = make()
    executor.add_node(node)
    for word in ("first", "second"):
        words.publish(KeyValue(key=word))
    wait_for(lambda: (spin_for(executor, 0.05), heard == ["first", "second"])[1])
    told = []
    wait_for(lambda: (told.extend(inbox.look(time.monotonic())), len(told) == 2)[1])
    assert [deserialize_message(arrival.data, KeyValue).key for arrival in told] == heard
    executor.remove_node(node)
    executor.shutdown()


def test_when_ros_is_shut_down_nothing_has_come(node):
    inbox = Inbox(node, KeyValue, "topic", qos.NEWEST)
    node.destroy_node()
    assert inbox.look(time.monotonic() + 1.0) == []
