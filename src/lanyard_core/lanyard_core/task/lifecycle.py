"""What may happen to a task, and what that makes of it: one table, one function.

    held ◀──held──── queued ──dispatched──▶ running ──succeeded──▶ succeeded
         ──released─▶  │ ▲ ◀─returned,        │ ▲ │ ──failed─────▶ failed ───┐
                       │ │   requeued,        │ │ └─ pausing, paused, ...    │
                       │ │   attempt_failed ──┘ └─cancel_refused─┐           │
                       │ └──────────────────────────────────── retried ──────┤
                       └─withdrawn──▶ canceled ◀──canceled── canceling ◀─────┘ (any end)

    running ──pause_requested──▶ pausing ──paused──▶ paused ──resume_requested──▶ resuming
       ▲  └◀────pause_refused──────┘                   ▲  ◀────resume_refused──────┘  │
       └──────────────────────────────resumed──────────┴──────────────────────────────┘

A running task that a stop of the robot pauses (``stopped``) becomes held. What a client asks for is
written as pausing or resuming; only the robot's word makes it paused or running, also when somebody
has asked the robot itself.
What is not in the table cannot happen; ``step`` raises Conflict then, and the task stays as it was.
A task ends once; only somebody's word (``retried``) begins it anew, under a new attempt.
"""

from __future__ import annotations

from enum import Enum

from lanyard_core.faults import Conflict
from lanyard_core.task.model import TaskStatus


class Event(str, Enum):
    """What can happen to a task. The value is written into its history."""

    SUBMITTED = "submitted"  # taken in and on disk
    EDITED = "edited"  # its order was changed while it waited
    HELD = "held"  # paused before it was begun
    RELEASED = "released"  # it may begin again
    EXPIRED = "expired"  # its deadline passed while it waited
    DISPATCHED = "dispatched"  # its goal id is on disk; the goal is about to be sent
    ACCEPTED = "accepted"  # the robot has taken the goal
    PHASE = "phase"  # the robot has begun another phase
    ROBOT_SILENT = "robot_silent"  # the robot has not been heard for a while
    ROBOT_BACK = "robot_back"  # it is heard again, and still has the goal
    REATTACHED = "reattached"  # its goal was found again after a restart
    SENT_AGAIN = "sent_again"  # the robot never had the goal: it gets it now, under the same id
    RETURNED = "returned"  # the robot did not take the goal; it will be sent again
    REQUEUED = "requeued"  # the robot was lost; the task is begun anew
    ATTEMPT_FAILED = "attempt_failed"  # for a reason that may pass; it is begun anew
    STOPPED = "stopped"  # the robot was stopped; the task waits until somebody resumes it
    PAUSE_REQUESTED = "pause_requested"
    PAUSE_REFUSED = "pause_refused"  # the robot cannot pause it now
    PAUSED = "paused"  # the robot is at rest and keeps it
    RESUME_REQUESTED = "resume_requested"
    RESUME_REFUSED = "resume_refused"  # the robot cannot go on with it now
    RESUMED = "resumed"  # the robot goes on with it
    WITHDRAWN = "withdrawn"  # cancelled before any goal was sent
    CANCEL_REQUESTED = "cancel_requested"
    CANCEL_REFUSED = "cancel_refused"  # the robot is in a phase that cannot be cancelled
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"  # the robot has stopped it
    RETRIED = "retried"  # somebody has asked for it to be done again


