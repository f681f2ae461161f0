"""SpinThread on a node of its own."""

import random
import threading

import pytest
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from waiting import DEADLINE_S

from lanyard_node_support import spinning
from lanyard_node_support.clock import steady_timer
from lanyard_node_support.run import make_executor
from lanyard_node_support.spinning import SpinThread


@pytest.fixture(params=[make_executor, SingleThreadedExecutor])
def spin(request, monkeypatch):
    """A thread that is not started, which looks up so rarely that it must be woken."""
    monkeypatch.setattr(spinning, "make_executor", request.param)
    monkeypatch.setattr(spinning, "_LOOK_UP_S", 10 * DEADLINE_S)
    monkeypatch.setattr(spinning, "_JOIN_TIMEOUT_S", DEADLINE_S)
    rclpy.init(domain_id=random.randint(1, 99), signal_handler_options=SignalHandlerOptions.NO)
    node = Node("spun")
    yield SpinThread(node, name="spun by a test")
    node.destroy_node()
    rclpy.shutdown()


def is_running():
    return any(thread.name == "spun by a test" for thread in threading.enumerate())


def test_a_thread_that_has_nothing_to_do_ends_as_soon_as_it_is_told(spin):
    called = threading.Event()
    timer = steady_timer(spin._node, 0.01, called.set)
    spin.start()
    assert called.wait(DEADLINE_S)
    timer.cancel()
    spin.stop()
    assert not is_running()


def test_a_thread_that_was_told_to_end_before_it_began_ends(spin):
    spin.start()
    spin.stop()
    assert not is_running()
    spin.stop()


def test_a_callback_that_fails_is_logged_and_the_others_are_called_all_the_same(spin, caplog):
    failed, called = threading.Event(), threading.Event()

    def fail():
        failed.set()
        raise ValueError

    steady_timer(spin._node, 0.01, fail)
    steady_timer(spin._node, 0.01, lambda: failed.is_set() and called.set())
    spin.start()
    assert called.wait(DEADLINE_S)
    spin.stop()
    assert not is_running()
    assert "a ROS callback failed" in caplog.text
