"""News: something that happened, said once, to whoever wants to know.

Who makes news calls a ``Publish`` and goes on: it neither waits nor fails. The types are part of
the wire format: none is renamed within version 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from lanyard_core.stream.plain import Plain


class EventType(str, Enum):
    """What happened; the value is what clients read. The part before the dot is its family."""

    TASK_QUEUED = "task.queued"
    TASK_STARTED = "task.started"
    TASK_PROGRESS = "task.progress"
    TASK_CHANGED = "task.changed"
    TASK_PAUSED = "task.paused"
    TASK_RESUMED = "task.resumed"
    TASK_CANCELING = "task.canceling"
    TASK_SUCCEEDED = "task.succeeded"
    TASK_FAILED = "task.failed"
    TASK_CANCELED = "task.canceled"
    ROBOT_ONLINE = "robot.online"
    ROBOT_OFFLINE = "robot.offline"
    ROBOT_SAFE_STOP = "robot.safe_stop"
    ROBOT_HALTED = "robot.halted"
    ROBOT_FAULT = "robot.fault"
    ROBOT_CLEARED = "robot.cleared"
    ROBOT_ERROR = "robot.error"
    ROBOT_ERROR_CLEARED = "robot.error_cleared"
    LEASE_TAKEN = "lease.taken"
    LEASE_RELEASED = "lease.released"
    GATEWAY_STARTED = "gateway.started"
    GATEWAY_OVERLOAD = "gateway.overload"
    GATEWAY_STOPPING = "gateway.stopping"

    @property
    def family(self) -> str:
        """What it happened to: task, robot, lease or gateway."""
        return self.value.partition(".")[0]


FAMILIES = ("task", "robot", "lease", "gateway")
"""Every family of types."""


@dataclass(frozen=True, slots=True)
class News:
    """Something that has just happened. ``data`` holds what a client may want to know besides."""

    type: EventType
    robot_id: str | None = None
    task_id: str | None = None
    data: Mapping[str, Plain] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """News with an id that rises with each event, and when it was published (Unix, µs)."""

    id: str
    at_us: int
    news: News


Publish = Callable[[News], None]
"""Tells news to everybody. Returns at once and does not raise; called on one thread."""


def nobody(news: News) -> None:
    """A Publish that tells nobody."""
