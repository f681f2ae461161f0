"""A short campaign over the real stack. `make faults` makes a hundred injections of each cause."""

import os
import random
import subprocess
import sys

import pytest
import real_time

from fault_campaign.bounds import bound_of, figures_from
from fault_campaign.campaign import inject_all
from fault_campaign.causes import CAUSES
from fault_campaign.priority import CAMPAIGN, favour, favoured_campaign
from fault_campaign.stack import configuration, running_stack
from fault_campaign.verdict import breaches

# All of it runs in the fixture, and so in the first test's time.
pytestmark = pytest.mark.timeout(400)

# These wait for a gateway to start, or for a heartbeat to be missed.
SLOW = {"client-paused", "gateway-killed", "control+gateway-killed"}
TODO = [(cause, index) for cause in CAUSES for index in range(1 if cause.slug in SLOW else 2)]


def injected(stack, cause, index, bound, seed, speed_mps):
    """An injection's record and what is wrong with it; made anew while the machine stood still.

    While its host does not run a virtual machine, neither robot nor net does anything. That is
    noticed with the priority of the campaign: what holds up ordinary processes excuses nothing.
    """
    made = []
    for _ in range(real_time.TIMES):
        with real_time.Watch() as watch:
            favour(os.getpid(), priority=CAMPAIGN)
            inject_all(
                stack,
                [(cause, index)],
                seed=seed,
                speed_mps=speed_mps,
                end=float("inf"),
                begins=lambda _cause: None,
                made=lambda _cause, record: made.append(record),
            )
        broken = breaches(made[-1], cause, bound)
        if not broken or watch.late_s < real_time.HELD_UP_S:
            break
    return made[-1], broken


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """What was not as it must be, for each cause."""
    figures = figures_from(configuration())
    found = {cause: [] for cause in CAUSES}
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"seed {seed}")

    with (
        favoured_campaign() as grace_s,
        running_stack(tmp_path_factory.mktemp("stack")) as stack,
    ):
        for cause, index in TODO:
            bound = bound_of(cause.net, figures, grace_s=grace_s)
            found[cause].append(injected(stack, cause, index, bound, seed, figures.speed_mps))
    return found


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.slug)
def test_the_robot_is_at_rest_in_time_and_stays_so_until_a_person_arms(verdicts, cause):
    assert verdicts[cause]
    assert [(record, broken) for record, broken in verdicts[cause] if broken] == []


def test_a_robot_whose_nets_are_gone_is_found(campaign_path):
    path = os.pathsep.join(filter(None, [campaign_path, os.environ.get("PYTHONPATH")]))
    run = subprocess.run(
        [sys.executable, "-m", "fault_campaign", "--prove", "--cause", "control-paused"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "the robot did not come to rest" in " ".join(run.stdout.split())
