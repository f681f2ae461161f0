"""Robots as the parameters ``robots``, ``robot_labels`` and ``robot_capabilities`` name them.

Reads texts and adds what is wrong with them to a list, so that all of it is told at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lanyard_core.task.order import RobotTraits

NAMESPACE = re.compile(r"(/[A-Za-z_][A-Za-z0-9_]*)+")
_ROBOT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class RobotEntry:
    """One robot: its id on the web, its namespace on the ROS graph, and what selectors look at."""

    robot_id: str
    namespace: str
    traits: RobotTraits

    @property
    def name(self) -> str:
        """The namespace without its first slash: what ``{name}`` stands for."""
        return self.namespace[1:]


def robots_of(entries: Sequence[str], problems: list[str]) -> tuple[RobotEntry, ...]:
    """The robots of the parameter ``robots``; what is wrong is added to ``problems``."""
    found: list[RobotEntry] = []
    for entry in entries:
        robot_id, _, namespace = entry.partition("=")
        if not _ROBOT_ID.fullmatch(robot_id) or not NAMESPACE.fullmatch(namespace):
            problems.append(
                f"robots: {entry!r} is not a robot; write id=/namespace, such as arm-001=/arm_001"
                " (id: letters, digits, . _ - up to 64; namespace: a ROS name)"
            )
            continue
        for known in found:
            if known.robot_id == robot_id:
                problems.append(f"robots: the id {robot_id} stands there twice; ids are unique")
            elif known.namespace == namespace:
                problems.append(
                    f"robots: {known.robot_id} and {robot_id} have the same namespace {namespace};"
                    " each robot needs one of its own"
                )
        found.append(RobotEntry(robot_id, namespace, RobotTraits(robot_id)))
    return tuple(found)


def with_traits(
    robots: Sequence[RobotEntry],
    *,
    labels: Sequence[str],
    capabilities: Sequence[str],
    problems: list[str],
) -> tuple[RobotEntry, ...]:
    """The robots with what selectors look at, from the two parameters that say it."""
    named: dict[str, dict[str, str]] = {robot.robot_id: {} for robot in robots}
    words: dict[str, set[str]] = {robot.robot_id: set() for robot in robots}
    for entry in labels:
        robot_id, _, label = entry.partition(":")
        name, equals, value = label.partition("=")
        if robot_id in named and name and equals:
            named[robot_id][name] = value
        else:
            problems.append(_not_of_a_robot("robot_labels", entry, "id:name=value", named))
    for entry in capabilities:
        robot_id, _, word = entry.partition(":")
        if robot_id in words and word:
            words[robot_id].add(word)
        else:
            problems.append(_not_of_a_robot("robot_capabilities", entry, "id:word", words))
    return tuple(
        replace(
            robot,
            traits=RobotTraits(
                robot.robot_id, named[robot.robot_id], frozenset(words[robot.robot_id])
            ),
        )
        for robot in robots
    )


def _not_of_a_robot(parameter: str, entry: str, form: str, known: Iterable[str]) -> str:
    return f"{parameter}: {entry!r} must be {form}, with a robot that there is: {', '.join(known)}"
