"""What the watchdog says in the control node's place: zeros, and the halt of the base.

It speaks as the control node spoke: the same frame, and as many joints as there were in its last
words, so that no parameter of the two can disagree. Its own words come back to it on the topics
that it listens to; it knows them by their bytes.
"""

from __future__ import annotations

from collections import deque

from geometry_msgs.msg import TwistStamped
from rclpy.node import Node
from rclpy.serialization import deserialize_message, serialize_message
from std_msgs.msg import Bool, Float64MultiArray

from lanyard_node_support import names, qos

# Far more than can be under way at 100 Hz.
_OWN_WORDS = 32


class Voice:
    """The watchdog's publishers, and what it has learnt of the control node's messages."""

    def __init__(self, node: Node) -> None:
        self._clock = node.get_clock()
        self._velocity = node.create_publisher(TwistStamped, names.CMD_VEL, qos.CMD_VEL)
        self._arm = node.create_publisher(Float64MultiArray, names.ARM_COMMANDS, qos.CMD_VEL)
        self._halt = node.create_publisher(Bool, names.BASE_HALT, qos.LATCHED)
        self._own: deque[bytes] = deque(maxlen=_OWN_WORDS)
        self._last_velocity = b""
        self._joints = 0

    def is_own(self, velocity: bytes) -> bool:
        """True for a serialized velocity that was published here."""
        return velocity in self._own

    def learn_velocity(self, velocity: bytes) -> None:
        """Remember the control node's last serialized velocity."""
        self._last_velocity = velocity

    def learn_joints(self, count: int) -> None:
        """Remember how many joints the control node commands."""
        self._joints = count

    def zero(self) -> None:
        """Command the base and the arm to rest."""
        message = TwistStamped()
        message.header.frame_id = self._frame()
        message.header.stamp = self._clock.now().to_msg()
        data = serialize_message(message)
        self._own.append(data)
        self._velocity.publish(data)
        if self._joints:
            self._arm.publish(Float64MultiArray(data=[0.0] * self._joints))

    def halt(self, *, halted: bool) -> None:
        """Tell the base to hold zero, or that it need not; whoever joins later hears it too."""
        self._halt.publish(Bool(data=halted))

    def _frame(self) -> str:
        if not self._last_velocity:
            return ""
        last: TwistStamped = deserialize_message(self._last_velocity, TwistStamped)
        frame_id: str = last.header.frame_id
        return frame_id
