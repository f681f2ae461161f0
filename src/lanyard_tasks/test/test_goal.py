"""A goal's words are judged before anything moves, and each complaint says what to mend."""

from __future__ import annotations

import pytest

from lanyard_core.task.error_codes import ErrorCode
from lanyard_tasks.behaviours.move_to import MoveTo
from lanyard_tasks.behaviours.wait import Wait
from lanyard_tasks.goal import prepared
from lanyard_tasks.robot import TaskFailed

BEHAVIOURS = {"move_to": MoveTo, "wait": Wait}


def refusal(
    task_type: str = "wait", parameters_json: str = "{}", timeout_s: float = 1.0
) -> TaskFailed:
    with pytest.raises(TaskFailed) as caught:
        prepared(
            BEHAVIOURS, task_type=task_type, parameters_json=parameters_json, timeout_s=timeout_s
        )
    return caught.value


def test_a_good_goal_gives_its_behaviour_and_parameters_with_defaults() -> None:
    behaviour, parameters = prepared(
        BEHAVIOURS, task_type="move_to", parameters_json='{"x_m": 1, "y_m": 2}', timeout_s=9.0
    )
    assert isinstance(behaviour, MoveTo)
    assert parameters == {"x_m": 1, "y_m": 2, "tolerance_m": 0.05, "speed_mps": 0.25}


def test_an_unknown_task_type_names_the_one_that_was_meant() -> None:
    assert refusal("moveto").code is ErrorCode.UNKNOWN_TASK_TYPE
    assert "did you mean 'move_to'?" in refusal("moveto").message


def test_an_unknown_task_type_far_from_any_lists_what_there_is() -> None:
    assert "known are move_to, wait" in refusal("x").message


def test_wrong_parameters_are_named() -> None:
    failure = refusal("move_to", '{"x_m": "here", "q": 1}')
    assert failure.code is ErrorCode.INVALID_PARAMETERS
    for field in ("parameters.x_m", "parameters.y_m", "parameters.q"):
        assert field in failure.message


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1]", "3", "null", '{"duration_s": NaN}', '{"duration_s": 1e999}', "[" * 60000],
)
def test_what_is_not_a_json_object_is_refused(text: str) -> None:
    assert refusal("wait", text).code is ErrorCode.INVALID_PARAMETERS


def test_a_text_that_is_too_long_is_refused_unread() -> None:
    assert "65536 are allowed" in refusal("wait", "{" + " " * 70000 + "}").message


@pytest.mark.parametrize("timeout_s", [0.0, -1.0, float("nan"), float("inf")])
def test_a_time_out_must_be_above_nothing_and_finite(timeout_s: float) -> None:
    assert refusal(timeout_s=timeout_s).code is ErrorCode.INVALID_PARAMETERS
