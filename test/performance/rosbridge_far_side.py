"""The far side of a rosbridge server in a measurement: a ROS node that echoes, publishes, serves.

    python rosbridge_far_side.py echo=1,picture

``echo=COUNT`` echoes /ping0 on /pong0 and so on, ``joints=HZ`` on /joints, ``picture`` 30 Hz on
/picture, ``trigger`` a service that answers at once and one, /slow, that takes a second. Stamps are
monotonic time.
"""

from __future__ import annotations

import array
import sys
import threading
import time

import rclpy
from geometry_msgs.msg import TwistStamped
from rclpy.node import Node
from sensor_msgs.msg import Image, JointState
from std_srvs.srv import Trigger

from lanyard_node_support.clock import steady_timer
from lanyard_node_support.run import init_ros, make_executor

PICTURE_HZ = 30.0
PICTURE_BYTES = 921_600
SLOW_S = 1.0


def _stamp(message: JointState | Image) -> None:
    stamp = message.header.stamp
    stamp.sec, stamp.nanosec = divmod(time.monotonic_ns(), 1_000_000_000)


def _echo(node: Node, count: float) -> None:
    for number in range(int(count)):
        back = node.create_publisher(TwistStamped, f"/pong{number}", 10)
        node.create_subscription(TwistStamped, f"/ping{number}", back.publish, 10, raw=True)


def _joints(node: Node, rate_hz: float) -> None:
    out = node.create_publisher(JointState, "/joints", 10)
    message = JointState(
        name=[f"joint_{n}" for n in range(7)], position=[0.1] * 7, velocity=[0.2] * 7,
        effort=[0.3] * 7,
    )  # fmt: skip

    def publish() -> None:
        _stamp(message)
        out.publish(message)

    steady_timer(node, 1.0 / rate_hz, publish)


def _picture(node: Node, _: float) -> None:
    out = node.create_publisher(Image, "/picture", 2)
    data = array.array("B", bytes(range(256)) * (PICTURE_BYTES // 256))
    message = Image(width=640, height=480, encoding="rgb8", step=1920, data=data)

    def publish() -> None:
        _stamp(message)
        out.publish(message)

    steady_timer(node, 1.0 / PICTURE_HZ, publish)


def _trigger(node: Node, _: float) -> None:
    node.create_service(Trigger, "/trigger", lambda _, response: response)
    slow = rclpy.create_node("slow_side")

    def answer(_: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        time.sleep(SLOW_S)
        return response

    slow.create_service(Trigger, "/slow", answer)
    executor = make_executor()
    executor.add_node(slow)

    def spin() -> None:
        while rclpy.ok():
            executor.spin_once(timeout_sec=0.1)

    threading.Thread(target=spin, daemon=True).start()


_PARTS = {"echo": _echo, "joints": _joints, "picture": _picture, "trigger": _trigger}


def main() -> None:
    """Be it, until killed."""
    init_ros([])
    node = rclpy.create_node("far_side")
    for word in sys.argv[1].split(","):
        name, _, argument = word.partition("=")
        _PARTS[name](node, float(argument or 0))
    executor = make_executor()
    executor.add_node(node)
    while rclpy.ok():
        executor.spin_once(timeout_sec=0.1)


if __name__ == "__main__":
    main()
