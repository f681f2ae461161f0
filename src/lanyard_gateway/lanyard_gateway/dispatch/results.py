"""The fields of a task that the end of an attempt sets."""

from __future__ import annotations

from lanyard_core.task.endings import Ending
from lanyard_core.task.lifecycle import Event
from lanyard_gateway.dispatch.attempt import Attempt


def changes_at_the_end(attempt: Attempt, ending: Ending, *, now_unix_s: float) -> dict[str, object]:
    """What is written with the end: the figures of the run, or a new goal for the next one."""
    task = attempt.task
    if ending.event in _AGAIN:
        has_failed = ending.event in (Event.REQUEUED, Event.ATTEMPT_FAILED)
        is_spent = ending.attempt_is_spent or ending.event is not Event.RETURNED
        return {
            "attempt": task.attempt + int(is_spent),
            "failed_attempts": task.failed_attempts + int(has_failed),
            "assigned_robot_id": task.order.named_robot,
            **_FORGET_THE_GOAL,
        }
    result = attempt.result.result() if attempt.result.done() else None
    run_s = result.run_time_s if result is not None else 0.0
    if run_s <= 0.0 and task.started_unix_s is not None:
        run_s = max(0.0, now_unix_s - task.started_unix_s - attempt.progress.paused_s)
    progress = attempt.progress
    return {
        "phase": (result.phase if result is not None else "") or progress.phase,
        "error": ending.error,
        "result_json": result.result_json if result is not None else None,
        "distance_m": max(progress.distance_m, result.distance_m if result is not None else 0.0),
        "run_s": run_s,
        "paused_s": progress.paused_s,
        "feedback_count": progress.count,
    }


# After these the task waits for its next attempt.
_AGAIN = (Event.RETURNED, Event.STOPPED, Event.REQUEUED, Event.ATTEMPT_FAILED)
_FORGET_THE_GOAL: dict[str, object] = {
    "goal_id": None, "started_unix_s": None, "server_id": "", "phase": "", "paused_s": 0.0,
}  # fmt: skip
