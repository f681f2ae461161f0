"""The example of docs/tasks.md is run as it stands, and its table is the catalogue's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from lanyard_core.task.built_in import BUILT_IN
from lanyard_tasks.report import Outcome

PAGE = Path(__file__).resolve().parents[3] / "docs" / "tasks.md"


@pytest.fixture
def example() -> dict[str, Any]:
    """The names that the page's first block of Python defines."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(blocks[0], str(PAGE), "exec"), names)
    return names


def test_the_example_behaviour_runs(example: dict[str, Any], robot: Any) -> None:
    ended = robot.until_end(robot.start(example["Wave"](), {"times": 3}))
    assert ended.outcome is Outcome.SUCCEEDED, ended.message
    assert json.loads(ended.result_json) == {"waved": 3}
    assert robot.joints == pytest.approx([0.0, -0.9], abs=0.02)


def test_the_page_lists_every_type_with_its_parameters_and_phases() -> None:
    rows = {
        match[1]: match[0]
        for match in re.finditer(r"^\| `(\w+)` \|.*$", PAGE.read_text(encoding="utf-8"), re.M)
    }
    assert list(rows) == list(BUILT_IN)
    for name, task_type in BUILT_IN.items():
        for word in (
            *task_type.parameters_schema["properties"],
            *(p.name for p in task_type.phases),
        ):
            assert word in rows[name]
