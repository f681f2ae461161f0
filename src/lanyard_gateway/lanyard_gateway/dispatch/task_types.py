"""The task types that there are: those that come with Lanyard, and those that robots announce.

A type that was announced once stays known, also while its robot is away: tasks may be queued for a
robot that is offline. Lives on the event loop.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping

from lanyard_core.port import RobotPorts, TaskServer
from lanyard_core.task.announced import read_announcement
from lanyard_core.task.catalogue import TaskType

_log = logging.getLogger(__name__)


class KnownTaskTypes(Mapping[str, TaskType]):
    """Task types by name; the built-in ones first, and never replaced."""

    def __init__(self, built_in: Mapping[str, TaskType], robots: RobotPorts) -> None:
        self._built_in = built_in
        self._robots = robots
        self._announced: dict[str, TaskType] = {}
        self._names: dict[str, frozenset[str]] = {}  # of each robot, as it announced them last
        self._seen: dict[str, TaskServer] = {}

    def names_of(self, robot_id: str) -> frozenset[str] | None:
        """The task types that a robot has; None when it has not said."""
        self._look_at(robot_id)
        return self._names.get(robot_id)

    def estimate_s(self, name: str) -> float:
        """How long a task of a type usually runs, as its description says; 0 when unknown."""
        task_type = self.get(name)
        return task_type.estimate_s if task_type is not None else 0.0

    def __getitem__(self, name: str) -> TaskType:
        if name in self._built_in:
            return self._built_in[name]
        self._look_at_all()
        return self._announced[name]

    def __iter__(self) -> Iterator[str]:
        self._look_at_all()
        yield from self._built_in
        yield from sorted(name for name in self._announced if name not in self._built_in)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _look_at_all(self) -> None:
        for robot_id in self._robots:
            self._look_at(robot_id)

    def _look_at(self, robot_id: str) -> None:
        port = self._robots.get(robot_id)
        server = port.task_server() if port is not None else None
        if server is None or self._seen.get(robot_id) == server:
            return
        self._seen[robot_id] = server
        found, problems = read_announcement(server.task_types_json)
        for problem in problems:
            _log.warning("robot %s: %s", robot_id, problem)
        self._names[robot_id] = frozenset(found)
        for name, task_type in found.items():
            self._announced.setdefault(name, task_type)
