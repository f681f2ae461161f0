"""The node ``tasks``: serves ExecuteTask, one task at a time. rclpy only; the rules are elsewhere.

A steady timer steps the run of the current task; nothing blocks, and everything happens on the
executor's one thread. A second goal is accepted and aborted with ERROR_BUSY, as are goals with a
wrong type or wrong parameters with their codes: a rejected goal could not say why.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lanyard_msgs.action import ExecuteTask
from lanyard_msgs.msg import TaskServer
from lanyard_msgs.srv import PauseTask
from rclpy.action.server import ServerGoalHandle
from rclpy.node import Node
from unique_identifier_msgs.msg import UUID

from lanyard_core.task.announced import announcement_of
from lanyard_core.task.error_codes import ErrorCode
from lanyard_node_support import names, qos
from lanyard_node_support.clock import steady_timer
from lanyard_node_support.parameters import declare
from lanyard_tasks.action_server import TaskActionServer
from lanyard_tasks.goal import prepared
from lanyard_tasks.journal import Journal
from lanyard_tasks.registry import installed_behaviours
from lanyard_tasks.report import Ended, Feedback, Outcome
from lanyard_tasks.robot import TaskFailed
from lanyard_tasks.robot_link import RobotLink
from lanyard_tasks.run import TaskRun
from lanyard_tasks.settings import setup_from, times_from

# An orderly end of the task that runs, with a robot that answers late or not at all, fits in here.
_LONGEST_GOODBYE_S = 4.0


@dataclass(slots=True)
class _Current:
    """The task that runs now."""

    handle: ServerGoalHandle
    run: TaskRun
    told: Feedback | None = field(default=None)
    told_at: float = 0.0


class TasksNode(Node):
    """The task server of one robot, in the robot's namespace."""

    def __init__(self) -> None:
        super().__init__("tasks")
        values: Mapping[str, Any] = declare(self, package="lanyard_tasks").as_dict()
        self._setup = setup_from(values)
        self._times = times_from(values)
        # Half a tick of slack, or a tick that comes a little early would cost a whole one.
        self._feedback_period_s = 1.0 / values["feedback_rate_hz"] - 0.5 / values["rate_hz"]
        self._behaviours = installed_behaviours()
        self._current: _Current | None = None
        self._closing = False
        self._link = RobotLink(self, full_speed=values["full_speed"])
        self._server = TaskActionServer(
            self,
            names.EXECUTE_TASK,
            on_goal=self._begin,
            on_cancel=self._cancel,
            result_timeout_s=values["result_timeout_s"],
        )
        self.create_service(PauseTask, names.PAUSE_TASK, self._pause)
        self._server_id = uuid.uuid4().hex
        folder = values["journal_folder"]
        self._journal = _journal(folder, self.get_namespace()) if folder else None
        self._present_ourselves()
        steady_timer(self, 1.0 / values["rate_hz"], self._tick)
        self.get_logger().info(f"task types: {', '.join(self._behaviours)}")

    def before_shutdown(self) -> None:
        """Abort the task that runs, come to rest, give the lease back, tell the result."""
        self._closing = True
        if self._current is not None:
            self._current.run.shut_down(time.monotonic())
        deadline = time.monotonic() + _LONGEST_GOODBYE_S
        while self._current is not None and time.monotonic() < deadline:
            self.executor.spin_once(timeout_sec=0.02)
        # The result goes out at one of the next turns.
        for _ in range(5):
            self.executor.spin_once(timeout_sec=0.01)

    def _begin(self, handle: ServerGoalHandle) -> None:
        goal = handle.request
        name = f"task {goal.task_id} ({goal.task_type}), attempt {goal.attempt}"
        if self._journal is not None and _key(handle) in self._journal:
            ended = self._journal.end_of(_key(handle))
            self.get_logger().info(f"{name}: had already: {ended.outcome.value} {ended.message}")
            self._server.finish(handle, ended)
            return
        try:
            self._require_that_we_are_meant(goal.server_id)
            self._require_free()
            behaviour, parameters = prepared(
                self._behaviours,
                task_type=goal.task_type,
                parameters_json=goal.parameters_json,
                timeout_s=goal.timeout_s,
            )
            self._write_down(handle)
        except TaskFailed as failure:
            self.get_logger().warning(f"{name}: not begun: {failure.message}")
            refusal = Ended(Outcome.ABORTED, error=failure.code, message=failure.message)
            self._server.finish(handle, refusal)
            return
        self.get_logger().info(f"{name}: begins")
        run = TaskRun(
            behaviour,
            parameters,
            setup=self._setup,
            times=self._times,
            timeout_s=goal.timeout_s,
            now=time.monotonic(),
        )
        self._current = _Current(handle, run)

    def _present_ourselves(self) -> None:
        types = announcement_of(behaviour.task_type for behaviour in self._behaviours.values())
        self._presentation = self.create_publisher(TaskServer, names.TASK_SERVER, qos.LATCHED)
        self._presentation.publish(
            TaskServer(
                server_id=self._server_id,
                keeps_journal=self._journal is not None,
                task_types_json=types,
            )
        )

    def _require_that_we_are_meant(self, server_id: str) -> None:
        if self._journal is None and server_id not in ("", self._server_id):
            message = "the goal was meant for the task server as it was before its last start"
            raise TaskFailed(ErrorCode.OTHER_RUN, message)

    def _write_down(self, handle: ServerGoalHandle) -> None:
        """Have the goal on disk before it is begun."""
        if self._journal is None:
            return
        try:
            self._journal.begins(_key(handle))
        except OSError as error:
            message = f"the journal cannot be written ({error.strerror}); nothing was done"
            raise TaskFailed(ErrorCode.INTERNAL, message) from error

    def _require_free(self) -> None:
        if self._closing:
            raise TaskFailed(ErrorCode.SHUTTING_DOWN, "the task server is shutting down")
        if self._current is not None:
            task_id = self._current.handle.request.task_id
            raise TaskFailed(ErrorCode.BUSY, f"task {task_id} is running on this robot")

    def _cancel(self, handle: ServerGoalHandle) -> bool:
        current = self._current
        if current is None or current.handle != handle or not current.run.may_cancel():
            return False
        current.run.cancel(time.monotonic())
        return True

    def _pause(
        self, request: PauseTask.Request, response: PauseTask.Response
    ) -> PauseTask.Response:
        current = self._current
        if current is None or _hex(request.goal_id) != _key(current.handle):
            response.message = "this task server does not run that goal"
            return response
        run, wish = current.run, "pause" if request.pause else "go on"
        why_not = run.pause(time.monotonic()) if request.pause else run.resume(self._link.safety())
        response.success = why_not is None
        response.message = why_not or ""
        response.state = int(run.feedback().state)
        answer = f"refused: {why_not}" if why_not else run.feedback().state.name
        self.get_logger().info(f"task {current.handle.request.task_id}: to {wish}: {answer}")
        return response

    def _tick(self) -> None:
        current = self._current
        if current is None:
            return
        run = current.run
        observation = self._link.observation()
        effects = run.tick(observation, self._link.safety())
        if run.authority is not None:
            self._link.carry_out(effects, run.authority)
        self._tell_feedback(current, observation.now)
        if run.ended is not None:
            self._current = None
            self._log_end(current.handle, run.ended)
            self._write_down_end(current.handle, run.ended)
            self._server.finish(current.handle, run.ended)

    def _write_down_end(self, handle: ServerGoalHandle, ended: Ended) -> None:
        if self._journal is None:
            return
        try:
            self._journal.ends(_key(handle), ended)
        except OSError as error:  # it is told all the same; only a restart would not know it
            self.get_logger().error(f"the journal cannot be written: {error}")

    def _tell_feedback(self, current: _Current, now: float) -> None:
        feedback = current.run.feedback()
        told = current.told
        changed = told is None or _news_of(feedback) != _news_of(told)
        if not changed and now - current.told_at < self._feedback_period_s:
            return
        current.told, current.told_at = feedback, now
        current.handle.publish_feedback(
            ExecuteTask.Feedback(
                phase=feedback.phase,
                cancellable=feedback.cancellable,
                pausable=feedback.pausable,
                state=int(feedback.state),
                state_message=feedback.state_message,
                paused_s=feedback.paused_s,
                progress=feedback.progress,
                remaining_s=feedback.remaining_s,
                distance_m=feedback.distance_m,
            )
        )

    def _log_end(self, handle: ServerGoalHandle, ended: Ended) -> None:
        end = f"task {handle.request.task_id}: {ended.outcome.value} in phase {ended.phase}"
        after = f"after {ended.run_time_s:.1f} s and {ended.distance_m:.2f} m"
        name = "" if ended.error is ErrorCode.NONE else f"{ended.error.name} "
        why = f": {name}{ended.message}" if ended.message else ""
        self.get_logger().info(f"{end} {after}{why}")
        if ended.trace:
            self.get_logger().error(ended.trace)


def _news_of(feedback: Feedback) -> tuple[object, ...]:
    """What is told at once when it changes."""
    return feedback.phase, feedback.cancellable, feedback.pausable, feedback.state


def _key(handle: ServerGoalHandle) -> str:
    return _hex(handle.goal_id)


def _hex(goal_id: UUID) -> str:
    return bytes(goal_id.uuid).hex()


def _journal(folder: str, namespace: str) -> Journal:
    name = namespace.strip("/").replace("/", ".") or "robot"
    return Journal(Path(folder).expanduser().absolute() / f"{name}.jsonl")
