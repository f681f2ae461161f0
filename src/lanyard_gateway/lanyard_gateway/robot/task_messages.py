"""Between the messages of ExecuteTask and the values of the core."""

from __future__ import annotations

from uuid import UUID

from action_msgs.msg import GoalStatus
from lanyard_msgs.action import ExecuteTask
from unique_identifier_msgs.msg import UUID as UuidMsg  # noqa: N811

from lanyard_core.port import GoalOutcome, TaskFeedback, TaskGoal, TaskResult
from lanyard_core.task.run_state import run_state_of
from lanyard_gateway.robot import convert

_OUTCOMES = {
    GoalStatus.STATUS_SUCCEEDED: GoalOutcome.SUCCEEDED,
    GoalStatus.STATUS_CANCELED: GoalOutcome.CANCELED,
    GoalStatus.STATUS_ABORTED: GoalOutcome.FAILED,
}


def uuid_message(goal_id: UUID) -> UuidMsg:
    """A goal id as ROS has it."""
    return UuidMsg(uuid=list(goal_id.bytes))


def goal_message(goal: TaskGoal) -> ExecuteTask.Goal:
    """The action's goal."""
    return ExecuteTask.Goal(
        task_id=goal.task_id,
        task_type=goal.task_type,
        parameters_json=goal.parameters_json,
        attempt=goal.attempt,
        # The message's C code ends the whole process for an int here, as a row of a store may hold.
        timeout_s=float(goal.timeout_s),
        server_id=goal.server_id,
    )


def task_feedback(key: bytes, message: ExecuteTask.Feedback) -> TaskFeedback:
    """The action's feedback; a number that is not finite counts as unknown."""
    return TaskFeedback(
        goal_id=UUID(bytes=key),
        phase=message.phase,
        cancellable=message.cancellable,
        progress=convert.finite(message.progress) or 0.0,
        remaining_s=convert.finite(message.remaining_s),
        distance_m=convert.finite(message.distance_m) or 0.0,
        pausable=message.pausable,
        state=run_state_of(message.state),
        state_message=message.state_message,
        paused_s=max(0.0, convert.finite(message.paused_s) or 0.0),
    )


def task_result(goal_id: UUID, status: int, message: ExecuteTask.Result) -> TaskResult:
    """The action's result, with the goal's status."""
    return TaskResult(
        goal_id=goal_id,
        outcome=_OUTCOMES.get(status, GoalOutcome.UNKNOWN),
        error_code=message.error_code,
        error_message=message.error_message,
        phase=message.phase,
        run_time_s=convert.finite(message.run_time_s) or 0.0,
        distance_m=convert.finite(message.distance_m) or 0.0,
        result_json=message.result_json or "{}",
        ros_status=status,
    )
