"""The task service over thousands of kills: no acknowledged task is lost, none is done twice."""

from __future__ import annotations

import pytest
from task_campaign.lives import Lives


@pytest.fixture
def task_types(example_types):
    return example_types


@pytest.mark.parametrize("journal", [True, False], ids=["journal", "no journal"])
def test_every_acknowledged_task_is_done_once_whoever_is_killed(tmp_path, task_types, journal):
    lives = Lives(tmp_path / "tasks.sqlite3", task_types, seed=1, tasks=120, journal=journal)
    verdict = lives.live()
    assert verdict.breaches == []
    assert verdict.counts["acknowledged"] == 120
    assert verdict.counts["succeeded"] > 80
    assert lives.harm["gateway killed"] >= 2
    assert lives.harm["task server killed"] >= 2


def test_robots_that_forget_what_they_did_are_found(tmp_path, task_types):
    lives = Lives(tmp_path / "tasks.sqlite3", task_types, seed=1, tasks=80, harmed=0.05)
    for robot in lives.robots.values():
        robot.forgets = True
    assert lives.live().doubled
