"""What the gateway answers, as values. ``raw`` holds the whole answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

TERMINAL = frozenset({"succeeded", "failed", "canceled"})


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it was when the gateway answered.

    ``status``: queued, running, paused, canceling, succeeded, failed or canceled. ``progress``: 0
    to 1. ``hold_reason`` says why it waits, ``error`` in words why it failed; empty otherwise.
    """

    task_id: str
    status: str
    task_type: str = ""
    robot_id: str = ""
    phase: str = ""
    progress: float | None = None
    position: int | None = None
    hold_reason: str = ""
    error: str = ""
    raw: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)

    @property
    def ended(self) -> bool:
        """Whether the task will not change any more."""
        return self.status in TERMINAL


@dataclass(frozen=True, slots=True)
class TaskType:
    """A kind of task, and what it is for; ``raw`` has the schema of its parameters."""

    name: str
    title: str
    description: str
    raw: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class CancelOutcome:
    """What became of a cancellation: ``canceled``, or ``canceling`` while the robot still stops."""

    task_id: str
    status: str


@dataclass(frozen=True, slots=True)
class Robot:
    """A robot that the gateway serves, in short."""

    robot_id: str
    online: bool
    safety_state: str
    current_task_id: str | None
    queued_tasks: int
    raw: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)


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


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the gateway takes the key for, and what that one may do."""

    key_id: str
    role: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the gateway takes work in; ``checks``: each part by name, ``ok`` or its trouble."""

    ready: bool
    checks: Mapping[str, str]


def task_of(raw: Mapping[str, object]) -> Task:
    """A task from an answer of the gateway."""
    error = part(raw, "error")
    told = f"{error.get('code')}: {error.get('message')}" if error else ""
    return Task(
        task_id=text(raw, "task_id"),
        status=text(raw, "status"),
        task_type=text(raw, "task_type"),
        robot_id=text(raw, "robot_id"),
        phase=text(raw, "phase"),
        progress=number(raw, "progress"),
        position=_integer(raw, "position"),
        hold_reason=text(raw, "hold_reason"),
        error=told,
        raw=raw,
    )


def task_type_of(raw: Mapping[str, object]) -> TaskType:
    """A task type from an answer of the gateway."""
    return TaskType(text(raw, "task_type"), text(raw, "title"), text(raw, "description"), raw)


def robot_of(raw: Mapping[str, object]) -> Robot:
    """A robot from an answer of the gateway."""
    return Robot(
        robot_id=text(raw, "robot_id"),
        online=raw.get("online") is True,
        safety_state=text(raw, "safety_state"),
        current_task_id=text(part(raw, "current_task"), "task_id") or None,
        queued_tasks=_integer(raw, "queued_tasks") or 0,
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


def identity_of(raw: Mapping[str, object]) -> Identity:
    """Whom the gateway takes the key for, from its answer."""
    scopes = raw.get("scopes")
    names = scopes if isinstance(scopes, list) else []
    return Identity(text(raw, "key_id"), text(raw, "role"), frozenset(map(str, names)))


def readiness_of(raw: Mapping[str, object]) -> Readiness:
    """Whether the gateway takes work in, from its answer."""
    checks = {name: str(value) for name, value in part(raw, "checks").items()}
    return Readiness(raw.get("ready") is True, checks)


def items(raw: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    """The items of a page of an answer."""
    value = raw.get("items")
    listed = value if isinstance(value, list) else []
    return [item for item in listed if isinstance(item, Mapping)]


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
