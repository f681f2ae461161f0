"""Task types that come over the network: what can be used is, and nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanyard_core.task.announced import MOST_TYPES, announcement_of, read_announcement
from lanyard_core.task.built_in import BUILT_IN

DOCUMENT = BUILT_IN["pick_and_place"].document()


def test_what_is_announced_is_read_as_it_was():
    found, problems = read_announcement(announcement_of(BUILT_IN.values()))
    assert problems == []
    assert found == dict(BUILT_IN)


@pytest.mark.parametrize(
    "change",
    [
        {"task_type": "Not A Name"},
        {"task_type": 7},
        {"phases": []},
        {"phases": [{"name": "go"}]},
        {"phases": "go"},
        {"parameters_schema": {"type": "object", "$ref": "http://elsewhere"}},
        {"parameters_schema": None},
        {"default_timeout_s": "long"},
        {"default_timeout_s": -1},
        {"default_timeout_s": True},
    ],
)
def test_a_description_that_cannot_be_used_is_left_out_and_said(change):
    good = BUILT_IN["wait"].document()
    found, problems = read_announcement(json.dumps([DOCUMENT | change, good]))
    assert list(found) == ["wait"]
    assert problems


@pytest.mark.parametrize("field", DOCUMENT.keys() - {"pausable"})
def test_a_description_that_lacks_something_is_left_out_and_said(field):
    rest = {name: value for name, value in DOCUMENT.items() if name != field}
    found, problems = read_announcement(json.dumps([rest]))
    assert (found, len(problems)) == ({}, 1)


@pytest.mark.parametrize(
    "text", ["", "{}", "[" * 100_000, "[1, null, []]", json.dumps("x" * 2**20)]
)
def test_what_is_no_announcement_gives_nothing(text):
    found, problems = read_announcement(text)
    assert found == {}
    assert problems


def test_too_many_are_refused():
    found, problems = read_announcement(json.dumps([DOCUMENT] * (MOST_TYPES + 1)))
    assert (found, len(problems)) == ({}, 1)


_json = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(DOCUMENT)), _json)
def test_whatever_stands_in_a_field_nothing_is_raised(field, value):
    read_announcement(json.dumps([DOCUMENT | {field: value}]))


def test_a_type_is_only_called_idempotent_or_cancellable_when_it_says_so():
    phases = [{"name": "go", "cancellable": "yes", "estimate_s": 1}]
    document = DOCUMENT | {"idempotent": 1, "phases": phases}
    found, _ = read_announcement(json.dumps([document]))
    [task_type] = found.values()
    assert not task_type.idempotent
    assert not task_type.phases[0].cancellable


def test_a_phase_that_does_not_say_so_cannot_be_paused():
    silent = [{k: v for k, v in phase.items() if k != "pausable"} for phase in DOCUMENT["phases"]]
    found, problems = read_announcement(json.dumps([DOCUMENT | {"phases": silent}]))
    assert problems == []
    assert [task_type.pausable for task_type in found.values()] == [False]


def test_whether_a_type_can_be_paused_is_what_its_phases_say():
    found, _ = read_announcement(json.dumps([each.document() for each in BUILT_IN.values()]))
    assert found == dict(BUILT_IN)
    assert {name for name in found if found[name].pausable} == set(BUILT_IN)
    pick = {phase.name for phase in found["pick_and_place"].phases if phase.pausable}
    assert pick == {"approach", "transfer", "retreat"}
