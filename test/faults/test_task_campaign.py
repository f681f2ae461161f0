"""A short campaign over real processes. `make faults-tasks` goes on for as long as one likes."""

from __future__ import annotations

import os

import pytest
from task_campaign.campaign import run_slice
from task_campaign.seeded_bugs import forgetful

from lanyard_gateway.testing.postgresql import find_programs

# Processes that are killed at random take their time to come back on a small machine.
pytestmark = pytest.mark.timeout(300)


def test_every_acknowledged_task_is_done_once_whatever_is_killed(tmp_path):
    """Two gateways on one PostgreSQL; where that is not installed, one on SQLite, but not in CI."""
    shared = find_programs() is not None or bool(os.environ.get("CI"))
    done = run_slice(
        tmp_path,
        seed="make test",
        for_s=10.0,
        robots=2,
        gateways=2 if shared else 1,
        postgresql=shared,
        least=30,
    )
    assert done.verdict.breaches == []
    assert done.verdict.counts["succeeded"] > 10
    assert sum(done.harm.values()) >= 2


def test_task_servers_that_forget_what_they_did_are_found(tmp_path):
    """Whether a kill comes while a task is carried out is chance: so there may be another slice."""
    seeds = ("make test", "again", "once more", "and for the last time")
    slices = (
        run_slice(tmp_path / f"{number}", seed=seed, for_s=12.0, robots=1, alter=forgetful)
        for number, seed in enumerate(seeds)
    )
    assert any(done.verdict.doubled for done in slices)
