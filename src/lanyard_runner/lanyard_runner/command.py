"""Turns a planned node into the command line and environment that launch_ros would start it with.

Single parameters go into a file of their own, keyed by the node's full name: so they win over
wildcards in the files before them, as under launch_ros.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from lanyard_core.faults import BadConfiguration
from lanyard_runner.plan import NodePlan, Parameter

Prefix = Callable[[str], str]
"""The install prefix of a package; raises LookupError when there is no such package."""


@dataclass(frozen=True, slots=True)
class Command:
    """What to run: the node's label, its arguments, its environment."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]


def commands_for(
    plans: Sequence[NodePlan],
    *,
    environment: Mapping[str, str],
    prefix_of: Prefix,
    scratch: Path,
) -> tuple[Command, ...]:
    """One command per node; ``scratch`` takes parameter files. Raises BadConfiguration."""
    problems: list[str] = []
    commands = []
    for plan, label in zip(plans, _labels(plans), strict=True):
        executable = _executable(plan, prefix_of, problems)
        arguments = [str(executable), "--ros-args", "-r", f"__node:={plan.name}"]
        if plan.namespace != "/":
            arguments += ["-r", f"__ns:={plan.namespace}"]
        for number, parameter in enumerate(plan.parameters):
            file = _parameter_file(
                plan, parameter, scratch / f"{label.replace('/', '-')}_{number}.yaml"
            )
            if not file.is_file():
                problems.append(f"{plan.place}: parameter file {file} does not exist")
            arguments += ["--params-file", str(file)]
        for old, new in plan.remappings:
            arguments += ["-r", f"{old}:={new}"]
        commands.append(Command(label, tuple(arguments), {**environment, **dict(plan.environment)}))
    if problems:
        raise BadConfiguration(problems)
    return tuple(commands)


def _labels(plans: Sequence[NodePlan]) -> Iterator[str]:
    """What each is called in messages: its short name, or its full one where others have that."""
    count = Counter(plan.name for plan in plans)
    return (plan.name if count[plan.name] == 1 else plan.full_name[1:] for plan in plans)


def _executable(plan: NodePlan, prefix_of: Prefix, problems: list[str]) -> Path:
    try:
        prefix = Path(prefix_of(plan.package))
    except LookupError:
        problems.append(f"{plan.place}: package {plan.package!r} is not built: try `make setup`")
        return Path(plan.executable)
    path = prefix / "lib" / plan.package / plan.executable
    if not path.is_file():
        problems.append(f"{plan.place}: package {plan.package!r} has no executable {path}")
    return path


def _parameter_file(plan: NodePlan, parameter: Path | Parameter, file: Path) -> Path:
    if isinstance(parameter, Path):
        return parameter
    value = yaml.safe_load(parameter.value) if parameter.value else ""
    content = {plan.full_name: {"ros__parameters": {parameter.name: value}}}
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file
