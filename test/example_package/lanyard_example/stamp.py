"""stamp: write into the robot's own book that something is begun, and that it is done.

The book (environment variable LANYARD_EXAMPLE_BOOK, a file) is what the robot really did, whatever
anybody else believes: the fault campaign of the tasks holds the gateway's word against it.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace

from lanyard_core.task.catalogue import Phase, TaskType
from lanyard_tasks.behaviour import Behaviour, Parameters, Steps
from lanyard_tasks.robot import Robot, Step

STAMP = TaskType(
    name="stamp",
    title="Stamp",
    description="Write a line into the robot's book, work for a while, and write another.",
    parameters_schema={
        "type": "object",
        "properties": {
            "text": {
                "type": "string",
                "description": "What to write.",
                "minLength": 1,
                "maxLength": 64,
            },
            "work_s": {
                "type": "number",
                "description": "How long to work in between, in seconds.",
                "minimum": 0.0,
                "maximum": 60.0,
                "default": 0.05,
            },
        },
        "required": ["text"],
        "additionalProperties": False,
    },
    phases=(Phase("work", cancellable=True, estimate_s=0.1, pausable=True),),
    idempotent=False,
    default_timeout_s=120.0,
)


class Stamp(Behaviour):
    """Two lines in the book, with work between them. The base stays where it is."""

    task_type = STAMP
    moves = False

    def run(self, robot: Robot, parameters: Parameters) -> Steps:
        """Ends when the second line is written."""
        work_s, start = parameters["work_s"], robot.now
        _write("begun", parameters["text"])
        while (passed := robot.now - start) < work_s:
            yield Step("work", passed / work_s)
        _write("done", parameters["text"])
        return {"stamped": parameters["text"]}


class StampAgain(Stamp):
    """The same as a type that may be done twice."""

    task_type = replace(STAMP, name="stamp_again", title="Stamp again", idempotent=True)


def _write(what: str, text: str) -> None:
    line = json.dumps({"what": what, "text": text}) + "\n"
    book = os.open(os.environ["LANYARD_EXAMPLE_BOOK"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(book, line.encode())  # one write, so that a kill leaves a whole line or none
    finally:
        os.close(book)
