"""What clients may do to a task that is there: cancel, edit, retry. Pauses are in ``pauses``.

Each is decided from the store's row, and written there. Whoever follows the task on its robot, in
this gateway or in another, sees it there and acts on it.
"""

from __future__ import annotations

from typing import cast

from lanyard_core.faults import Conflict, ValidationFailed
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import Changes, Task, TaskStatus
from lanyard_gateway.dispatch.requests import wrong_times
from lanyard_gateway.dispatch.shop import Shop
from lanyard_gateway.dispatch.viewer import Viewer
from lanyard_gateway.dispatch.views import last_of_its_kind, phase_is_cancellable, phase_of

RACES = 5
"""How often a task may change under our hands before we give up."""


class TaskCommands:
    """See the module's docstring."""

    def __init__(self, shop: Shop, viewer: Viewer) -> None:
        self._shop = shop
        self._viewer = viewer

    async def cancel(self, task_id: str, *, detail: str, wait_s: float) -> Task:
        """Cancel a task.

        What comes back is ``canceled``, or ``canceling`` if the robot needs longer than ``wait_s``.
        Raises NotFound, or Conflict: ``task_not_cancellable`` in a phase that must not be
        interrupted, ``task_terminal`` when it has succeeded or failed (also while we waited).
        """
        with self._shop.board.watch(task_id) as watch:
            task = await self._ask_to_cancel(task_id, detail)
            deadline = self._shop.clocks.monotonic() + wait_s
            while task.status is TaskStatus.CANCELING:
                left_s = deadline - self._shop.clocks.monotonic()
                if left_s <= 0.0 or not await watch.next(timeout_s=left_s):
                    break
                task = await self._shop.store.get(task_id)
        if task.status in (TaskStatus.SUCCEEDED, TaskStatus.FAILED):
            raise terminal(task)
        if task.status not in (TaskStatus.CANCELED, TaskStatus.CANCELING):
            raise self._not_cancellable(task)  # the robot has refused
        return task

    async def edit(
        self, task_id: str, *, version: int | None, detail: str, changes: Changes
    ) -> Task:
        """Change the order of a task that waits.

        Raises NotFound, ValidationFailed, or Conflict: ``task_not_queued``; ``etag_mismatch`` when
        the task is not at ``version`` any more (None: whichever).
        """
        await self._check_times(task_id, changes)
        try:
            return await self._shop.change(task_id, Event.EDITED, detail, changes, version=version)
        except Conflict as fault:
            if fault.code == "etag_mismatch":
                raise
            task = await self._shop.store.get(task_id)
            raise Conflict(
                f"task {task_id} is {task.status.value}; only one that waits can be changed",
                code="task_not_queued",
                extra={"task_id": task_id, "task_status": task.status.value},
            ) from None

    async def retry(self, task_id: str, *, detail: str) -> Task:
        """Do a task again that has failed or was cancelled, under a new attempt.

        Raises NotFound, or Conflict: ``task_not_retryable``; ``deadline_missed`` when its deadline
        has passed.
        """
        task = await self._shop.store.get(task_id)
        if task.status not in (TaskStatus.FAILED, TaskStatus.CANCELED):
            raise Conflict(
                f"task {task_id} is {task.status.value}; only one that has failed or was cancelled"
                " can be done again",
                code="task_not_retryable",
                extra={"task_id": task_id, "task_status": task.status.value},
            )
        deadline = task.order.deadline_unix_s
        if deadline is not None and deadline <= self._shop.clocks.unix():
            raise Conflict(
                f"the deadline of task {task_id} has passed; submit a new one",
                code="deadline_missed",
                extra={"task_id": task_id},
            )
        return await self._shop.change(
            task_id, Event.RETRIED, detail, _as_new(task), version=task.version
        )

    async def _check_times(self, task_id: str, changes: Changes) -> None:
        order = (await self._shop.store.get(task_id)).order
        times = {
            name: cast("float | None", changes.get(name, getattr(order, name)))
            for name in ("not_before_unix_s", "deadline_unix_s")
        }
        errors = wrong_times(*times.values(), now=self._shop.clocks.unix())
        if errors and changes.keys() & times.keys():
            listed = "; ".join(f"{error.field} {error.message}" for error in errors)
            raise ValidationFailed(listed, errors=errors)

    async def _ask_to_cancel(self, task_id: str, detail: str) -> Task:
        for _ in range(RACES):
            task = await self._shop.store.get(task_id)
            if task.status.ended or task.status is TaskStatus.CANCELING:
                return task
            if task.status.on_robot and not self._is_cancellable(task):
                raise self._not_cancellable(task)
            event = Event.WITHDRAWN if task.status.waits else Event.CANCEL_REQUESTED
            try:
                return await self._shop.change(task_id, event, detail)
            except Conflict:  # it was dispatched, or has ended, just now
                continue
        raise too_fast(task_id)

    def _is_cancellable(self, task: Task) -> bool:
        attempt = self._viewer.attempt_at(task)
        if attempt is not None:
            return attempt.progress.cancellable
        return phase_is_cancellable(task, self._shop.task_types)

    def _not_cancellable(self, task: Task) -> Conflict:
        attempt = self._viewer.attempt_at(task)
        phase = attempt.progress.phase if attempt is not None else ""
        phase = phase or phase_of(task, self._shop.task_types)
        return Conflict(
            f"task {task.task_id} is in phase {phase!r}, which must not be interrupted",
            code="task_not_cancellable",
            extra={
                "task_id": task.task_id,
                "phase": phase,
                "cancellable_after": last_of_its_kind(
                    self._shop.task_types.get(task.order.task_type),
                    phase,
                    is_over=lambda each: each.cancellable,
                ),
            },
        )


def too_fast(task_id: str) -> Conflict:
    """The refusal when a task has changed under our hands ``RACES`` times."""
    return Conflict(f"task {task_id} changes too fast; try again")


def terminal(task: Task) -> Conflict:
    """The refusal of what cannot be done to a task that has ended."""
    return Conflict(
        f"task {task.task_id} has already {task.status.value}",
        code="task_terminal",
        extra={"task_id": task.task_id, "task_status": task.status.value},
    )


def _as_new(task: Task) -> dict[str, object]:
    """The fields of a task that begins anew: what it has come to before is in its history."""
    return {
        "attempt": task.attempt + 1,
        "failed_attempts": 0,
        "assigned_robot_id": task.order.named_robot,
        "started_unix_s": None,
        "goal_id": None,
        "server_id": "",
        "phase": "",
        "result_json": None,
        "error": None,
        "distance_m": 0.0,
        "run_s": None,
        "paused_s": 0.0,
        "feedback_count": 0,
    }
