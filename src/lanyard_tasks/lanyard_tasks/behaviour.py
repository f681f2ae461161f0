"""Behaviour: how a task of one type is carried out. The interface for us and for other packages.

A behaviour is a generator. Each turn it looks at the robot and yields one ``Step``; it is resumed
at the task server's rate (50 Hz) with the robot's next observation, and what it returns at the end
is the task's result. It must not block, sleep, read a clock, start threads or talk to ROS:
authority, time-out, cancelling, pauses and stops are the task server's business: the generator is
closed at any step, or not resumed for a while, during which ``robot.now`` stands still.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from lanyard_core.task.catalogue import TaskType
from lanyard_tasks.robot import Robot, Step

Parameters = Mapping[str, Any]
Result = Mapping[str, Any]
Steps = Generator[Step, None, Result]


class Behaviour(ABC):
    """One way of carrying out ``task_type``; made anew for each task.

    ``moves`` is False when the robot is not moved at all: then no command authority is asked for.
    """

    task_type: ClassVar[TaskType]
    moves: ClassVar[bool] = True

    @abstractmethod
    def run(self, robot: Robot, parameters: Parameters) -> Steps:
        """Carry out one task; ``parameters`` were checked and have their defaults.

        Raises TaskFailed to end without success. Any other exception ends as ERROR_INTERNAL.
        """


def in_phase(phase: str, *legs: Iterable[Step]) -> Iterator[Step]:
    """The steps of several legs, one after the other, as one phase of the task."""
    for index, leg in enumerate(legs):
        for step in leg:
            yield Step(
                phase=phase,
                fraction=(index + step.fraction) / len(legs),
                drive=step.drive,
                joint_velocities=step.joint_velocities,
                remaining_s=step.remaining_s,
                pausable=step.pausable,
            )
