"""An action server whose goals run on a timer instead of in a callback.

rclpy's ActionServer expects a callback that does not return before the goal has ended: one thread
for each goal, or a coroutine that keeps the executor busy while it waits. Here a goal is EXECUTING
from its acceptance, and ends when ``finish`` is called. All of it happens on the executor's thread.
The goal ids are the client's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lanyard_msgs.action import ExecuteTask
from rclpy.action import ActionServer
from rclpy.action.server import CancelResponse, GoalResponse, ServerGoalHandle
from rclpy.node import Node

from lanyard_tasks.report import Ended, Outcome


class TaskActionServer(ActionServer):
    """Serves ``ExecuteTask``. ``on_goal`` gets each accepted goal, ``may_cancel`` decides."""

    def __init__(
        self,
        node: Node,
        name: str,
        *,
        on_goal: Callable[[ServerGoalHandle], None],
        on_cancel: Callable[[ServerGoalHandle], bool],
        result_timeout_s: float,
    ) -> None:
        self._on_goal = on_goal
        super().__init__(
            node,
            ExecuteTask,
            name,
            execute_callback=_never,
            goal_callback=lambda _goal: GoalResponse.ACCEPT,
            cancel_callback=lambda handle: (
                CancelResponse.ACCEPT if on_cancel(handle) else CancelResponse.REJECT
            ),
            result_timeout=result_timeout_s,
        )

    def notify_execute(
        self, goal_handle: ServerGoalHandle, execute_callback: Callable[..., Any] | None
    ) -> None:
        """Called by rclpy when a goal begins; begins it, and lets no callback wait for its end."""
        if execute_callback is None:
            self._on_goal(goal_handle)
        else:
            super().notify_execute(goal_handle, execute_callback)

    def finish(self, goal_handle: ServerGoalHandle, ended: Ended) -> None:
        """End a goal. State and result go out at the executor's next turn."""

        def conclude(handle: ServerGoalHandle) -> ExecuteTask.Result:
            _CONCLUSIONS[ended.outcome](handle)
            return result_message(ended)

        self.notify_execute(goal_handle, conclude)


def result_message(ended: Ended) -> ExecuteTask.Result:
    """The action's result."""
    return ExecuteTask.Result(
        error_code=int(ended.error),
        error_message=ended.message,
        phase=ended.phase,
        run_time_s=ended.run_time_s,
        distance_m=ended.distance_m,
        result_json=ended.result_json,
    )


_CONCLUSIONS: dict[Outcome, Callable[[ServerGoalHandle], None]] = {
    Outcome.SUCCEEDED: lambda handle: handle.succeed(),
    Outcome.CANCELED: lambda handle: handle.canceled(),
    Outcome.ABORTED: lambda handle: handle.abort(),
}


def _never(_handle: ServerGoalHandle) -> ExecuteTask.Result:
    raise AssertionError("a goal was executed without a callback of its own")
