"""The run loop that every Lanyard node shares: start, spin, and stop with the last word still sent.

rclpy's own signal handlers invalidate the context before our code runs, so that a node could not
publish its last zeros. Here SIGTERM and SIGINT only set a flag; the node's ``before_shutdown`` runs
while the context still lives. To be called from a process's main thread.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol, runtime_checkable

import rclpy
from rclpy.executors import Executor, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future
from rclpy.utilities import remove_ros_args

from lanyard_core.faults import BadConfiguration

EXIT_BAD_CONFIGURATION = 2

# How far before ordinary processes (0) every node goes; real-time threads go before it.
NICENESS = -10

_PARAMETER_FILE = "; such a file is written like config/robot.yaml: node: {ros__parameters: {...}}"

# The longest time that a stop signal may wait for an idle executor to look at it.
SPIN_TIMEOUT_S = 0.1


@runtime_checkable
class ShutsDown(Protocol):
    """A node with something to say or to stop before its context goes."""

    def before_shutdown(self) -> None:
        """Called once, in the main thread, after a stop signal; publishers still work."""


def make_executor() -> Executor:
    """The fastest executor that this ROS has, which must be spun with ``spin_until``.

    EventsExecutor came with Jazzy; on Humble the SingleThreadedExecutor takes its place.
    MultiThreadedExecutor loses messages under load and is never used.
    """
    try:
        from rclpy.experimental import EventsExecutor
    except ImportError:
        return SingleThreadedExecutor()
    return EventsExecutor()


def spin_for(executor: Executor, timeout_s: float) -> None:
    """Work off callbacks for ``timeout_s`` seconds; raises what one of them raises.

    ``EventsExecutor.spin()`` of the current wheels burns a core and delivers nothing, and its
    ``spin_once`` comes back to Python after each callback. Waiting for a future that nobody settles
    does neither; it takes a new one each time, because the executor leaves a mark on it.
    """
    executor.spin_until_future_complete(Future(), timeout_sec=timeout_s)


def spin_until(executor: Executor, stop: threading.Event) -> None:
    """Work off callbacks until ``stop`` is set, or the context is shut down."""
    while not stop.is_set() and rclpy.ok():
        spin_for(executor, SPIN_TIMEOUT_S)


@contextmanager
def stop_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set, while the ``with`` block runs.

    Once it is set both stay without effect, to the end of the process: under ``ros2 launch`` a
    Ctrl-C comes twice, from the terminal and from launch, and the second must not cut the last
    words short.
    """
    stop = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    previous = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, signal.SIG_IGN if stop.is_set() else handler)


def init_ros(arguments: list[str] | None = None) -> None:
    """``rclpy.init`` without rclpy's signal handlers; the caller handles signals.

    Raises BadConfiguration for ROS arguments or parameter files that cannot be read.
    """
    _take_precedence()
    try:
        rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
    except RuntimeError as error:
        # rcl names places in its own source, which help nobody who mends a file.
        problem = re.sub(r",? at \S+:\d+", "", str(error))
        remedy = _PARAMETER_FILE if "params file" in problem else ""
        raise BadConfiguration([problem + remedy]) from None


def _take_precedence() -> None:
    """Go before ordinary processes, where this user may: a robot's nodes must not wait for a build.

    Before rclpy starts its threads, which inherit it. Who may not stays as he is: the watchdogs
    judge what comes of it.
    """
    try:
        nice = min(NICENESS, os.getpriority(os.PRIO_PROCESS, 0))
        os.setpriority(os.PRIO_PROCESS, 0, nice)
    except PermissionError:
        return


def complain(error: BadConfiguration, *, name: str) -> int:
    """Print every problem of a configuration, one line each; returns the exit code."""
    for problem in error.problems:
        print(f"{name}: configuration: {problem}", file=sys.stderr, flush=True)
    return EXIT_BAD_CONFIGURATION


def node_parser(name: str, about: str) -> argparse.ArgumentParser:
    """The parser of what stands before ``--ros-args``: nothing but what a node adds to it."""
    return argparse.ArgumentParser(
        prog=name,
        description=f"{about} Parameters: docs/parameters.md.",
        epilog="Set them as for any node: --ros-args --params-file FILE, -p name:=value",
    )


def run_node(factory: Callable[[], Node], *, name: str, about: str | None = None) -> int:
    """Run one node until SIGTERM or SIGINT; returns the process's exit code.

    0 after an orderly stop; 2 when the configuration cannot be used, with a line for each problem.
    ``about`` is what ``--help`` says; with it, words on the command line that are not ROS's are
    refused.
    """
    with stop_signals() as stop:
        try:
            init_ros()
            if about is not None:
                node_parser(name, about).parse_args(remove_ros_args(sys.argv)[1:])
            node = factory()
        except BadConfiguration as error:
            rclpy.try_shutdown()
            return complain(error, name=name)
        try:
            _spin_node(node, stop)
        finally:
            node.destroy_node()
            rclpy.try_shutdown()
    return 0


def _spin_node(node: Node, stop: threading.Event) -> None:
    executor = make_executor()
    executor.add_node(node)
    try:
        spin_until(executor, stop)
        if isinstance(node, ShutsDown):
            node.before_shutdown()
    finally:
        executor.remove_node(node)
        executor.shutdown()
