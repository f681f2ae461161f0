"""RobotPort: all that the web half may ask of one robot, and all that it is told.

The web half (``lanyard_gateway.web``, ``.dispatch``) sees robots only through this Protocol; the
ROS half (``lanyard_gateway.robot``) implements it; only the gateway's ``main`` knows both. Every
method is called on the event loop's thread, and every callback of a listener arrives there. No
method blocks: what needs the robot's answer is ``async`` and raises ``RosTimeout`` or
``Unavailable`` when none comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol
from uuid import UUID

from lanyard_core.safety.states import AckStatus, Cause, Priority, State, StopKind
from lanyard_core.task.run_state import RunState
from lanyard_core.telemetry.status import RobotStatus, Twist


@dataclass(frozen=True, slots=True)
class MotionCommand:
    """A velocity command. ``seq`` rises in its session; ``stamp_unix_s`` is the sender's clock."""

    session: int
    seq: int
    twist: Twist
    stamp_unix_s: float
    joint_velocities: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class CommandAck:
    """The control node's answer to one command; ``handling_s`` as it measured it.

    ``arrived_s``: when this process had it, by ``time.monotonic``; None: when the listener is
    called.
    """

    session: int
    seq: int
    status: AckStatus
    handling_s: float
    arrived_s: float | None = None


@dataclass(frozen=True, slots=True)
class LeaseGrant:
    """A lease that was granted: its nonce and how long it lives without heartbeat, in seconds."""

    session: int
    holder: str
    priority: int
    ttl_s: float


@dataclass(frozen=True, slots=True)
class SafetyReply:
    """State after a stop, reset or arm request; ``message`` says why it was not done."""

    success: bool
    state: State
    causes: Cause
    message: str
    at_rest: bool = False


@dataclass(frozen=True, slots=True)
class TaskGoal:
    """A goal of ExecuteTask; ``goal_id`` is derived from task and attempt, and written first.

    ``server_id``: the run of the task server for which it is meant; empty: any.
    """

    goal_id: UUID
    task_id: str
    task_type: str
    parameters_json: str
    attempt: int
    timeout_s: float
    server_id: str = ""


@dataclass(frozen=True, slots=True)
class TaskFeedback:
    """Progress of a goal; ``remaining_s`` is None when not known.

    ``paused_s``: for how long it has been paused so far. ``state_message``: why it is still paused
    although it was asked to go on; empty otherwise.
    """

    goal_id: UUID
    phase: str
    cancellable: bool
    progress: float
    remaining_s: float | None
    distance_m: float
    pausable: bool = False
    state: RunState = RunState.RUNNING
    state_message: str = ""
    paused_s: float = 0.0


class GoalOutcome(Enum):
    """How a goal ended, as seen from the gateway."""

    SUCCEEDED = "succeeded"
    CANCELED = "canceled"
    FAILED = "failed"
    REJECTED = "rejected"
    UNKNOWN = "unknown"  # the server does not know the goal (any more)


@dataclass(frozen=True, slots=True)
class TaskResult:
    """End of a goal: outcome, error code of ExecuteTask.action (0: none), and what it reports."""

    goal_id: UUID
    outcome: GoalOutcome
    error_code: int = 0
    error_message: str = ""
    phase: str = ""
    run_time_s: float = 0.0
    distance_m: float = 0.0
    result_json: str = "{}"
    ros_status: int = 0


class CancelReply(Enum):
    """The action server's answer to a cancel request."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"  # phase cannot be cancelled
    UNKNOWN_GOAL = "unknown_goal"
    ALREADY_ENDED = "already_ended"


@dataclass(frozen=True, slots=True)
class PauseReply:
    """The task server's answer to a request to pause a goal, or to go on with it.

    ``message`` says why not, when it did not take it in.
    """

    success: bool
    state: RunState
    message: str = ""


@dataclass(frozen=True, slots=True)
class TaskServer:
    """A robot's task server, as it presents itself.

    ``server_id`` is new each time that it starts. ``keeps_journal``: it remembers across a restart
    which goals it had, so that a goal may be sent to it again without being carried out twice.
    ``task_types_json``: what it can be asked to do, a JSON array of descriptions as
    ``lanyard_core.task.catalogue`` makes and reads them.
    """

    server_id: str
    keeps_journal: bool
    task_types_json: str = "[]"


class RobotListener(Protocol):
    """What the robot tells of its own accord. Each call is short and does not raise."""

    def command_acknowledged(self, ack: CommandAck) -> None:
        """The control node answered a command of any session."""

    def safety_changed(self, status: RobotStatus) -> None:
        """Worth a look: the state, its causes, the lease, the errors, or whether it is online."""


class RobotPort(Protocol):
    """One robot, as the web half sees it."""

    @property
    def robot_id(self) -> str:
        """The id under which clients know the robot."""

    @property
    def namespace(self) -> str:
        """The ROS namespace that the robot lives in."""

    def status(self) -> RobotStatus:
        """Latest values, with their ages at this moment."""

    def listen(self, listener: RobotListener) -> Callable[[], None]:
        """Register a listener; the returned function takes it off again."""

    def send_command(self, command: MotionCommand) -> None:
        """Publish a command now; the acknowledgement comes to the listeners."""

    def send_heartbeat(self, session: int) -> None:
        """Renew the lease of a session."""

    async def acquire_lease(
        self, *, holder: str, priority: Priority, take: bool, full_speed: bool = False
    ) -> LeaseGrant:
        """Ask for the lease. Raises Conflict (code lease_held, extra: holder) when it is held."""

    async def release_lease(self, session: int) -> None:
        """Give a lease back; harmless when it is not held any more."""

    async def arm(self, session: int, *, arm: bool) -> SafetyReply:
        """Arm or disarm a session."""

    async def request_stop(self, *, kind: StopKind, actor: str, reason: str) -> SafetyReply:
        """Stop the robot, latched."""

    async def reset(self, *, request_id: int, actor: str, may_reset_severe: bool) -> SafetyReply:
        """Clear latched stops whose condition is gone."""

    def task_server(self) -> TaskServer | None:
        """The task server that was heard last; None when it has not presented itself."""

    def serves_tasks(self) -> bool:
        """Whether a task server is there now."""

    async def start_task(
        self,
        goal: TaskGoal,
        *,
        on_feedback: Callable[[TaskFeedback], None],
        on_result: Callable[[TaskResult], None],
    ) -> None:
        """Send a goal; returns when it is accepted. A refusal comes as a REJECTED result."""

    async def reattach_task(
        self,
        goal_id: UUID,
        *,
        on_feedback: Callable[[TaskFeedback], None],
        on_result: Callable[[TaskResult], None],
    ) -> bool:
        """Follow a goal that was sent before a restart. False when the server does not know it."""

    async def cancel_task(self, goal_id: UUID) -> CancelReply:
        """Ask the action server to cancel a goal."""

    async def pause_task(self, goal_id: UUID, *, pause: bool) -> PauseReply:
        """Ask the task server to pause a goal, or to go on with it; its feedback tells when."""


RobotPorts = Mapping[str, RobotPort]
