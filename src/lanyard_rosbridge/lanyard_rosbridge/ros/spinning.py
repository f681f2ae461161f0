"""The bridge's own ROS node and the thread that works off its callbacks."""

from __future__ import annotations

import logging
import threading

import rclpy
from rclpy.executors import Executor
from rclpy.node import Node

from lanyard_node_support.run import make_executor

_log = logging.getLogger(__name__)
_SPIN_TIMEOUT_S = 0.1
_JOIN_TIMEOUT_S = 2.0


class Spinning:
    """Spins one node until ``stop``."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rosbridge", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for it."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_JOIN_TIMEOUT_S)

    def _run(self) -> None:
        executor = make_executor()
        executor.add_node(self._node)
        while not self._stopping.is_set() and rclpy.ok():
            self._spin_once(executor)
        executor.remove_node(self._node)
        executor.shutdown()

    def _spin_once(self, executor: Executor) -> None:
        try:
            executor.spin_once(timeout_sec=_SPIN_TIMEOUT_S)
        except Exception:  # noqa: BLE001 - the top level of the thread
            # One bad message of one client must not take the others' bridge down.
            _log.exception("a ROS callback failed")
