"""wait: let time pass. The smallest behaviour, and one that needs no command authority."""

from __future__ import annotations

from lanyard_core.task.built_in import WAIT
from lanyard_tasks.behaviour import Behaviour, Parameters, Steps
from lanyard_tasks.robot import Robot, Step


class Wait(Behaviour):
    """Does nothing for ``duration_s`` seconds."""

    task_type = WAIT
    moves = False

    def run(self, robot: Robot, parameters: Parameters) -> Steps:
        """Ends when the time has passed; the result tells how much did."""
        duration_s = float(parameters["duration_s"])
        start = robot.now
        while (passed := robot.now - start) < duration_s:
            yield Step("wait", passed / duration_s, remaining_s=duration_s - passed)
        return {"waited_s": round(passed, 3)}
