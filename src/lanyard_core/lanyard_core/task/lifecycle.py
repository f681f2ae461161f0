"""What may happen to a task, and what that makes of it: one table, one function.

    queued ──dispatched──▶ running ──succeeded──▶ succeeded
      │  ◀──returned────────┘ │ ▲ ──failed─────▶ failed
      │                       │ └─refused─┐ ──canceled───▶ canceled
      └─withdrawn▶ canceled   └cancel_requested▶ canceling ─▶ (any end)

What is not in the table cannot happen; ``step`` raises Conflict then, and the task stays as it was.
The ends have no row: a task ends once.
"""

from __future__ import annotations

from enum import Enum

from lanyard_core.faults import Conflict
from lanyard_core.task.model import TaskStatus


class Event(str, Enum):
    """What can happen to a task. The value is written into its history."""

    SUBMITTED = "submitted"  # taken in and on disk
    DISPATCHED = "dispatched"  # its goal id is on disk; the goal is about to be sent
    REATTACHED = "reattached"  # its goal was found again after a restart
    RETURNED = "returned"  # the robot did not take the goal; it will be sent again
    WITHDRAWN = "withdrawn"  # cancelled before any goal was sent
    CANCEL_REQUESTED = "cancel_requested"
    CANCEL_REFUSED = "cancel_refused"  # the robot is in a phase that cannot be cancelled
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"  # the robot has stopped it


_S = TaskStatus
TRANSITIONS: dict[tuple[TaskStatus, Event], TaskStatus] = {
    (_S.QUEUED, Event.DISPATCHED): _S.RUNNING,
    (_S.QUEUED, Event.WITHDRAWN): _S.CANCELED,
    (_S.RUNNING, Event.REATTACHED): _S.RUNNING,
    (_S.RUNNING, Event.RETURNED): _S.QUEUED,
    (_S.RUNNING, Event.CANCEL_REQUESTED): _S.CANCELING,
    (_S.RUNNING, Event.SUCCEEDED): _S.SUCCEEDED,
    (_S.RUNNING, Event.FAILED): _S.FAILED,
    (_S.RUNNING, Event.CANCELED): _S.CANCELED,
    (_S.CANCELING, Event.REATTACHED): _S.CANCELING,
    # The goal never reached the robot, and nobody wants it any more.
    (_S.CANCELING, Event.RETURNED): _S.CANCELED,
    (_S.CANCELING, Event.CANCEL_REFUSED): _S.RUNNING,
    (_S.CANCELING, Event.SUCCEEDED): _S.SUCCEEDED,
    (_S.CANCELING, Event.FAILED): _S.FAILED,
    (_S.CANCELING, Event.CANCELED): _S.CANCELED,
}


def step(status: TaskStatus, event: Event) -> TaskStatus:
    """The status after ``event``; raises Conflict when that cannot happen now."""
    try:
        return TRANSITIONS[status, event]
    except KeyError:
        code = "task_terminal" if status.ended else "conflict"
        detail = f"a task that is {status.value} cannot be {event.value}"
        raise Conflict(detail, code=code) from None
