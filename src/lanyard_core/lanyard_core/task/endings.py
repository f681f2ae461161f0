"""How an attempt's end becomes what happens to its task.

Two steps. ``ending_of`` and its like say what became of the attempt, from the result of the ROS
action, or from its absence. ``settled`` says what that makes of the task, which may be tried again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lanyard_core.port import GoalOutcome, TaskResult
from lanyard_core.task.error_codes import ErrorCode, error_name
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import Task, TaskError, TaskStatus
from lanyard_core.task.order import LAST_ATTEMPT, LostPolicy

ROBOT_LOST = "robot_lost"
GOAL_REJECTED = "goal_rejected"
DEADLINE_MISSED = "deadline_missed"
UNEXPLAINED = "unexplained"
_ROS_STATUS_ABORTED = 6
_STOPPED = error_name(ErrorCode.SAFETY_STOP)

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
    """What to do with a task when its attempt has ended; ``error`` is None unless it failed.

    ``attempt_is_spent``: the robot knows this goal id, so a task that is begun again needs a new
    one. ``is_lost``: it is not known how far the robot came.
    """

    event: Event
    error: TaskError | None
    detail: str
    attempt_is_spent: bool = True
    is_lost: bool = False


def ending_of(result: TaskResult) -> Ending:
    """The attempt's end for a goal's result. A busy robot gives the task back."""
    if result.outcome is GoalOutcome.SUCCEEDED:
        return Ending(Event.SUCCEEDED, None, "the robot reports success")
    if result.outcome is GoalOutcome.CANCELED:
        return Ending(Event.CANCELED, None, f"the robot stopped the task in phase {result.phase!r}")
    if result.outcome is GoalOutcome.UNKNOWN:
        return lost("the task server does not know the goal any more", phase=result.phase)
    is_rejected = result.outcome is GoalOutcome.REJECTED
    if result.error_code == ErrorCode.INTERRUPTED:
        return lost(f"the task server was ended meanwhile: {result.error_message}")
    if result.error_code == ErrorCode.BUSY:
        back = returned("the robot is busy with a task of somebody else")
        return replace(back, attempt_is_spent=not is_rejected)
    if result.error_code == ErrorCode.OTHER_RUN:
        back = returned("the task server was restarted before it had the goal")
        return replace(back, attempt_is_spent=not is_rejected)
    if result.error_code == ErrorCode.NONE:
        return _failed(result, GOAL_REJECTED if is_rejected else UNEXPLAINED)
    return _failed(result, error_name(result.error_code))


def returned(why: str) -> Ending:
    """The task goes back into the queue: the robot did nothing and does not know its goal."""
    return Ending(Event.RETURNED, None, why, attempt_is_spent=False)


def lost(why: str, *, phase: str = "") -> Ending:
    """The end of an attempt whose goal cannot be followed any more."""
    message = f"{why}; whether the work was done must be checked at the robot"
    error = TaskError(ROBOT_LOST, message, phase, retryable=True)
    return Ending(Event.FAILED, error, message, is_lost=True)


def expired() -> Ending:
    """The end of a task that waited beyond its deadline."""
    message = "its deadline passed while it waited"
    return Ending(Event.EXPIRED, TaskError(DEADLINE_MISSED, message, "", retryable=False), message)


def settled(
    task: Task, ending: Ending, *, is_idempotent: bool, pauses_when_stopped: bool = False
) -> Ending:
    """What the end of an attempt makes of its task: that end, or another attempt.

    A stop of the robot pauses a task whose type says so and that has no try left. A task that was
    lost is only done again if its order says so and doing it twice is as good as doing it once.
    A task that is being cancelled is never begun again.
    """
    if task.status is TaskStatus.CANCELING:
        return ending
    order = task.order
    if ending.event is Event.RETURNED:
        is_last = ending.attempt_is_spent and task.attempt >= LAST_ATTEMPT
        return _given_up_as_busy() if is_last else ending
    if ending.event is not Event.FAILED or ending.error is None:
        return ending
    tried = task.failed_attempts + 1
    if task.attempt >= LAST_ATTEMPT:
        return ending
    if tried >= order.max_attempts:
        if pauses_when_stopped and ending.error.code == _STOPPED:
            detail = f"{ending.error.message}; resume it to begin it anew"
            return Ending(Event.STOPPED, None, detail)
        return ending
    next_attempt = f"try {tried + 1} of {order.max_attempts} follows"
    if ending.is_lost:
        if order.on_robot_lost is not LostPolicy.REQUEUE or not is_idempotent:
            return ending
        detail = f"{ending.error.message}; {next_attempt}"
        return Ending(Event.REQUEUED, None, detail)
    if not ending.error.retryable:
        return ending
    detail = f"{ending.error.code}: {ending.error.message}; {next_attempt}"
    return Ending(Event.ATTEMPT_FAILED, None, detail)


def _given_up_as_busy() -> Ending:
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
