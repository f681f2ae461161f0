"""Names of task errors, for programs on the REST side."""

from __future__ import annotations

from lanyard_core.task.error_codes import ErrorCode, error_name


def test_an_error_has_a_name_for_programs() -> None:
    assert error_name(ErrorCode.GRASP_FAILED) == "grasp_failed"


def test_a_number_that_nobody_knows_still_has_a_name() -> None:
    assert error_name(777) == "error_777"
