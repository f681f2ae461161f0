"""RosRobot: one robot of the ROS graph, as lanyard_core.port.RobotPort asks for it.

Methods are called on the event loop's thread; listeners are called there too. Only the two
callbacks of subscriptions (acknowledgement, safety change) run on the ROS thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

from lanyard_msgs.msg import CommandAck as CommandAckMsg

from lanyard_core.port import (
    CancelReply,
    CommandAck,
    LeaseGrant,
    MotionCommand,
    PauseReply,
    RobotListener,
    SafetyReply,
    TaskFeedback,
    TaskGoal,
    TaskResult,
    TaskServer,
)
from lanyard_core.safety.states import Priority, StopKind
from lanyard_core.telemetry.status import RobotStatus
from lanyard_gateway.robot.command_cdr import read_command_ack
from lanyard_gateway.robot.command_publisher import GATEWAY_SESSION, CommandPublisher
from lanyard_gateway.robot.config import RobotConfig
from lanyard_gateway.robot.handover import Handover
from lanyard_gateway.robot.services import ControlServices
from lanyard_gateway.robot.status_cache import StatusCache
from lanyard_gateway.robot.task_client import TaskClient
from lanyard_gateway.robot.transform_feed import TransformFeed
from lanyard_node_support import names, qos
from lanyard_node_support.inbox import InboxNode


class RosRobot:
    """Implements RobotPort."""

    def __init__(
        self, node: InboxNode, handover: Handover, config: RobotConfig, transforms: TransformFeed
    ) -> None:
        self._config = config
        self._handover = handover
        self._listeners: list[RobotListener] = []
        self._was_online = False
        self._cache = StatusCache(node, config, transforms, on_change=self._changed_in_ros)
        self._publisher = CommandPublisher(node, config)
        self._control = ControlServices(node, handover, config)
        self._tasks = TaskClient(node, handover, config)
        node.create_subscription(
            CommandAckMsg, config.topic(names.COMMAND_ACK), self._ack_arrived, qos.ACK_IN, raw=True
        )

    @property
    def robot_id(self) -> str:
        """The robot's id on the web."""
        return self._config.robot_id

    @property
    def namespace(self) -> str:
        """The robot's namespace on the graph."""
        return self._config.namespace

    def status(self) -> RobotStatus:
        """Latest values, with their ages at this moment."""
        return self._cache.status()

    def listen(self, listener: RobotListener) -> Callable[[], None]:
        """Register a listener; the returned function takes it off again."""
        self._listeners.append(listener)

        def stop_listening() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop_listening

    def send_command(self, command: MotionCommand) -> None:
        """Publish a command now."""
        self._publisher.send_command(command)

    def send_heartbeat(self, session: int) -> None:
        """Renew the lease of a session."""
        self._publisher.send_heartbeat(session)

    async def acquire_lease(
        self, *, holder: str, priority: Priority, take: bool, full_speed: bool = False
    ) -> LeaseGrant:
        """Ask for the lease."""
        return await self._control.acquire_lease(
            holder=holder, priority=priority, take=take, full_speed=full_speed
        )

    async def release_lease(self, session: int) -> None:
        """Give a lease back."""
        await self._control.release_lease(session)

    async def arm(self, session: int, *, arm: bool) -> SafetyReply:
        """Arm or disarm a session."""
        return await self._control.arm(session, arm=arm)

    async def request_stop(self, *, kind: StopKind, actor: str, reason: str) -> SafetyReply:
        """Stop the robot, latched."""
        return await self._control.request_stop(kind=kind, actor=actor, reason=reason)

    async def reset(self, *, request_id: int, actor: str, may_reset_severe: bool) -> SafetyReply:
        """Clear latched stops whose condition is gone."""
        return await self._control.reset(
            request_id=request_id, actor=actor, may_reset_severe=may_reset_severe
        )

    def task_server(self) -> TaskServer | None:
        """The task server that was heard last."""
        return self._tasks.server

    def serves_tasks(self) -> bool:
        """Whether a task server is there now."""
        return self._tasks.is_served()

    async def start_task(
        self,
        goal: TaskGoal,
        *,
        on_feedback: Callable[[TaskFeedback], None],
        on_result: Callable[[TaskResult], None],
    ) -> None:
        """Send a goal and follow it."""
        await self._tasks.start(goal, on_feedback=on_feedback, on_result=on_result)

    async def reattach_task(
        self,
        goal_id: UUID,
        *,
        on_feedback: Callable[[TaskFeedback], None],
        on_result: Callable[[TaskResult], None],
    ) -> bool:
        """Follow a goal that was sent before a restart."""
        return await self._tasks.reattach(goal_id, on_feedback=on_feedback, on_result=on_result)

    async def cancel_task(self, goal_id: UUID) -> CancelReply:
        """Ask the action server to cancel a goal."""
        return await self._tasks.cancel(goal_id)

    async def pause_task(self, goal_id: UUID, *, pause: bool) -> PauseReply:
        """Ask the task server to pause a goal, or to go on with it."""
        return await self._tasks.pause(goal_id, pause=pause)

    def beat(self) -> None:
        """Publish the gateway's own beat."""
        self._publisher.send_heartbeat(GATEWAY_SESSION)

    def look(self) -> None:
        """Take in what the robot's sensors have said since the last look."""
        self._cache.look(time.monotonic())

    def watch_online(self) -> None:
        """Tell listeners when the robot has fallen silent, and when it is heard again.

        Silence brings no message that would, and a robot may come back as it was.
        """
        online = self._cache.is_online()
        if self._was_online != online:
            self._tell_safety()
        self._was_online = online

    def _ack_arrived(self, data: bytes) -> None:
        if self._listeners:
            ack = read_command_ack(data, arrived_s=time.monotonic())
            self._handover.post(lambda: self._tell_ack(ack))

    def _tell_ack(self, ack: CommandAck) -> None:
        for listener in tuple(self._listeners):
            listener.command_acknowledged(ack)

    def _changed_in_ros(self) -> None:
        self._handover.post(self._tell_safety)

    def _tell_safety(self) -> None:
        status = self.status()
        for listener in tuple(self._listeners):
            listener.safety_changed(status)
