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

from lanyard_core.faults import BadConfiguration, ValidationFailed
from lanyard_core.task.schema import DIALECT, Schema, problems_of_schema, validate, with_defaults

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a task. ``cancellable`` is False where stopping half-way would do harm.

    ``estimate_s`` is how long it usually lasts, in seconds, > 0; it is its weight in the progress.
    """

    name: str
    cancellable: bool
    estimate_s: float


@dataclass(frozen=True, slots=True)
class TaskType:
    """What a task of this type needs, which phases it goes through, and how it may be treated.

    ``parameters_schema`` is JSON Schema 2020-12, the part that ``lanyard_core.task.schema`` takes.
    ``idempotent``: running it twice leaves the world as running it once, so that it may be sent
    again when a robot was lost half-way. ``default_timeout_s``: longest run when none is asked for.
    Raises BadConfiguration with every problem when the description cannot be used.
    """

    name: str
    title: str
    description: str
    parameters_schema: Schema
    phases: tuple[Phase, ...]
    idempotent: bool
    default_timeout_s: float

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
            "idempotent": self.idempotent,
            "default_timeout_s": self.default_timeout_s,
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


def _number(description: str, **rules: float) -> dict[str, object]:
    return {"type": "number", "description": description, **rules}


# No floor is larger; what a robot can really reach is its task server's to say.
_FARTHEST_M = 10_000.0


def _coordinate(axis: str) -> dict[str, object]:
    return _number(
        f"Metres along {axis} of the robot's odometry frame.",
        minimum=-_FARTHEST_M,
        maximum=_FARTHEST_M,
    )


_X_M = _coordinate("x")
_Y_M = _coordinate("y")
_SPEED_MPS = _number(
    "Highest speed of the base in m/s; the control node may allow less.",
    exclusiveMinimum=0.0,
    maximum=0.5,
    default=0.25,
)


def _spot(description: str) -> dict[str, object]:
    return {
        "type": "object",
        "description": description,
        "properties": {"x_m": _X_M, "y_m": _Y_M},
        "required": ["x_m", "y_m"],
        "additionalProperties": False,
    }


MOVE_TO = TaskType(
    name="move_to",
    title="Move to",
    description="Drive the base to a point, and turn to a heading when one is given.",
    parameters_schema={
        "type": "object",
        "properties": {
            "x_m": _X_M,
            "y_m": _Y_M,
            "yaw_rad": _number(
                "Heading at the end in radians, counter-clockwise from x; left out: as it comes.",
                minimum=-6.2832,
                maximum=6.2832,
            ),
            "tolerance_m": _number(
                "How near is there, in metres.", minimum=0.01, maximum=1.0, default=0.05
            ),
            "speed_mps": _SPEED_MPS,
        },
        "required": ["x_m", "y_m"],
        "additionalProperties": False,
    },
    phases=(
        Phase("turn", cancellable=True, estimate_s=3.0),
        Phase("drive", cancellable=True, estimate_s=12.0),
        Phase("align", cancellable=True, estimate_s=3.0),
    ),
    idempotent=True,
    default_timeout_s=300.0,
)

PICK_AND_PLACE = TaskType(
    name="pick_and_place",
    title="Pick and place",
    description=(
        "Fetch an object at one spot and insert it at another. The base drives up to a spot that "
        "is named, and stays for one that is left out; the arm goes through its taught poses."
    ),
    parameters_schema={
        "type": "object",
        "properties": {
            "pick": _spot("Where the object is; left out: in front of the robot."),
            "place": _spot("Where it goes; left out: beside the robot."),
            "object": {
                "type": "string",
                "description": "Name of the object, for people and for the result.",
                "minLength": 1,
                "maxLength": 64,
                "default": "object",
            },
            "force_n": _number(
                "Highest force of the insertion in newtons.",
                exclusiveMinimum=0.0,
                maximum=80.0,
                default=20.0,
            ),
            "speed_mps": _SPEED_MPS,
        },
        "additionalProperties": False,
    },
    phases=(
        Phase("approach", cancellable=True, estimate_s=8.0),
        Phase("grasp", cancellable=True, estimate_s=3.0),
        Phase("transfer", cancellable=True, estimate_s=10.0),
        Phase("insertion", cancellable=False, estimate_s=4.0),
        Phase("retreat", cancellable=True, estimate_s=6.0),
    ),
    idempotent=False,
    default_timeout_s=300.0,
)

WAIT = TaskType(
    name="wait",
    title="Wait",
    description="Stay where the robot is for a while; it is not armed and does not move.",
    parameters_schema={
        "type": "object",
        "properties": {
            "duration_s": _number(
                "How long, in seconds.", minimum=0.0, maximum=3600.0, default=1.0
            ),
        },
        "additionalProperties": False,
    },
    phases=(Phase("wait", cancellable=True, estimate_s=1.0),),
    idempotent=True,
    default_timeout_s=3700.0,
)

BUILT_IN = Catalogue((MOVE_TO, PICK_AND_PLACE, WAIT))
"""The task types that come with Lanyard."""
