"""Completes what the store says of a task with what is known of its place and of its robot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lanyard_core.task.holding import mildest
from lanyard_core.task.lane import QueueEntry, entry_of
from lanyard_core.task.model import HoldReason, Task, TaskStatus
from lanyard_core.task.schedule import Place
from lanyard_gateway.dispatch.attempt import Attempt
from lanyard_gateway.dispatch.robot_dispatcher import RobotDispatcher
from lanyard_gateway.dispatch.shop import Shop
from lanyard_gateway.dispatch.views import (
    CurrentTask,
    Submission,
    TaskView,
    may_be_asked_to_pause,
    phase_is_cancellable,
    phase_is_pausable,
)


class Viewer:
    """Makes views. Never waits."""

    def __init__(self, dispatchers: Mapping[str, RobotDispatcher], shop: Shop) -> None:
        self._dispatchers = dispatchers
        self._shop = shop

    def view(self, task: Task) -> TaskView:
        """A task as it is now."""
        if task.status is TaskStatus.QUEUED:
            return self._waiting(task)
        if task.status.on_robot:
            return self._on_robot(task)
        return TaskView.of_row(task)

    def submission(self, entry: QueueEntry) -> Submission:
        """The answer for a task that has just come in."""
        place = self._place(entry)
        return Submission(
            task_id=entry.task_id,
            position=place.position,
            hold_reason=self._hold_reason(entry, place),
            starts_unix_s=self._starts_unix_s(place),
        )

    def current_task(self, robot_id: str) -> CurrentTask | None:
        """The task that a robot carries out now; None when there is none."""
        attempt = self._attempt_on(robot_id)
        task = attempt.task if attempt is not None else self._shop.board.task_on(robot_id)
        if task is None:
            return None
        return CurrentTask(
            task_id=task.task_id,
            task_type=task.order.task_type,
            status=task.status,
            phase=attempt.progress.phase if attempt is not None else task.phase,
            progress=attempt.progress.share if attempt is not None else 0.0,
        )

    def attempt_at(self, task: Task) -> Attempt | None:
        """The attempt that this gateway follows; None when it follows none of this task."""
        attempt = self._attempt_on(task.assigned_robot_id or "")
        return attempt if attempt is not None and attempt.task.task_id == task.task_id else None

    def _attempt_on(self, robot_id: str) -> Attempt | None:
        dispatcher = self._dispatchers.get(robot_id)
        return dispatcher.running if dispatcher is not None else None

    def _waiting(self, task: Task) -> TaskView:
        entry = entry_of(task, self._shop.board.robots_for_task(task))
        place = self._place(entry)
        return replace(
            TaskView.of_row(task),
            position=place.position,
            hold_reason=self._hold_reason(entry, place),
            starts_unix_s=self._starts_unix_s(place),
        )

    def _on_robot(self, task: Task) -> TaskView:
        attempt = self.attempt_at(task)
        if attempt is not None:
            view = attempt.progress.view(task)
        else:
            is_cancellable = phase_is_cancellable(task, self._shop.task_types)
            is_pausable = phase_is_pausable(task, self._shop.task_types)
            view = replace(
                TaskView.of_row(task),
                cancellable=is_cancellable and task.status is not TaskStatus.CANCELING,
                pausable=is_pausable and may_be_asked_to_pause(task),
            )
        dispatcher = self._dispatchers.get(task.assigned_robot_id or "")
        is_reachable = dispatcher is not None and dispatcher.port.status().online
        return replace(view, stale=not is_reachable)

    def _place(self, entry: QueueEntry) -> Place:
        return self._shop.board.schedule.place(
            entry,
            now=self._shop.clocks.unix(),
            free_in_s=self._free_in_s,
            run_times=self._shop.run_times,
        )

    def _free_in_s(self, robot_id: str) -> float | None:
        dispatcher = self._dispatchers.get(robot_id)
        return dispatcher.free_in_s() if dispatcher is not None else None

    def _hold_reason(self, entry: QueueEntry, place: Place) -> HoldReason | None:
        not_before = entry.not_before_unix_s
        if not_before is not None and not_before > self._shop.clocks.unix():
            return HoldReason.NOT_BEFORE
        known = (self._dispatchers[robot] for robot in entry.robots if robot in self._dispatchers)
        reason = mildest(dispatcher.hold_reason() for dispatcher in known)
        if reason is None and place.position > 1:
            return HoldReason.ROBOT_BUSY
        return reason

    def _starts_unix_s(self, place: Place) -> float | None:
        if place.starts_in_s is None:
            return None
        return self._shop.clocks.unix() + place.starts_in_s
