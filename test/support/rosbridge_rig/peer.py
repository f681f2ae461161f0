"""Another node of the graph, in this process."""

from __future__ import annotations

import threading
from typing import Any

import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from waiting import DEADLINE_S


class Peer:
    """Another node of the graph, which a thread of its own spins."""

    def __init__(self, domain_id: int) -> None:
        # A context of its own: the process's one belongs to the tests of other folders.
        self._context = Context()
        rclpy.init(
            context=self._context,
            domain_id=domain_id,
            signal_handler_options=SignalHandlerOptions.NO,
        )
        self.node = Node("peer", context=self._context)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._spin, daemon=True)
        self._thread.start()

    def _spin(self) -> None:
        executor = SingleThreadedExecutor(context=self._context)
        executor.add_node(self.node)
        while not self._stop.is_set():
            executor.spin_once(timeout_sec=0.05)
        executor.remove_node(self.node)
        executor.shutdown()

    def hear(self, kind: Any, topic: str) -> list[Any]:
        """What comes on a topic from now on."""
        heard: list[Any] = []
        self.node.create_subscription(kind, topic, heard.append, 100)
        return heard

    def close(self) -> None:
        self._stop.set()
        self._thread.join(DEADLINE_S)
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)
