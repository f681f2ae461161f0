"""Timers and stamps: watchdogs run on the steady clock, stamps on ROS time.

``Node.create_timer`` without a clock follows ROS time and stops firing when the wall clock steps
back; every timer of Lanyard is made here or names its clock.
"""

from __future__ import annotations

from collections.abc import Callable

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.timer import Timer

STEADY = ClockType.STEADY_TIME


def steady_timer(node: Node, period_s: float, callback: Callable[[], None]) -> Timer:
    """A timer that fires each ``period_s`` seconds whatever the wall clock does."""
    return node.create_timer(period_s, callback, clock=Clock(clock_type=STEADY))