_S = TaskStatus
TRANSITIONS: dict[tuple[TaskStatus, Event], TaskStatus] = {
    (_S.QUEUED, Event.EDITED): _S.QUEUED,
    (_S.QUEUED, Event.HELD): _S.HELD,
    (_S.QUEUED, Event.EXPIRED): _S.FAILED,
    (_S.QUEUED, Event.DISPATCHED): _S.RUNNING,
    (_S.QUEUED, Event.WITHDRAWN): _S.CANCELED,
    (_S.HELD, Event.EDITED): _S.HELD,
    (_S.HELD, Event.RELEASED): _S.QUEUED,
    (_S.HELD, Event.EXPIRED): _S.FAILED,
    (_S.HELD, Event.WITHDRAWN): _S.CANCELED,
    (_S.RUNNING, Event.RETURNED): _S.QUEUED,
    (_S.RUNNING, Event.REQUEUED): _S.QUEUED,
    (_S.RUNNING, Event.ATTEMPT_FAILED): _S.QUEUED,
    # A reset alone moves nothing: somebody has to let the task go on.
    (_S.RUNNING, Event.STOPPED): _S.HELD,
    (_S.RUNNING, Event.PAUSE_REQUESTED): _S.PAUSING,
    (_S.RUNNING, Event.PAUSED): _S.PAUSED,
    (_S.RUNNING, Event.CANCEL_REQUESTED): _S.CANCELING,
    (_S.PAUSING, Event.PAUSED): _S.PAUSED,
    (_S.PAUSING, Event.PAUSE_REFUSED): _S.RUNNING,
    (_S.PAUSING, Event.RESUME_REQUESTED): _S.RESUMING,
    (_S.PAUSING, Event.CANCEL_REQUESTED): _S.CANCELING,
    (_S.PAUSED, Event.RESUME_REQUESTED): _S.RESUMING,
    (_S.PAUSED, Event.RESUMED): _S.RUNNING,
    (_S.PAUSED, Event.CANCEL_REQUESTED): _S.CANCELING,
    (_S.RESUMING, Event.RESUMED): _S.RUNNING,
    (_S.RESUMING, Event.RESUME_REFUSED): _S.PAUSED,
    (_S.RESUMING, Event.PAUSE_REQUESTED): _S.PAUSING,
    (_S.RESUMING, Event.CANCEL_REQUESTED): _S.CANCELING,
    (_S.RESUMING, Event.STOPPED): _S.HELD,
    (_S.RESUMING, Event.RETURNED): _S.QUEUED,
    (_S.RESUMING, Event.REQUEUED): _S.QUEUED,
    (_S.RESUMING, Event.ATTEMPT_FAILED): _S.QUEUED,
    # The goal never reached the robot, and nobody wants it any more.
    (_S.CANCELING, Event.RETURNED): _S.CANCELED,
    (_S.CANCELING, Event.CANCEL_REFUSED): _S.RUNNING,
    (_S.FAILED, Event.RETRIED): _S.QUEUED,
    (_S.CANCELED, Event.RETRIED): _S.QUEUED,
}
for _paused in (_S.PAUSING, _S.PAUSED):
    # Somebody wants it to wait: so it does, before it is begun anew.
    for _again in (Event.STOPPED, Event.RETURNED, Event.REQUEUED, Event.ATTEMPT_FAILED):
        TRANSITIONS[_paused, _again] = _S.HELD
for _on_robot in (status for status in TaskStatus if status.on_robot):
    for _remark in (
        Event.ACCEPTED, Event.PHASE, Event.REATTACHED, Event.SENT_AGAIN, Event.ROBOT_SILENT,
        Event.ROBOT_BACK,
    ):  # fmt: skip
        TRANSITIONS[_on_robot, _remark] = _on_robot
    TRANSITIONS[_on_robot, Event.SUCCEEDED] = _S.SUCCEEDED
    TRANSITIONS[_on_robot, Event.FAILED] = _S.FAILED
    TRANSITIONS[_on_robot, Event.CANCELED] = _S.CANCELED


def step(status: TaskStatus, event: Event) -> TaskStatus:
    """The status after ``event``; raises Conflict when that cannot happen now."""
    try:
        return TRANSITIONS[status, event]
    except KeyError:
        code = "task_terminal" if status.ended else "conflict"
        detail = f"a task that is {status.value} cannot be {event.value}"
        raise Conflict(detail, code=code) from None
