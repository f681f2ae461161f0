"""What the gateway answers, as values. ``raw`` holds the whole answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

TERMINAL = frozenset({"succeeded", "failed", "canceled"})


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it was when the gateway answered.

    ``status``: queued, running, paused, canceling, succeeded, failed or canceled. ``error`` says
    in words why it failed; empty otherwise.
    """

    task_id: str
    status: str
    phase: str = ""
    progress: float | None = None
    position: int | None = None
    error: str = ""
    raw: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)

    @property
    def ended(self) -> bool:
        """Whether the task will not change any more."""
        return self.status in TERMINAL


@dataclass(frozen=True, slots=True)
class CancelOutcome:
    """What became of a cancellation: ``canceled``, or ``canceling`` while the robot still stops."""

    task_id: str
    status: str


@dataclass(frozen=True, slots=True)
class RobotStatus:
    """How a robot is. ``safety_state``: ready, active, safe_stop, halted, fault or unknown."""

    robot_id: str
    online: bool
    safety_state: str
    reason: str
    battery_percent: float | None
    current_task_id: str | None
    raw: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class StopOutcome:
    """What became of a stop or reset. ``confirmed``: the robot's control node has answered."""

    robot_id: str
    safety_state: str
    confirmed: bool
    at_rest: bool
    message: str


def task_of(raw: Mapping[str, object]) -> Task:
    """A task from an answer of the gateway."""
    error = part(raw, "error")
    told = f"{error.get('code')}: {error.get('message')}" if error else ""
    return Task(
        task_id=text(raw, "task_id"),
        status=text(raw, "status"),
        phase=text(raw, "phase"),
        progress=number(raw, "progress"),
        position=_integer(raw, "position"),
        error=told,
        raw=raw,
    )


def robot_status_of(raw: Mapping[str, object]) -> RobotStatus:
    """A robot's status from an answer of the gateway."""
    safety = part(raw, "safety")
    return RobotStatus(
        robot_id=text(raw, "robot_id"),
        online=raw.get("online") is True,
        safety_state=text(safety, "state"),
        reason=text(safety, "reason"),
        battery_percent=number(part(raw, "battery"), "percent"),
        current_task_id=text(part(raw, "current_task"), "task_id") or None,
        raw=raw,
    )


def stop_outcome_of(raw: Mapping[str, object]) -> StopOutcome:
    """The outcome of a stop or reset from an answer of the gateway."""
    return StopOutcome(
        robot_id=text(raw, "robot_id"),
        safety_state=text(raw, "safety_state"),
        confirmed=raw.get("confirmed") is True,
        at_rest=raw.get("at_rest") is True,
        message=text(raw, "message"),
    )


def part(raw: Mapping[str, object], name: str) -> Mapping[str, object]:
    """A map inside an answer; empty when it is not there."""
    value = raw.get(name)
    return value if isinstance(value, Mapping) else {}


def text(raw: Mapping[str, object], name: str) -> str:
    """A text of an answer; empty when it is not there."""
    value = raw.get(name)
    return value if isinstance(value, str) else ""


def number(raw: Mapping[str, object], name: str) -> float | None:
    """A number of an answer; None when it is not there."""
    value = raw.get(name)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _integer(raw: Mapping[str, object], name: str) -> int | None:
    value = number(raw, name)
    return None if value is None else int(value)
