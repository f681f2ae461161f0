"""What is wrong with the steps of a sequence, found before a robot has to refuse it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from lanyard_core.faults import FieldError, ValidationFailed
from lanyard_core.task.built_in import SEQUENCE
from lanyard_core.task.catalogue import TaskType


def wrong_steps(
    parameters: Mapping[str, object], known: Mapping[str, TaskType]
) -> Iterator[FieldError]:
    """What is wrong with each step; ``parameters`` fit the schema of ``sequence``."""
    steps = cast("Sequence[Mapping[str, object]]", parameters["steps"])
    types = {name: known[name] for name in known if name != SEQUENCE.name}
    for number, step in enumerate(steps):
        place = f"parameters.steps.{number}"
        task_type = types.get(cast(str, step["task_type"]))
        if task_type is None:
            message = f"must be one of {', '.join(sorted(types))}"
            yield FieldError(f"{place}.task_type", "unknown_task_type", message)
            continue
        try:
            task_type.check(cast("Mapping[str, object]", step.get("parameters", {})))
        except ValidationFailed as fault:
            for error in fault.errors:
                yield replace(error, field=f"{place}.{error.field}")
