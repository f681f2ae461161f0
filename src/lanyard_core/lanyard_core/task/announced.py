"""Task types as a task server announces them: descriptions in JSON, read with care.

They come over the network from a package that may not be ours. What cannot be used is left out and
said; it never keeps what can be used from being so. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from lanyard_core.faults import BadConfiguration
from lanyard_core.task.catalogue import OnStop, Phase, TaskType

MOST_TYPES = 256
"""Task types that one server may announce."""
_MOST_CHARACTERS = 1_000_000


def announcement_of(task_types: Iterable[TaskType]) -> str:
    """What a task server announces: a JSON array of descriptions."""
    documents = [task_type.document() for task_type in task_types]
    return json.dumps(documents, separators=(",", ":"))


def read_announcement(text: str) -> tuple[dict[str, TaskType], list[str]]:
    """The announced task types by name, and what is wrong with those that are left out."""
    try:
        documents = json.loads(text) if len(text) <= _MOST_CHARACTERS else None
    except (ValueError, RecursionError):
        documents = None
    if not isinstance(documents, list) or len(documents) > MOST_TYPES:
        return {}, [f"the announced task types are no JSON array of at most {MOST_TYPES}"]
    found: dict[str, TaskType] = {}
    problems: list[str] = []
    for document in documents:
        try:
            task_type = _task_type_of(document)
        except BadConfiguration as error:
            problems.extend(error.problems)
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            problems.append(f"a description of a task type cannot be read ({error!r:.100})")
        else:
            found[task_type.name] = task_type
    return found, problems


def _task_type_of(document: Mapping[str, object]) -> TaskType:
    schema = document["parameters_schema"]
    phases = document["phases"]
    if not isinstance(schema, dict) or not isinstance(phases, list):
        raise TypeError("parameters_schema or phases")
    return TaskType(
        name=_text(document["task_type"]),
        title=_text(document["title"]),
        description=_text(document["description"]),
        parameters_schema={name: rule for name, rule in schema.items() if name != "$schema"},
        phases=tuple(_phase_of(phase) for phase in phases),
        idempotent=document["idempotent"] is True,
        default_timeout_s=_number(document["default_timeout_s"]),
        on_stop=OnStop(document["on_stop"]),
    )


def _phase_of(document: Mapping[str, object]) -> Phase:
    return Phase(
        name=_text(document["name"]),
        cancellable=document["cancellable"] is True,
        estimate_s=_number(document["estimate_s"]),
        pausable=document.get("pausable") is True,  # not said: it cannot
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError("not a number")
    return float(value)
