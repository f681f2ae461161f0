"""Task types: what the catalogue promises to the gateway, the task server and third parties."""

from __future__ import annotations

import dataclasses
import json

import jsonschema
import pytest

from lanyard_core.faults import BadConfiguration, ValidationFailed
from lanyard_core.task.built_in import BUILT_IN, MOVE_TO, PICK_AND_PLACE
from lanyard_core.task.catalogue import Catalogue, Phase


def complaints(task_type_name: str, parameters: object) -> dict[str, str]:
    with pytest.raises(ValidationFailed) as caught:
        BUILT_IN[task_type_name].check(parameters)
    return {error.field: error.code for error in caught.value.errors}


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_schema_is_json_schema_2020_12_and_describes_every_property(name: str) -> None:
    schema = BUILT_IN[name].document()["parameters_schema"]
    assert isinstance(schema, dict)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert all(described.get("description") for described in schema["properties"].values())


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_document_is_plain_json(name: str) -> None:
    document = BUILT_IN[name].document()
    assert json.loads(json.dumps(document)) == document


def test_pick_and_place_needs_no_parameters() -> None:
    assert PICK_AND_PLACE.check({}) == {"object": "object", "force_n": 20.0, "speed_mps": 0.25}


def test_pick_and_place_cannot_be_cancelled_during_the_insertion_only() -> None:
    assert [phase.name for phase in PICK_AND_PLACE.phases if not phase.cancellable] == ["insertion"]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("move_to", {"x_m": 1, "y_m": 2.5}),
        ("move_to", {"x_m": 1.0, "y_m": 2, "yaw_rad": -3.0, "tolerance_m": 0.05}),
        ("pick_and_place", {"pick": {"x_m": 0, "y_m": 0}, "object": "crate", "force_n": 80}),
        ("wait", {"duration_s": 0}),
    ],
)
def test_what_fits_is_let_through_as_it_is_sent(name: str, parameters: dict[str, object]) -> None:
    before = json.dumps(parameters)
    assert BUILT_IN[name].check(parameters).items() >= parameters.items()
    assert json.dumps(parameters) == before


@pytest.mark.parametrize(
    ("name", "parameters", "wrong"),
    [
        ("move_to", {}, ["parameters.x_m", "parameters.y_m"]),
        ("move_to", {"x_m": "1", "y_m": True}, ["parameters.x_m", "parameters.y_m"]),
        ("move_to", {"x_m": 1, "y_m": 2, "tolerance_m": 0}, ["parameters.tolerance_m"]),
        ("move_to", {"x_m": 1, "y_m": None}, ["parameters.y_m"]),
        ("pick_and_place", {"pick": []}, ["parameters.pick"]),
        ("pick_and_place", {"object": ""}, ["parameters.object"]),
        ("pick_and_place", {"object": "x" * 65}, ["parameters.object"]),
        ("pick_and_place", {"force_n": 0, "x": 1}, ["parameters.force_n", "parameters.x"]),
        ("wait", {"duration_s": 3601, "s": 1}, ["parameters.duration_s", "parameters.s"]),
    ],
)
def test_every_wrong_field_is_named(
    name: str, parameters: dict[str, object], wrong: list[str]
) -> None:
    assert sorted(complaints(name, parameters)) == wrong


def test_the_sentence_for_people_names_the_field_and_the_rule_but_not_the_value() -> None:
    with pytest.raises(ValidationFailed) as caught:
        BUILT_IN["move_to"].check({"x_m": "s3cret", "y_m": 0})
    assert caught.value.detail == "parameters of move_to: parameters.x_m must be of type number"


def test_a_force_beyond_the_limit_is_refused_by_name() -> None:
    assert complaints("pick_and_place", {"force_n": 81}) == {"parameters.force_n": "maximum"}


def test_a_spot_needs_both_coordinates() -> None:
    assert complaints("pick_and_place", {"pick": {"x_m": 1}}) == {"parameters.pick.y_m": "required"}


def test_move_to_needs_a_point_and_refuses_what_it_does_not_know() -> None:
    assert complaints("move_to", {"x_m": 1.0, "z_m": 0.0}) == {
        "parameters.y_m": "required",
        "parameters.z_m": "unknown_field",
    }


def test_parameters_must_be_an_object() -> None:
    assert complaints("wait", [1]) == {"parameters": "type"}


def test_progress_weighs_the_phases_by_their_estimates_and_never_falls() -> None:
    shares = [
        MOVE_TO.progress(phase.name, fraction)
        for phase in MOVE_TO.phases
        for fraction in (-1.0, 0.0, 0.5, 1.0, 7.0)
    ]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert MOVE_TO.progress("drive", 0.5) == pytest.approx(9.0 / 18.0)


def test_the_time_left_goes_down_to_nothing() -> None:
    assert MOVE_TO.remaining_s("turn", 0.0) == pytest.approx(MOVE_TO.estimate_s)
    assert MOVE_TO.remaining_s("align", 1.0) == pytest.approx(0.0)


def test_a_phase_that_the_type_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError):
        MOVE_TO.phase("insertion")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"name": "Move To"}, "the name must be"),
        ({"phases": ()}, "there must be a phase"),
        ({"phases": (MOVE_TO.phases[0],) * 2}, "two phases have the same name"),
        ({"phases": (Phase("turn", cancellable=True, estimate_s=0.0),)}, "an estimate above 0 s"),
        ({"default_timeout_s": 0.0}, "default_timeout_s must be above 0"),
        ({"parameters_schema": {"type": "number"}}, "must be of type 'object'"),
        ({"parameters_schema": {"type": "object", "anyOf": []}}, "'anyOf' is not supported"),
    ],
)
def test_a_description_that_cannot_be_used_is_refused(
    change: dict[str, object], complaint: str
) -> None:
    with pytest.raises(BadConfiguration, match=complaint):
        dataclasses.replace(MOVE_TO, **change)


def test_two_types_of_one_name_are_refused() -> None:
    with pytest.raises(BadConfiguration, match="two of this name"):
        Catalogue([MOVE_TO, PICK_AND_PLACE, MOVE_TO])


def test_the_catalogue_lists_types_in_the_order_given() -> None:
    assert list(BUILT_IN) == [
        "move_to", "pick_and_place", "dock", "inspect", "wait", "sequence",
    ]  # fmt: skip
