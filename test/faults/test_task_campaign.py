"""A short campaign over real processes. `make faults-tasks` goes on for as long as one likes."""

import pytest
from task_campaign.campaign import run_slice
from task_campaign.seeded_bugs import forgetful

# Processes that are killed at random take their time to come back on a small machine.
pytestmark = pytest.mark.timeout(300)


def test_every_acknowledged_task_is_done_once_whatever_is_killed(tmp_path):
    done = run_slice(tmp_path, seed="make test", for_s=12.0, robots=2)
    assert done.verdict.breaches == []
    assert done.verdict.counts["succeeded"] > 10
    assert sum(done.harm.values()) >= 2


def test_task_servers_that_forget_what_they_did_are_found(tmp_path):
    done = run_slice(tmp_path, seed="make test", for_s=12.0, robots=1, alter=forgetful)
    assert done.verdict.doubled
