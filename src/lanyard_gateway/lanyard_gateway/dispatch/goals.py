"""What a robot is sent for an attempt at a task."""

from __future__ import annotations

from uuid import UUID

from lanyard_core.port import TaskGoal
from lanyard_core.task.model import Task


def goal_of(task: Task, goal_id: UUID) -> TaskGoal:
    """The goal of the attempt at which ``task`` is."""
    return TaskGoal(
        goal_id=goal_id,
        task_id=task.task_id,
        task_type=task.order.task_type,
        parameters_json=task.order.parameters_json,
        attempt=task.attempt,
        timeout_s=task.order.timeout_s,
        server_id=task.server_id,
    )
