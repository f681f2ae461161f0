"""Parameters of tasks, judged by the JSON Schema library as by the core's own judge."""

from __future__ import annotations

import pytest

from lanyard_core.faults import ValidationFailed
from lanyard_core.task.catalogue import BUILT_IN
from lanyard_gateway.dispatch.parameters import MAX_ERRORS, check_parameters

GOOD = [
    ("move_to", {"x_m": 1, "y_m": 2.5}),
    ("move_to", {"x_m": 1.0, "y_m": 2, "yaw_rad": -3.0, "tolerance_m": 0.05}),
    ("pick_and_place", {}),
    ("pick_and_place", {"pick": {"x_m": 0, "y_m": 0}, "object": "crate", "force_n": 80}),
    ("wait", {"duration_s": 0}),
]
BAD = [
    ("move_to", {}, ["parameters.x_m", "parameters.y_m"]),
    ("move_to", {"x_m": "1", "y_m": True}, ["parameters.x_m", "parameters.y_m"]),
    ("move_to", {"x_m": 1, "y_m": 2, "tolerance_m": 0}, ["parameters.tolerance_m"]),
    ("move_to", {"x_m": 1, "y_m": None}, ["parameters.y_m"]),
    ("pick_and_place", {"pick": {"x_m": 0}}, ["parameters.pick.y_m"]),
    ("pick_and_place", {"pick": []}, ["parameters.pick"]),
    ("pick_and_place", {"object": ""}, ["parameters.object"]),
    ("pick_and_place", {"object": "x" * 65}, ["parameters.object"]),
    ("pick_and_place", {"force_n": 0, "x": 1}, ["parameters.force_n", "parameters.x"]),
    ("wait", {"duration_s": 3601, "duration": 1}, ["parameters.duration", "parameters.duration_s"]),
]


@pytest.mark.parametrize(("name", "parameters"), GOOD)
def test_what_fits_is_let_through_by_both_judges(name, parameters):
    check_parameters(BUILT_IN[name], parameters)
    BUILT_IN[name].check(parameters)


@pytest.mark.parametrize(("name", "parameters", "fields"), BAD)
def test_what_does_not_fit_is_refused_by_both_judges_with_the_same_fields(name, parameters, fields):
    with pytest.raises(ValidationFailed) as here:
        check_parameters(BUILT_IN[name], parameters)
    with pytest.raises(ValidationFailed) as there:
        BUILT_IN[name].check(parameters)
    assert sorted(error.field for error in here.value.errors) == fields
    assert sorted(error.field for error in there.value.errors) == fields
    assert all(error.message and error.code for error in here.value.errors)


def test_the_value_itself_is_not_repeated():
    with pytest.raises(ValidationFailed) as refusal:
        check_parameters(BUILT_IN["move_to"], {"x_m": "s3cret", "y_m": 0})
    assert "s3cret" not in repr(refusal.value.errors) + refusal.value.detail


def test_the_list_of_errors_is_bounded():
    with pytest.raises(ValidationFailed) as refusal:
        check_parameters(BUILT_IN["wait"], {f"x{number}": 1 for number in range(1000)})
    assert len(refusal.value.errors) == MAX_ERRORS
