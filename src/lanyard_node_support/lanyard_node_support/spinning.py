"""The thread in which callbacks of a ROS node run, beside a main thread that does other work."""

from __future__ import annotations

import logging
import threading

import rclpy
from rclpy.executors import Executor
from rclpy.node import Node

from lanyard_node_support.run import SPIN_TIMEOUT_S, make_executor, spin_for

_log = logging.getLogger(__name__)

_JOIN_TIMEOUT_S = 2.0


class SpinThread:
    """Spins one node from ``start`` to ``stop``; a callback that fails is logged, no more."""

    def __init__(self, node: Node, *, name: str) -> None:
        """``name`` is the thread's."""
        self._node = node
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

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
            self._spin(executor)
        executor.remove_node(self._node)
        executor.shutdown()

    def _spin(self, executor: Executor) -> None:
        try:
            spin_for(executor, SPIN_TIMEOUT_S)
        except Exception:  # noqa: BLE001 - the top level of the thread
            # One bad message of one sender must not take the others' bridge down.
            _log.exception("a ROS callback failed")
