"""The link to the robot: sensors and the control node's word in, effects out. rclpy only.

Everything is called on the executor's thread, and nothing waits: answers of services come back as
callbacks. Ages are by our own steady clock since arrival.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from geometry_msgs.msg import Twist, Vector3
from lanyard_msgs.msg import Heartbeat, MotionCommand, SafetyState
from lanyard_msgs.srv import AcquireLease, ArmMotion, ReleaseLease
from nav_msgs.msg import Odometry
from rclpy.client import Client
from rclpy.node import Node
from rclpy.task import Future
from sensor_msgs.msg import JointState

from lanyard_core.safety.states import Priority, State
from lanyard_node_support import names, qos
from lanyard_tasks.motion.authority import Authority
from lanyard_tasks.motion.effects import (
    ArmReply,
    AskArm,
    AskLease,
    Effect,
    GiveBack,
    LeaseReply,
    SafetySeen,
    SendBeat,
    SendCommand,
)
from lanyard_tasks.motion.geometry import Pose2D
from lanyard_tasks.robot import Observation


class RobotLink:
    """Publishers, subscriptions and service clients of one robot."""

    def __init__(self, node: Node, *, full_speed: bool) -> None:
        self._node = node
        self._full_speed = full_speed
        self._pose: Pose2D | None = None
        self._pose_at = -math.inf
        self._joints: dict[str, float] = {}
        self._efforts: dict[str, float] = {}
        self._joints_at = -math.inf
        self._safety: SafetyState | None = None
        self._safety_at = -math.inf
        self._commands = node.create_publisher(MotionCommand, names.COMMAND, qos.COMMAND)
        self._beats = node.create_publisher(Heartbeat, names.HEARTBEAT, qos.HEARTBEAT)
        self._acquire = node.create_client(AcquireLease, names.ACQUIRE_LEASE)
        self._release = node.create_client(ReleaseLease, names.RELEASE_LEASE)
        self._arm = node.create_client(ArmMotion, names.ARM)
        self._clients = (self._acquire, self._release, self._arm)
        node.create_subscription(Odometry, names.ODOM, self._on_odometry, qos.SENSOR)
        node.create_subscription(JointState, names.JOINT_STATES, self._on_joints, qos.SENSOR)
        node.create_subscription(SafetyState, names.SAFETY_STATE, self._on_safety, qos.SAFETY_STATE)

    def observation(self) -> Observation:
        """What was heard of the robot's sensors, with its age now."""
        now = time.monotonic()
        return Observation(
            now=now,
            pose=self._pose,
            pose_age_s=now - self._pose_at,
            joints=self._joints,
            joints_age_s=now - self._joints_at,
            efforts=self._efforts,
        )

    def safety(self) -> SafetySeen | None:
        """The control node's last word; None when it was never heard, or cannot be called."""
        message = self._safety
        if message is None or not all(client.service_is_ready() for client in self._clients):
            return None
        return SafetySeen(
            state=state_of(message.state),
            causes=message.causes,
            reason=message.reason,
            session=message.session,
            holder=message.holder,
            at_rest=message.at_rest,
            age_s=time.monotonic() - self._safety_at,
        )

    def carry_out(self, effects: list[Effect], authority: Authority) -> None:
        """Do what ``authority`` asks for, in order, and bring it the answers when they come."""
        for effect in effects:
            if isinstance(effect, SendCommand):
                self._commands.publish(self._command(effect))
            elif isinstance(effect, SendBeat):
                self._beats.publish(self._beat(effect))
            elif isinstance(effect, AskLease):
                self._ask_lease(authority)
            elif isinstance(effect, AskArm):
                request = ArmMotion.Request(session=effect.session, arm=effect.arm)
                self._call(
                    self._arm,
                    request,
                    lambda answer: authority.arm_answered(ArmReply(answer.success, answer.message)),
                )
            elif isinstance(effect, GiveBack):
                request = ReleaseLease.Request(session=effect.session)
                self._call(self._release, request, lambda _answer: authority.release_answered())

    def _ask_lease(self, authority: Authority) -> None:
        def answered(answer: AcquireLease.Response) -> None:
            reply = LeaseReply(answer.success, answer.session, answer.holder, answer.message)
            self.carry_out(authority.lease_answered(reply), authority)

        request = AcquireLease.Request(
            holder=self._node.get_fully_qualified_name(),
            priority=int(Priority.TASK),
            take=False,
            full_speed=self._full_speed,
        )
        self._call(self._acquire, request, answered)

    def _call(self, client: Client, request: Any, answered: Callable[[Any], None]) -> None:
        def done(future: Future) -> None:
            if future.exception() is None and not future.cancelled():
                answered(future.result())

        client.call_async(request).add_done_callback(done)

    def _command(self, effect: SendCommand) -> MotionCommand:
        message = MotionCommand(
            session=effect.session,
            seq=effect.seq,
            twist=Twist(
                linear=Vector3(x=effect.drive.linear_mps),
                angular=Vector3(z=effect.drive.angular_radps),
            ),
            joint_velocities=list(effect.joint_velocities),
        )
        message.header.stamp = self._node.get_clock().now().to_msg()
        return message

    def _beat(self, effect: SendBeat) -> Heartbeat:
        sender = self._node.get_fully_qualified_name()
        message = Heartbeat(sender=sender, session=effect.session, seq=effect.seq)
        message.header.stamp = self._node.get_clock().now().to_msg()
        return message

    def _on_odometry(self, message: Odometry) -> None:
        pose = pose_of(message)
        if pose is not None:
            self._pose, self._pose_at = pose, time.monotonic()

    def _on_joints(self, message: JointState) -> None:
        if len(message.name) != len(message.position) or not _finite(*message.position):
            return
        self._joints = dict(zip(message.name, message.position, strict=True))
        efforts = len(message.effort) == len(message.name) and _finite(*message.effort)
        self._efforts = dict(zip(message.name, message.effort, strict=True)) if efforts else {}
        self._joints_at = time.monotonic()

    def _on_safety(self, message: SafetyState) -> None:
        self._safety, self._safety_at = message, time.monotonic()


def pose_of(message: Odometry) -> Pose2D | None:
    """The pose of an odometry message in the plane; None when it is not finite."""
    position, turn = message.pose.pose.position, message.pose.pose.orientation
    if not _finite(position.x, position.y, turn.x, turn.y, turn.z, turn.w):
        return None
    yaw = math.atan2(2.0 * (turn.w * turn.z + turn.x * turn.y), 1.0 - 2.0 * (turn.y**2 + turn.z**2))
    return Pose2D(position.x, position.y, yaw)


def state_of(number: int) -> State:
    """The control node's state; a number that we do not know counts as FAULT."""
    try:
        return State(number)
    except ValueError:
        return State.FAULT


def _finite(*values: float) -> bool:
    return all(map(math.isfinite, values))
