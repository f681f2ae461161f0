"""Robots that exist on the graph only: they grant the lease, arm, and acknowledge at once.

    python many_robots.py COUNT

One process stands for the control nodes of COUNT robots, each of which has a computer of its own in
the field. So what is measured is the gateway, and the machine's two processors are left to it:
commands are answered from their bytes. The robots are /r0, /r1 and so on; nothing moves.
"""

from __future__ import annotations

import struct
import sys

from lanyard_msgs.msg import CommandAck, MotionCommand, SafetyState
from lanyard_msgs.srv import AcquireLease, ArmMotion, ReleaseLease, RequestStop, ResetSafety
from processes import stand_for_another_computer
from rclpy.node import Node

from lanyard_node_support import names, qos
from lanyard_node_support.clock import steady_timer
from lanyard_node_support.interpreter import (
    exempt_from_garbage_collection,
    shorten_switch_interval,
)
from lanyard_node_support.run import run_node
from lanyard_node_support.transport import choose_transport

_STATE_PERIOD_S = 0.1
# A command's frame_id has its length at byte 12; behind it, aligned to 8, session and seq.
_LENGTH = struct.Struct("<12xI")
_NUMBERS = struct.Struct("<QQ")
# Stamp 0, no frame_id, session, seq, accepted, no time taken.
_ACK = struct.Struct("<4s8xIB3xQQB3xf")
_LITTLE_ENDIAN = b"\x00\x01\x00\x00"


class Robot:
    """The far side of one robot's command channel."""

    def __init__(self, node: Node, namespace: str, session: int) -> None:
        self._session = session
        self._state = SafetyState(state=SafetyState.STATE_IDLE, at_rest=True)

        def topic(name: str) -> str:
            return f"{namespace}/{name}"

        self._ack = node.create_publisher(CommandAck, topic(names.COMMAND_ACK), qos.ACK)
        self._states = node.create_publisher(
            SafetyState, topic(names.SAFETY_STATE), qos.SAFETY_STATE
        )
        node.create_subscription(
            MotionCommand, topic(names.COMMAND), self._on_command, qos.COMMAND_IN, raw=True
        )
        node.create_service(AcquireLease, topic(names.ACQUIRE_LEASE), self._on_acquire)
        node.create_service(ReleaseLease, topic(names.RELEASE_LEASE), self._on_release)
        node.create_service(ArmMotion, topic(names.ARM), self._on_arm)
        node.create_service(RequestStop, topic(names.REQUEST_STOP), self._on_stop)
        node.create_service(ResetSafety, topic(names.RESET), self._on_reset)
        steady_timer(node, _STATE_PERIOD_S, self._tell)

    def _tell(self) -> None:
        self._states.publish(self._state)

    def _on_command(self, data: bytes) -> None:
        (length,) = _LENGTH.unpack_from(data)
        session, seq = _NUMBERS.unpack_from(data, 4 + (12 + length + 7) // 8 * 8)
        self._ack.publish(_ACK.pack(_LITTLE_ENDIAN, 1, 0, session, seq, CommandAck.STATUS_OK, 0.0))

    def _on_acquire(
        self, request: AcquireLease.Request, response: AcquireLease.Response
    ) -> AcquireLease.Response:
        self._state.session, self._state.holder = self._session, request.holder
        self._state.priority = request.priority
        response.success, response.session, response.ttl_s = True, self._session, 3.0
        response.holder, response.priority = request.holder, request.priority
        self._tell()
        return response

    def _on_release(
        self, _request: ReleaseLease.Request, response: ReleaseLease.Response
    ) -> ReleaseLease.Response:
        self._state = SafetyState(state=SafetyState.STATE_IDLE, at_rest=True)
        self._tell()
        return response

    def _on_arm(self, request: ArmMotion.Request, response: ArmMotion.Response) -> object:
        self._state.state = SafetyState.STATE_ACTIVE if request.arm else SafetyState.STATE_IDLE
        response.success, response.state = True, self._state.state
        self._tell()
        return response

    def _on_stop(self, _request: RequestStop.Request, response: RequestStop.Response) -> object:
        self._state.state = SafetyState.STATE_IDLE
        response.state, response.at_rest = self._state.state, True
        self._tell()
        return response

    def _on_reset(self, _request: ResetSafety.Request, response: ResetSafety.Response) -> object:
        response.success = True
        return response


class ManyRobots(Node):
    """The process's one node."""

    def __init__(self, count: int) -> None:
        super().__init__("many_robots")
        self._robots = [Robot(self, f"/r{number}", number + 1) for number in range(count)]
        exempt_from_garbage_collection()
        shorten_switch_interval()


if __name__ == "__main__":
    stand_for_another_computer()
    choose_transport()
    sys.exit(run_node(lambda: ManyRobots(int(sys.argv[1])), name="many_robots"))
