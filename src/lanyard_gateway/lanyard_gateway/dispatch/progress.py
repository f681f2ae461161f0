"""How far a task has come, from the robot's feedback; before the first, from what its type says."""

from __future__ import annotations

from dataclasses import replace

from lanyard_core.port import TaskFeedback
from lanyard_core.task.model import Task, TaskStatus
from lanyard_core.task.news import ProgressPace, progress_news
from lanyard_core.task.run_state import RunState
from lanyard_gateway.dispatch.shop import Shop
from lanyard_gateway.dispatch.views import (
    TaskView,
    may_be_asked_to_pause,
    phase_is_cancellable,
    phase_is_pausable,
)


class Progress:
    """The progress of one attempt, which began at ``began_s`` (seconds, monotonic)."""

    def __init__(self, task: Task, shop: Shop, *, began_s: float) -> None:
        self.feedback: TaskFeedback | None = None
        self.count = task.feedback_count
        self._task = task
        self._shop = shop
        self._began_s = began_s
        self._arrived_s: float | None = None
        self._pace = ProgressPace()

    @property
    def phase(self) -> str:
        """The phase that runs, empty before the first feedback."""
        return self.feedback.phase if self.feedback is not None else self._task.phase

    @property
    def cancellable(self) -> bool:
        """Whether the present phase can be cancelled, as the robot says.

        Before that, as its type does.
        """
        if self.feedback is not None:
            return self.feedback.cancellable
        return phase_is_cancellable(self._task, self._shop.task_types)

    @property
    def pausable(self) -> bool:
        """Whether the present phase can be paused: the robot's word, before that its type's."""
        if self.feedback is not None:
            return self.feedback.pausable
        return phase_is_pausable(self._task, self._shop.task_types)

    @property
    def paused_s(self) -> float:
        """How long the robot has paused it so far, in seconds."""
        told_s = self.feedback.paused_s if self.feedback is not None else 0.0
        return max(told_s, self._task.paused_s)

    @property
    def share(self) -> float:
        """Share of the task that is done, [0, 1], as the robot says."""
        return self.feedback.progress if self.feedback is not None else 0.0

    @property
    def distance_m(self) -> float:
        """The way that the robot has covered, in metres."""
        return self.feedback.distance_m if self.feedback is not None else 0.0

    def arrived(self, feedback: TaskFeedback) -> bool:
        """Take feedback in; True when it is in another phase or state than before."""
        before, state_before = self.phase, self.feedback and self.feedback.state
        self.feedback = feedback
        self.count += 1
        self._arrived_s = self._shop.clocks.monotonic()
        if self._pace.is_due(self._arrived_s, feedback.phase):
            self._shop.publish(
                progress_news(
                    self._task,
                    phase=feedback.phase,
                    progress=feedback.progress,
                    cancellable=feedback.cancellable,
                )
            )
        return feedback.phase != before or feedback.state is not state_before

    def agreed(self, state: RunState) -> None:
        """The robot has answered that it is in this state now: what it told before is older."""
        if self.feedback is not None:
            self.feedback = replace(self.feedback, state=state, state_message="")

    def remaining_s(self) -> float | None:
        """The probable time to the end: the robot's word, else the rest of the usual run time.

        None while it is paused: nobody knows for how long.
        """
        if self.feedback is not None and self.feedback.state is not RunState.RUNNING:
            return None
        if self.feedback is not None and self.feedback.remaining_s is not None:
            return max(0.0, self.feedback.remaining_s)
        expected_s = self._shop.run_times.expected_s(self._task.order.task_type)
        return max(0.0, expected_s - (self._shop.clocks.monotonic() - self._began_s))

    def view(self, task: Task) -> TaskView:
        """``task``, the store's row of it, with what only this attempt knows."""
        age_s = None
        if self._arrived_s is not None:
            age_s = self._shop.clocks.monotonic() - self._arrived_s
        return replace(
            TaskView.of_row(task),
            phase=self.phase,
            cancellable=self.cancellable and task.status is not TaskStatus.CANCELING,
            pausable=self.pausable and may_be_asked_to_pause(task),
            paused_s=self.paused_s,
            progress=self.share,
            feedback_count=self.count,
            distance_m=self.distance_m,
            feedback_age_s=age_s,
            remaining_s=self.remaining_s(),
        )
