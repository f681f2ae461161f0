"""sequence: several tasks as one. The composite: it knows no behaviour by name.

The robot is not given away between the steps. A phase of a step that cannot be cancelled makes the
sequence one that cannot be cancelled then, and likewise for pauses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lanyard_core.faults import ValidationFailed
from lanyard_core.task.built_in import SEQUENCE
from lanyard_core.task.catalogue import TaskType
from lanyard_core.task.error_codes import ErrorCode
from lanyard_tasks.behaviour import Behaviour, Parameters, Steps
from lanyard_tasks.registry import Behaviours, installed_behaviours
from lanyard_tasks.robot import Robot, TaskFailed


@dataclass(frozen=True, slots=True)
class _Part:
    """One step of the sequence: what carries it out, with what, and its share of the whole."""

    name: str
    behaviour: Behaviour
    parameters: Parameters
    before_s: float
    total_s: float

    @property
    def kind(self) -> TaskType:
        return self.behaviour.task_type


class Sequence(Behaviour):
    """Carries out each step with the behaviour of its type."""

    task_type = SEQUENCE

    def __init__(self, behaviours: Behaviours | None = None) -> None:
        self._behaviours = installed_behaviours() if behaviours is None else behaviours

    def run(self, robot: Robot, parameters: Parameters) -> Steps:
        """Ends after the last step; the result has each step's own."""
        results: list[Parameters] = []
        for part in list(self._parts(parameters)):
            result = yield from _carried_out(part, robot)
            results.append({"task_type": part.kind.name, "result": result})
        return {"steps": results}

    def _parts(self, parameters: Parameters) -> Iterator[_Part]:
        wanted = parameters["steps"]
        kinds = [self._kind(number, step) for number, step in enumerate(wanted, start=1)]
        total_s = sum(kind.task_type.estimate_s for kind in kinds)
        before_s = 0.0
        for number, (kind, step) in enumerate(zip(kinds, wanted, strict=True), start=1):
            name = f"step {number} ({kind.task_type.name})"
            try:
                checked = kind.task_type.check(step.get("parameters", {}))
            except ValidationFailed as error:
                raise TaskFailed(ErrorCode.INVALID_PARAMETERS, f"{name}: {error.detail}") from error
            yield _Part(name, kind(), checked, before_s, total_s)
            before_s += kind.task_type.estimate_s

    def _kind(self, number: int, step: Parameters) -> type[Behaviour]:
        known = {name: kind for name, kind in self._behaviours.items() if name != SEQUENCE.name}
        kind = known.get(step["task_type"])
        if kind is None:
            message = f"step {number}: task_type must be one of {', '.join(known)}"
            raise TaskFailed(ErrorCode.INVALID_PARAMETERS, message)
        return kind


def _carried_out(part: _Part, robot: Robot) -> Steps:
    """The steps of one part, told as the sequence's own."""
    kind, steps = part.kind, part.behaviour.run(robot, part.parameters)
    try:
        while True:
            step = next(steps)
            done = step.progress
            if done is None:
                done = kind.progress(step.phase, step.fraction)
            done_s = part.before_s + done * kind.estimate_s
            phase = kind.phase(step.phase)
            yield replace(
                step,
                phase="step" if phase.cancellable else "committed",
                fraction=done_s / part.total_s,
                progress=done_s / part.total_s,
                remaining_s=part.total_s - done_s,
                pausable=phase.pausable and step.pausable,
            )
    except StopIteration as end:
        return end.value or {}
    except TaskFailed as failure:
        raise TaskFailed(failure.code, f"{part.name}: {failure.message}") from failure
    finally:
        steps.close()
