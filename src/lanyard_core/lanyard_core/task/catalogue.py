"""Task types: what a robot can be asked to do, described without doing it.

The gateway serves these descriptions and judges parameters by them before a task is queued; the
task server asks the same judge again before it moves anything, and its behaviours declare which
description they carry out. A type from another package is a ``TaskType`` like ours. Frozen values,
no ROS, no clock; usable from any thread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import Enum

from lanyard_core.faults import BadConfiguration, ValidationFailed
from lanyard_core.task.schema import DIALECT, Schema, problems_of_schema, validate, with_defaults

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a task. ``cancellable`` is False where stopping half-way would do harm.

    ``estimate_s`` is how long it usually lasts, in seconds, > 0; it is its weight in the progress.
    ``pausable``: the robot may stand still in it for any time, without authority, and go on.
    """

    name: str
    cancellable: bool
    estimate_s: float
    pausable: bool = False


class OnStop(str, Enum):
    """What a safe stop, halt or fault of the robot makes of a task that it interrupts.

    Either way the task's run ends there, and its authority over the robot. ``PAUSE``: the task
    waits until somebody resumes it, and is then begun anew; a reset alone never moves a robot.
    """

    FAIL = "fail"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class TaskType:
    """What a task of this type needs, which phases it goes through, and how it may be treated.

    ``parameters_schema`` is JSON Schema 2020-12, the part that ``lanyard_core.task.schema`` takes.
    ``idempotent``: running it twice leaves the world as running it once, so that it may be sent
    again when a robot was lost half-way. ``default_timeout_s``: longest run when none is asked for.
    ``on_stop`` may be PAUSE only for an idempotent type, since resuming begins it anew.
    Raises BadConfiguration with every problem when the description cannot be used.
    """

    name: str
    title: str
    description: str
    parameters_schema: Schema
    phases: tuple[Phase, ...]
    idempotent: bool
    default_timeout_s: float
    on_stop: OnStop = OnStop.FAIL

    def __post_init__(self) -> None:
        problems = list(self._problems())
        if problems:
            raise BadConfiguration([f"task type {self.name!r}: {problem}" for problem in problems])

    def phase(self, name: str) -> Phase:
        """The phase of this name; raises KeyError when the type has none."""
        for phase in self.phases:
            if phase.name == name:
                return phase
        raise KeyError(name)

    def progress(self, phase: str, fraction: float) -> float:
        """Share of the whole task that is done, [0, 1], when ``fraction`` of ``phase`` is."""
        done = sum(before.estimate_s for before in self._before(phase))
        within = self.phase(phase).estimate_s * min(1.0, max(0.0, fraction))
        return (done + within) / self.estimate_s

    @property
    def pausable(self) -> bool:
        """Whether a task of this type can be paused while it runs, in some phase at least."""
        return any(phase.pausable for phase in self.phases)

    @property
    def estimate_s(self) -> float:
        """How long a task of this type usually runs, in seconds."""
        return sum(phase.estimate_s for phase in self.phases)

    def remaining_s(self, phase: str, fraction: float) -> float:
        """Usual time to the end, in seconds, when ``fraction`` of ``phase`` is done."""
        return self.estimate_s * (1.0 - self.progress(phase, fraction))

    def check(self, parameters: object) -> dict[str, object]:
        """The parameters with defaults filled in; raises ValidationFailed that names the fields."""
        errors = validate(parameters, self.parameters_schema)
        if errors or not isinstance(parameters, dict):
            listed = "; ".join(f"{error.field} {error.message}" for error in errors)
            raise ValidationFailed(f"parameters of {self.name}: {listed}", errors=errors)
        return with_defaults(parameters, self.parameters_schema)

    def document(self) -> dict[str, object]:
        """The description as plain JSON values, as ``GET /task-types/{name}`` serves it."""
        return {
            "task_type": self.name,
            "title": self.title,
            "description": self.description,
            "parameters_schema": {"$schema": DIALECT, **self.parameters_schema},
            "phases": [asdict(phase) for phase in self.phases],
            "pausable": self.pausable,
            "idempotent": self.idempotent,
            "default_timeout_s": self.default_timeout_s,
            "on_stop": self.on_stop.value,
        }

    def _before(self, name: str) -> Iterator[Phase]:
        for phase in self.phases:
            if phase.name == name:
                return
            yield phase

    def _problems(self) -> Iterator[str]:
        if not _NAME.fullmatch(self.name):
            yield "the name must be 1 to 64 of a-z, 0-9 and _, and start with a letter"
        if not self.phases:
            yield "there must be a phase"
        if len({phase.name for phase in self.phases}) != len(self.phases):
            yield "two phases have the same name"
        for phase in self.phases:
            if not _NAME.fullmatch(phase.name) or not phase.estimate_s > 0:
                yield f"phase {phase.name!r} needs a name like 'transfer' and an estimate above 0 s"
        if not self.default_timeout_s > 0:
            yield "default_timeout_s must be above 0"
        if self.on_stop is OnStop.PAUSE and not self.idempotent:
            yield "on_stop: a type that pauses is begun anew, and so must be idempotent"
        if self.parameters_schema.get("type") != "object":
            yield "parameters: the schema must be of type 'object'"
        yield from problems_of_schema(self.parameters_schema)


class Catalogue(Mapping[str, TaskType]):
    """Task types by name, in the order given; raises BadConfiguration when two share a name."""

    def __init__(self, task_types: Iterable[TaskType]) -> None:
        self._types: dict[str, TaskType] = {}
        problems = []
        for task_type in task_types:
            if task_type.name in self._types:
                problems.append(f"task type {task_type.name!r}: there are two of this name")
            self._types.setdefault(task_type.name, task_type)
        if problems:
            raise BadConfiguration(problems)

    def __getitem__(self, name: str) -> TaskType:
        return self._types[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)
