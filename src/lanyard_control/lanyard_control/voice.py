"""What the control node says on each tick: velocities, acknowledgements, its state.

Called from the loop's thread only. Velocities go out at loop rate in every state: zeros are said,
not left unsaid.
"""

from __future__ import annotations

from array import array

from geometry_msgs.msg import TwistStamped
from lanyard_msgs.msg import CommandAck, SafetyState
from rclpy.node import Node
from std_msgs.msg import Bool, Float64MultiArray

from lanyard_core.safety.causes import in_words
from lanyard_core.safety.limits import Limits, caps
from lanyard_core.safety.machine import MachineState
from lanyard_core.safety.states import AckStatus, State
from lanyard_core.safety.values import BASE_AXES, Observation, Outcome, Velocity
from lanyard_core.safety.watch import missing
from lanyard_node_support import names, qos

_SAFETY_STATE_PERIOD_S = 0.1


class Voice:
    """The publishers of one control node."""

    def __init__(self, node: Node, limits: Limits, *, base_frame: str) -> None:
        self._clock = node.get_clock()
        self._limits = limits
        self._base_frame = base_frame
        self._cmd_vel = node.create_publisher(TwistStamped, names.CMD_VEL, qos.CMD_VEL)
        self._arm = node.create_publisher(Float64MultiArray, names.ARM_COMMANDS, qos.CMD_VEL)
        self._ack = node.create_publisher(CommandAck, names.COMMAND_ACK, qos.ACK)
        self._state = node.create_publisher(SafetyState, names.SAFETY_STATE, qos.SAFETY_STATE)
        self._power_off = node.create_publisher(Bool, names.BASE_POWER_OFF, qos.LATCHED)
        self._base_message = TwistStamped()
        self._base_message.header.frame_id = base_frame
        self._arm_message = Float64MultiArray()
        self._has_arm = limits.axes > BASE_AXES
        self._announced: tuple[object, ...] = ()
        self._announced_at = 0.0
        self._state_since = 0.0
        self._last_state: State | None = None
        self._wants_power_off: bool | None = None

    def drive(self, velocity: Velocity) -> None:
        """Command the base and the arm."""
        # Five hundred times a second: the same two messages are filled again and again.
        message = self._base_message
        message.header.stamp = self._clock.now().to_msg()
        twist = message.twist
        twist.linear.x, twist.linear.y, twist.angular.z = velocity[:3]
        self._cmd_vel.publish(message)
        if self._has_arm:
            self._arm_message.data = array("d", velocity[BASE_AXES:])
            self._arm.publish(self._arm_message)

    def acknowledge(self, session: int, seq: int, status: AckStatus, *, handling_s: float) -> None:
        """Answer one command."""
        message = CommandAck(session=session, seq=seq, status=int(status))
        message.header.stamp = self._clock.now().to_msg()
        message.handling_time_s = handling_s
        self._ack.publish(message)

    def announce(
        self, outcome: Outcome, after: MachineState, seen: Observation, *, now: float
    ) -> None:
        """Publish the state when it changed, and ten times a second; the wish for power too."""
        if outcome.power_off is not self._wants_power_off:
            self._wants_power_off = outcome.power_off
            self._power_off.publish(Bool(data=outcome.power_off))
        if outcome.state is not self._last_state:
            self._last_state, self._state_since = outcome.state, now
        essence = (outcome.state, outcome.causes, after.authority.lease, any(outcome.velocity))
        if essence == self._announced and now - self._announced_at < _SAFETY_STATE_PERIOD_S:
            return
        self._announced, self._announced_at = essence, now
        self._state.publish(self._safety_state(outcome, after, seen, now=now))

    def _safety_state(
        self, outcome: Outcome, after: MachineState, seen: Observation, *, now: float
    ) -> SafetyState:
        message = SafetyState(state=int(outcome.state), causes=outcome.causes, safety_rated=False)
        message.header.stamp = self._clock.now().to_msg()
        message.header.frame_id = self._base_frame
        message.reason = self._reason(outcome, seen)
        message.state_age_s = now - self._state_since
        twist = message.commanded_twist
        twist.linear.x, twist.linear.y, twist.angular.z = outcome.velocity[:3]
        message.at_rest = not any(outcome.velocity)
        lease = after.authority.lease
        if lease is not None:
            message.session, message.holder = lease.session, lease.holder
            message.priority = int(lease.priority)
        full_speed = lease is not None and lease.full_speed
        message.speed_cap_mps = caps(self._limits, full_speed=full_speed)[0]
        return message

    def _reason(self, outcome: Outcome, seen: Observation) -> str:
        if outcome.causes or outcome.state is not State.STARTING:
            return in_words(outcome.causes)
        return f"waiting for {', '.join(missing(seen, self._limits)) or 'the stop input'}"
