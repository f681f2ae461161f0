"""An action of the graph, ``/work``, for clients that send goals."""

from __future__ import annotations

import time
from typing import Any

from lanyard_msgs.action import ExecuteTask
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.node import Node
from waiting import DEADLINE_S


def serve_work(node: Node) -> ActionServer:
    """Its server; it refuses tasks of the type "reject"."""

    def judge(goal: Any) -> GoalResponse:
        return GoalResponse.REJECT if goal.task_type == "reject" else GoalResponse.ACCEPT

    return ActionServer(
        node, ExecuteTask, "/work", _work, goal_callback=judge,
        cancel_callback=lambda _: CancelResponse.ACCEPT,
    )  # fmt: skip


class _Breath:
    """Lets the executor do something else."""

    def __await__(self) -> Any:
        yield


async def _work(goal: Any) -> Any:
    """Works for a moment or, when the task is long, until it is cancelled."""
    ends = time.monotonic() + (DEADLINE_S if goal.request.task_type == "long" else 0.2)
    told = 0.0
    while time.monotonic() < ends:
        if time.monotonic() > told + 0.05:
            told = time.monotonic()
            goal.publish_feedback(ExecuteTask.Feedback(phase="working"))
        if goal.is_cancel_requested:
            goal.canceled()
            return ExecuteTask.Result(error_message="cancelled")
        await _Breath()
    goal.succeed()
    return ExecuteTask.Result(error_message="done")
