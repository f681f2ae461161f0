"""What a client asks for: which work, by which robot, when, and what to do when it goes wrong.

Frozen values that have been checked already; nothing here decides when or where a task runs. Times
are Unix seconds (they outlive the process), durations are seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

ANY_ROBOT = "any"
"""Stands for a robot's id where any robot that fits will do."""
HIGHEST_PRIORITY = 9
DEFAULT_PRIORITY = 1
LAST_ATTEMPT = 255
"""The action's field is a uint8."""

Pairs = tuple[tuple[str, str], ...]
"""Labels: names and values, sorted, so that equal labels are equal values."""


class LostPolicy(str, Enum):
    """What becomes of a running task whose robot has not been heard for a while."""

    WAIT = "wait"  # it stays with the robot, which may well be finishing it
    REQUEUE = "requeue"  # it is done again; only for types that may be done twice
    FAIL = "fail"  # it has failed


@dataclass(frozen=True, slots=True)
class RobotTraits:
    """What a selector looks at in a robot. ``task_types`` None: not known, taken to be all."""

    robot_id: str
    labels: Mapping[str, str] = field(default_factory=dict)
    capabilities: frozenset[str] = frozenset()
    task_types: frozenset[str] | None = None

    def can(self, task_type: str) -> bool:
        """Whether the robot has this task type, as far as is known."""
        return self.task_types is None or task_type in self.task_types


@dataclass(frozen=True, slots=True)
class RobotSelector:
    """A robot that has all of these labels and all of these capabilities.

    ``robots``: one of these only, because whoever asks may use no other; empty: any.
    """

    labels: Pairs = ()
    capabilities: tuple[str, ...] = ()
    robots: tuple[str, ...] = ()

    def fits(self, robot: RobotTraits) -> bool:
        """Whether this robot will do."""
        if self.robots and robot.robot_id not in self.robots:
            return False
        has_labels = all(robot.labels.get(name) == value for name, value in self.labels)
        return has_labels and robot.capabilities.issuperset(self.capabilities)


@dataclass(frozen=True, slots=True)
class TaskOrder:
    """What a client asks for.

    ``robot_id`` is a robot's id or ``ANY_ROBOT``; a ``selector`` narrows the latter down.
    ``priority`` 0-9, higher runs sooner. ``timeout_s`` is the longest run of one attempt.
    ``max_attempts``: how often it may be begun in all, when an attempt fails for a reason that may
    pass.
    """

    task_type: str
    robot_id: str
    parameters_json: str
    priority: int
    timeout_s: float
    selector: RobotSelector | None = None
    not_before_unix_s: float | None = None
    deadline_unix_s: float | None = None
    max_attempts: int = 1
    on_robot_lost: LostPolicy = LostPolicy.WAIT
    external_ref: str | None = None
    labels: Pairs = ()

    @property
    def named_robot(self) -> str | None:
        """The one robot that is asked for; None when several may do."""
        return None if self.robot_id == ANY_ROBOT else self.robot_id

    def fits(self, robot: RobotTraits) -> bool:
        """Whether this robot may carry it out."""
        if self.named_robot is not None:
            return self.named_robot == robot.robot_id
        return robot.can(self.task_type) and (self.selector is None or self.selector.fits(robot))
