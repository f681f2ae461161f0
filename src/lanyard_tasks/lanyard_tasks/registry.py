"""Which behaviours there are: found by entry points, ours and other packages' alike.

A package offers a behaviour by an entry point of the group ``lanyard.behaviours``. One that cannot
be loaded keeps the task server from starting, with a line that says whose it is: a robot that
silently lacks a task type is found out much later, and by somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from lanyard_core.faults import BadConfiguration
from lanyard_core.task.catalogue import TaskType
from lanyard_tasks.behaviour import Behaviour

GROUP = "lanyard.behaviours"

Behaviours = Mapping[str, type[Behaviour]]


@cache
def installed_behaviours() -> Behaviours:
    """Every installed behaviour by the name of its task type; raises BadConfiguration."""
    return load_behaviours(entry_points(group=GROUP))


def load_behaviours(points: Iterable[EntryPoint]) -> Behaviours:
    """Behaviours of these entry points by task type; raises BadConfiguration with every problem."""
    found: dict[str, type[Behaviour]] = {}
    problems: list[str] = []
    # One distribution may be seen twice, as an installed package and as its source tree.
    for point in sorted(set(points), key=lambda point: (point.name, point.value)):
        try:
            behaviour = _load(point)
        except Exception as error:  # noqa: BLE001  another package's import fails in any way
            problems.append(f"behaviour {point.name!r} ({point.value}): {error}")
            continue
        name = behaviour.task_type.name
        if found.setdefault(name, behaviour) is not behaviour:
            problems.append(
                f"behaviour {point.name!r} ({point.value}): the task type {name!r} is taken by"
                f" {found[name].__module__}"
            )
    if problems:
        raise BadConfiguration(problems)
    return found


def _load(point: EntryPoint) -> type[Behaviour]:
    behaviour = point.load()
    if not (isinstance(behaviour, type) and issubclass(behaviour, Behaviour)):
        raise TypeError("is not a subclass of lanyard_tasks.behaviour.Behaviour")
    if not isinstance(getattr(behaviour, "task_type", None), TaskType):
        raise TypeError("has no task_type; set it to a lanyard_core.task.catalogue.TaskType")
    if point.name != behaviour.task_type.name:
        raise ValueError(f"must be named after its task type {behaviour.task_type.name!r}")
    return behaviour
