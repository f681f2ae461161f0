"""Commands and heartbeats to one robot's control node.

Publishers are made once; each call hands a message to DDS, which does not wait. To be called on the
event loop's thread: no queue and no other thread lies between a frame that came in and the message
that goes out.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from lanyard_msgs.msg import Heartbeat
from lanyard_msgs.msg import MotionCommand as MotionCommandMsg
from rclpy.exceptions import InvalidHandle
from rclpy.node import Node

from lanyard_core.faults import Unavailable
from lanyard_core.port import MotionCommand
from lanyard_gateway.robot.command_cdr import CommandLayout, HeartbeatLayout
from lanyard_node_support import names, qos

if TYPE_CHECKING:
    from lanyard_gateway.robot.config import RobotConfig

# Sessions whose heartbeats are numbered at the same time; leases are one for each robot.
_MAX_SESSIONS = 16

GATEWAY_SESSION = 0


class CommandPublisher:
    """Publishes commands, forwarded heartbeats and the gateway's own beat."""

    def __init__(self, node: Node, config: RobotConfig) -> None:
        self._clock = node.get_clock()
        self._command = CommandLayout(config.frames.base)
        self._heartbeat = HeartbeatLayout(node.get_name())
        self._commands = node.create_publisher(
            MotionCommandMsg, config.topic(names.COMMAND), qos.COMMAND
        )
        self._heartbeats = node.create_publisher(
            Heartbeat, config.topic(names.HEARTBEAT), qos.HEARTBEAT
        )
        self._heartbeat_seq: OrderedDict[int, int] = OrderedDict()

    def send_command(self, command: MotionCommand) -> None:
        """Publish one command. Raises Unavailable when ROS is shut down already."""
        try:
            self._commands.publish(self._command.write(command))
        except InvalidHandle:
            raise _shut_down() from None

    def send_heartbeat(self, session: int) -> None:
        """Renew a session's lease, or beat for the gateway itself with GATEWAY_SESSION."""
        stamp_ns = self._clock.now().nanoseconds
        seq = self._next_seq(session)
        try:
            self._heartbeats.publish(
                self._heartbeat.write(stamp_ns=stamp_ns, session=session, seq=seq)
            )
        except InvalidHandle:
            raise _shut_down() from None

    def _next_seq(self, session: int) -> int:
        seq = self._heartbeat_seq.get(session, 0) + 1
        self._heartbeat_seq[session] = seq
        self._heartbeat_seq.move_to_end(session)
        if len(self._heartbeat_seq) > _MAX_SESSIONS:
            self._heartbeat_seq.popitem(last=False)
        return seq


def _shut_down() -> Unavailable:
    return Unavailable("the gateway is shutting down", code="shutting_down")
