"""From what dispatch knows of a task to the body that clients read."""

from __future__ import annotations

import json
from typing import Any, cast

from lanyard_core.port import RobotPorts
from lanyard_core.task.model import Task
from lanyard_core.task.order import RobotSelector
from lanyard_gateway.dispatch.views import Submission, TaskView
from lanyard_gateway.web.plain import finite, milliseconds, number, rfc3339
from lanyard_gateway.web.preferences import etag_of
from lanyard_gateway.web.task_models import (
    FailureReport,
    Metrics,
    QueuedTask,
    RosGoal,
    SelectorObject,
    StatusWord,
    TaskObject,
)

_ACTION = "execute_task"


def queued_task(submission: Submission) -> QueuedTask:
    """The body of the answer to a submitted task."""
    return QueuedTask(
        task_id=submission.task_id,
        status=StatusWord.QUEUED,
        estimated_start=rfc3339(submission.starts_unix_s),
        position=submission.position,
        hold_reason=submission.hold_reason,
    )


def task_object(view: TaskView, robots: RobotPorts, *, now_unix_s: float) -> TaskObject:
    """The body that shows a task."""
    task, order = view.task, view.task.order
    finish = None if view.remaining_s is None else now_unix_s + view.remaining_s
    return TaskObject(
        task_id=task.task_id,
        task_type=order.task_type,
        robot_id=order.robot_id,
        robot_selector=_selector(order.selector),
        assigned_robot_id=task.assigned_robot_id,
        status=StatusWord.of(task.status),
        phase=view.phase or None,
        cancellable=view.cancellable,
        pausable=view.pausable,
        priority=order.priority,
        parameters=_json_object(order.parameters_json),
        labels=dict(order.labels),
        external_ref=order.external_ref,
        attempt=task.attempt,
        max_attempts=order.max_attempts,
        on_robot_lost=order.on_robot_lost,
        timeout_s=order.timeout_s,
        progress=number(view.progress),
        not_before=rfc3339(order.not_before_unix_s),
        deadline=rfc3339(order.deadline_unix_s),
        created_at=rfc3339(task.created_unix_s),
        estimated_start=rfc3339(view.starts_unix_s),
        started_at=rfc3339(task.started_unix_s),
        finished_at=rfc3339(task.finished_unix_s),
        estimated_finish=rfc3339(finish),
        position=view.position,
        metrics=_metrics(view, now_unix_s),
        result=_json_object(task.result_json) if task.result_json is not None else None,
        error=_failure(task),
        ros=_goal(task, robots),
        hold_reason=view.hold_reason,
        stale=view.stale,
        etag=etag_of(task),
    )


def _goal(task: Task, robots: RobotPorts) -> RosGoal:
    port = robots.get(task.assigned_robot_id or "")
    return RosGoal(
        action=f"{port.namespace.rstrip('/')}/{_ACTION}" if port is not None else None,
        goal_id=str(task.goal_id) if task.goal_id else None,
        server_id=task.server_id or None,
    )


def _selector(selector: RobotSelector | None) -> SelectorObject | None:
    if selector is None:
        return None
    return SelectorObject(labels=dict(selector.labels), capabilities=list(selector.capabilities))


def _metrics(view: TaskView, now_unix_s: float) -> Metrics:
    task = view.task
    waited_until = task.started_unix_s or task.finished_unix_s or now_unix_s
    run_s = task.run_s if task.started_unix_s is not None else None
    if task.status.on_robot and task.started_unix_s is not None:
        run_s = max(0.0, now_unix_s - task.started_unix_s - view.paused_s)
    return Metrics(
        queue_ms=milliseconds(max(0.0, waited_until - task.created_unix_s)) or 0.0,
        run_ms=milliseconds(run_s),
        paused_ms=milliseconds(view.paused_s) or 0.0,
        retries=task.attempt - 1,
        distance_m=number(view.distance_m),
        energy_wh=None,
        feedback_count=view.feedback_count,
        feedback_age_ms=milliseconds(view.feedback_age_s),
    )


def _failure(task: Task) -> FailureReport | None:
    if task.error is None:
        return None
    return FailureReport(
        code=task.error.code,
        message=task.error.message,
        ros_status=task.error.ros_status,
        phase=task.error.phase or None,
        retryable=task.error.retryable,
        details={},
    )


def _json_object(text: str) -> dict[str, Any]:
    """What a robot reports is text that should be a JSON object; what is not is shown as it is."""
    try:
        value = finite(json.loads(text))
    except (ValueError, RecursionError):
        return {"text": text}
    return cast(dict[str, Any], value) if isinstance(value, dict) else {"value": value}
