"""How a goal's end becomes a task's end: from the result of the ROS action to the life cycle."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lanyard_core.port import GoalOutcome, TaskResult
from lanyard_core.task.error_codes import ErrorCode, error_name
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import TaskError
from lanyard_core.task.order import LAST_ATTEMPT

ROBOT_LOST = "robot_lost"
GOAL_REJECTED = "goal_rejected"
UNEXPLAINED = "unexplained"
_ROS_STATUS_ABORTED = 6

# The same order may well succeed next time; the others fail again until something is mended.
_WORTH_A_RETRY = frozenset(
    {
        ErrorCode.BUSY,
        ErrorCode.LEASE_HELD,
        ErrorCode.NOT_ARMED,
        ErrorCode.SAFETY_STOP,
        ErrorCode.TIMEOUT,
        ErrorCode.STUCK,
        ErrorCode.SENSOR_LOST,
        ErrorCode.GRASP_FAILED,
        ErrorCode.SHUTTING_DOWN,
    }
)


@dataclass(frozen=True, slots=True)
class Ending:
    """What to do with a task when its goal has ended; ``error`` is None unless it failed.

    ``attempt_is_spent``: the robot knows this goal id, so a task that is returned needs a new one.
    """

    event: Event
    error: TaskError | None
    detail: str
    attempt_is_spent: bool = True


def ending_of(result: TaskResult) -> Ending:
    """The task's end for a goal's result. A busy robot gives the task back instead of ending it."""
    if result.outcome is GoalOutcome.SUCCEEDED:
        return Ending(Event.SUCCEEDED, None, "the robot reports success")
    if result.outcome is GoalOutcome.CANCELED:
        return Ending(Event.CANCELED, None, f"the robot stopped the task in phase {result.phase!r}")
    if result.outcome is GoalOutcome.UNKNOWN:
        return lost("the task server does not know the goal any more", phase=result.phase)
    is_rejected = result.outcome is GoalOutcome.REJECTED
    if result.error_code == ErrorCode.BUSY:
        back = returned("the robot is busy with a task of somebody else")
        return replace(back, attempt_is_spent=not is_rejected)
    if result.error_code == ErrorCode.NONE:
        return _failed(result, GOAL_REJECTED if is_rejected else UNEXPLAINED)
    return _failed(result, error_name(result.error_code))


def returned(why: str) -> Ending:
    """The task goes back into the queue: the robot did nothing and does not know its goal."""
    return Ending(Event.RETURNED, None, why, attempt_is_spent=False)


def lost(why: str, *, phase: str = "") -> Ending:
    """The end of a task whose goal cannot be followed any more."""
    message = f"{why}; whether the work was done must be checked at the robot"
    return Ending(Event.FAILED, TaskError(ROBOT_LOST, message, phase, retryable=True), message)


def given_up_as_busy() -> Ending:
    """The end of a task whose robot was busy at every attempt."""
    message = f"the robot was busy at each of {LAST_ATTEMPT} attempts"
    return Ending(Event.FAILED, TaskError("busy", message, "", retryable=True), message)


def _failed(result: TaskResult, code: str) -> Ending:
    message = result.error_message or f"the task ended with {code}"
    error = TaskError(
        code=code,
        message=message,
        phase=result.phase,
        retryable=result.error_code in _WORTH_A_RETRY,
        ros_status=result.ros_status or _ROS_STATUS_ABORTED,
    )
    return Ending(Event.FAILED, error, message)
