"""From a goal's words to a behaviour and its parameters, or to the error that says what is wrong.

The gateway has judged the parameters before; other clients of the action have not. Pure.
"""

from __future__ import annotations

import difflib
import json
import math
from typing import NoReturn

from lanyard_core.faults import ValidationFailed
from lanyard_core.task.error_codes import ErrorCode
from lanyard_tasks.behaviour import Behaviour, Parameters
from lanyard_tasks.registry import Behaviours
from lanyard_tasks.robot import TaskFailed

# More than any task type needs; a longer text is refused before it is parsed.
_MOST_CHARACTERS = 65536


def prepared(
    behaviours: Behaviours, *, task_type: str, parameters_json: str, timeout_s: float
) -> tuple[Behaviour, Parameters]:
    """A new behaviour for the goal, and its parameters with defaults.

    Raises TaskFailed with UNKNOWN_TASK_TYPE or INVALID_PARAMETERS and every wrong field by name.
    """
    kind = behaviours.get(task_type)
    if kind is None:
        close = difflib.get_close_matches(task_type, behaviours, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(behaviours)}"
        raise TaskFailed(
            ErrorCode.UNKNOWN_TASK_TYPE, f"there is no task type {task_type!r}; {hint}"
        )
    if not (math.isfinite(timeout_s) and timeout_s > 0.0):
        raise _invalid(f"timeout_s must be above 0, not {timeout_s:g}")
    try:
        parameters = kind.task_type.check(_parsed(parameters_json))
    except ValidationFailed as error:
        raise _invalid(error.detail) from error
    return kind(), parameters


def _parsed(text: str) -> object:
    if len(text) > _MOST_CHARACTERS:
        raise _invalid(
            f"parameters_json has {len(text)} characters; {_MOST_CHARACTERS} are allowed"
        )
    try:
        return json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise _invalid(f"parameters_json is not JSON: {error}") from error


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")


def _invalid(message: str) -> TaskFailed:
    return TaskFailed(ErrorCode.INVALID_PARAMETERS, message)
