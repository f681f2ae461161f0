"""The thread in which callbacks of a ROS node run, beside a main thread that does other work."""

from __future__ import annotations

import logging
import threading

import rclpy
from rclpy.executors import Executor
from rclpy.node import Node
from rclpy.task import Future

from lanyard_node_support.run import make_executor

_log = logging.getLogger(__name__)

_JOIN_TIMEOUT_S = 2.0
# How often it is looked whether the context was shut down by others: each look takes 0.1 ms.
_LOOK_UP_S = 1.0


class SpinThread:
    """Spins one node from ``start`` to ``stop``; a callback that fails is logged, no more."""

    def __init__(self, node: Node, *, name: str) -> None:
        """``name`` is the thread's."""
        self._node = node
        self._stopping = threading.Event()
        self._spun_until = Future()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for it."""
        self._stopping.set()
        self._spun_until.set_result(None)
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
        self._spun_until = Future()  # a new one each time: see spin_for
        if self._stopping.is_set():  # and settled the one before
            return
        try:
            executor.spin_until_future_complete(self._spun_until, timeout_sec=_LOOK_UP_S)
        except Exception:  # noqa: BLE001 - the top level of the thread
            # One bad message of one sender must not take the others' bridge down.
            _log.exception("a ROS callback failed")
