"""A real ROS graph for the tests of the robot room: a peer plays the robot, in this process."""

from __future__ import annotations

import random
import threading
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
import rclpy
import waiting
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from lanyard_gateway.robot.config import RobotConfig
from lanyard_gateway.robot.fleet import RobotFleet
from lanyard_node_support.inbox import InboxNode

DEADLINE_S = 15.0


def pytest_configure(config: pytest.Config) -> None:
    # The parser that ROS's message packages import uses modules that Python 3.11 calls outdated.
    config.addinivalue_line("filterwarnings", "ignore:module 'sre_:DeprecationWarning")


class Graph:
    """The gateway's node and a peer node, which a thread of its own spins."""

    def __init__(self) -> None:
        self.gateway = InboxNode("gateway")
        self.peer: Node = rclpy.create_node("robot", namespace="/arm_001")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._spin, daemon=True)

    def start_peer(self) -> None:
        """Spin the peer, once everything on it has been made."""
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(DEADLINE_S)
        self.peer.destroy_node()
        self.gateway.destroy_node()

    def _spin(self) -> None:
        executor = SingleThreadedExecutor()
        executor.add_node(self.peer)
        while not self._stop.is_set():
            executor.spin_once(timeout_sec=0.05)
        executor.shutdown()


@pytest.fixture
def graph() -> Iterator[Graph]:
    rclpy.init(domain_id=random.randint(1, 99), signal_handler_options=SignalHandlerOptions.NO)
    made = Graph()
    yield made
    made.close()
    rclpy.shutdown()


@pytest.fixture
def patience_s() -> float:
    """How long the robot may take to answer: long, for tests that do not wait in vain."""
    return 10.0


@pytest_asyncio.fixture
async def fleet(graph: Graph, patience_s: float) -> AsyncIterator[RobotFleet]:
    """The robots of the gateway: arm-001 in /arm_001."""
    config = RobotConfig(
        robot_id="arm-001",
        namespace="/arm_001",
        offline_after_s=0.5,
        service_timeout_s=patience_s,
        task_accept_timeout_s=patience_s,
        task_result_poll_s=0.5,
    )
    made = RobotFleet(graph.gateway, [config])
    made.start()
    yield made
    made.stop()


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], object]:
    """Waits in a coroutine until a condition gives something true, or fails at a deadline."""
    return waiting.eventually
