"""Behaviours are found by entry points, anybody's, and a broken one is not passed over."""

from __future__ import annotations

import sys
import types
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from lanyard_core.faults import BadConfiguration
from lanyard_core.task.built_in import BUILT_IN
from lanyard_core.task.catalogue import Phase, TaskType
from lanyard_tasks.behaviour import Behaviour
from lanyard_tasks.behaviours.wait import Wait
from lanyard_tasks.registry import GROUP, installed_behaviours, load_behaviours
from lanyard_tasks.robot import Step

BLINK = TaskType(
    name="blink",
    title="Blink",
    description="Blink the lamp.",
    parameters_schema={"type": "object", "properties": {}, "additionalProperties": False},
    phases=(Phase("blink", cancellable=True, estimate_s=1.0),),
    idempotent=True,
    default_timeout_s=10.0,
)


class Blink(Behaviour):
    task_type = BLINK
    moves = False

    def run(self, robot: Any, parameters: Any) -> Any:
        yield Step("blink")
        return {}


class NoType(Blink):
    task_type = None


@pytest.fixture
def point(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes an entry point of a package that is not ours."""
    module = types.ModuleType("their_package")
    module.Blink, module.NoType, module.Wait = Blink, NoType, Wait
    module.Wait2 = type("Wait2", (Wait,), {})
    module.number = 3
    monkeypatch.setitem(sys.modules, "their_package", module)
    return lambda name, attribute: EntryPoint(name, f"their_package:{attribute}", GROUP)


def test_everything_in_the_catalogue_has_a_behaviour_and_declares_that_very_type() -> None:
    found = installed_behaviours()
    assert {name: found[name].task_type for name in BUILT_IN} == dict(BUILT_IN)


def test_another_packages_behaviour_is_found_without_touching_ours(point: Any) -> None:
    assert load_behaviours([point("blink", "Blink")]) == {"blink": Blink}


def test_an_entry_point_that_is_listed_twice_is_one(point: Any) -> None:
    assert set(load_behaviours([point("wait", "Wait"), point("wait", "Wait")])) == {"wait"}


@pytest.mark.parametrize(
    ("name", "attribute", "complaint"),
    [
        ("blink", "missing", "missing"),
        ("blink", "number", "not a subclass"),
        ("blink", "NoType", "has no task_type"),
        ("wink", "Blink", "must be named after its task type 'blink'"),
    ],
)
def test_a_behaviour_that_cannot_be_used_is_named(
    point: Any, name: str, attribute: str, complaint: str
) -> None:
    with pytest.raises(BadConfiguration, match=complaint) as caught:
        load_behaviours([point(name, attribute)])
    assert "their_package" in str(caught.value)


def test_two_behaviours_for_one_task_type_are_refused(point: Any) -> None:
    with pytest.raises(BadConfiguration, match="is taken by"):
        load_behaviours([point("wait", "Wait"), point("wait", "Wait2")])


def test_every_problem_is_told_at_once(point: Any) -> None:
    with pytest.raises(BadConfiguration) as caught:
        load_behaviours([point("a", "missing"), point("b", "number")])
    assert len(caught.value.problems) == 2
